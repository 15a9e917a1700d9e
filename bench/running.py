"""An installation of its own with all parts running, for benches that send to it over HTTP.

`running` is what a bench enters; `settled_in` only makes the place, for one that runs no parts.
"""

import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import yaml

from bench.latency_load import ANNOUNCE_AFTER, PROMISE, TENANT, Load, Probes, hook
from bench.sla_history import say
from e2a.domain.errors import DatabaseUnavailableError
from e2a.warehouse.connection import Role, Warehouse, locate
from e2a.warehouse.ports import free_port
from faults import keys

PATIENCE = 180
"""Seconds until a part must answer."""
LONG = 240.0
"""Seconds for the models to be built before the traffic, and for it to be read afterwards."""
SECRET = "whsec_" + "bGF0ZW5jeWJlbmNobGF0ZW5jeWJlbmNo"


@contextmanager
def running(
    lane: str = "radar",
) -> Iterator[tuple[Warehouse, subprocess.Popen[bytes], Load, Probes]]:
    """The warehouse, the process of `e2a up`, the load to send and what it probes; models built."""
    probes = Probes()
    receiver = hook(probes)
    with tempfile.TemporaryDirectory(prefix="e2a-bench-", ignore_cleanup_errors=True) as folder:
        home = settled_in(Path(folder), receiver.server_port)
        with everything_up(home, lane) as (port, process):
            warehouse = locate()
            say("waiting for the models")
            if not until(warehouse, _built):
                raise SystemExit("the models were not built; see up.txt in E2A_HOME")
            yield warehouse, process, Load(port, keys.secrets(warehouse, (TENANT,)), probes), probes


def settled_in(folder: Path, hook: int) -> Path:
    """A home with the tenant's policies beside it, which this process and its children use."""
    home, policies = folder / "home", folder / "policies"
    home.mkdir()
    _write_policies(policies, hook)
    os.environ |= {
        "E2A_HOME": str(home), "E2A_POLICIES": str(policies), "E2A_ALERTS_LATENCY_SECRET": SECRET,
    }  # fmt: skip
    return home


def _write_policies(folder: Path, hook: int) -> None:
    """A tenant whose pick is promised within the hour, announced at a webhook of this machine."""
    documents = {
        "tenant": {
            "tenant": TENANT, "name": "Latency", "billing_zone": "America/Chicago",
            "sites": {"MEM1": {"zone": "America/Chicago", "calendar": "always"}},
            "calendars": {"always": {"open": "always"}},
        },
        "sla": [{
            "policy": "standard", "valid_from": "2020-01-01",
            "stages": {
                "pick": {"from": "received", "within_minutes": PROMISE.seconds // 60},
                "pack": {"from": "picked", "within_minutes": 180},
                "ship": {"from": "packed", "within_minutes": 1440},
            },
        }],
        "rates": [{
            "valid_from": "2020-01-01", "currency": "USD", "sources": ["wms"],
            "limits": {"per_finding": 50, "total": 100, "total_percent": 10},
            "charges": {"pick": {"operation": "pick", "model": "per_unit", "price": "1"}},
        }],
        "alerts": {
            "destinations": {"hook": {
                "kind": "webhook", "url": f"http://127.0.0.1:{hook}/", "per_minute": 6000,
                "secret_env": "E2A_ALERTS_LATENCY_SECRET",
            }},
            "routes": [{"to": ["hook"], "announce_after_seconds": ANNOUNCE_AFTER}],
        },
    }  # fmt: skip
    (folder / TENANT).mkdir(parents=True)
    for name, document in documents.items():
        (folder / TENANT / f"{name}.yaml").write_text(yaml.safe_dump(document, sort_keys=False))


@contextmanager
def everything_up(home: Path, lane: str) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """The gateway's port and the process of `e2a up`, all parts running; all stopped at the end."""
    web, gateway = free_port(), free_port()
    words = ["up", "--port", str(web), "--gateway-port", str(gateway)]
    words += ["--without", "radar"] if lane == "sensor" else []
    with (home / "up.txt").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "e2a.cli.main", *words],
            stdout=log, stderr=log, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            for port, path in ((gateway, "/readyz"), (web, "/server_info")):
                _answers(f"http://127.0.0.1:{port}{path}", process, home / "up.txt")
            yield gateway, process
        finally:
            process.terminate()
            process.wait(60)


def _answers(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"{url} did not answer:\n{log.read_text()[-2000:]}")


def until(warehouse: Warehouse, holds: Callable[[psycopg.Connection[Any]], bool]) -> bool:
    """Wait for something, `LONG` at most; whether it came."""
    end = time.monotonic() + LONG
    while time.monotonic() < end:
        with (
            suppress(DatabaseUnavailableError),
            warehouse.connect(Role.APP, autocommit=True) as app,
        ):
            if holds(app):
                return True
        time.sleep(0.5)
    return False


def _built(app: psycopg.Connection[Any]) -> bool:
    row = app.execute(
        "select to_regclass('sla.breaches') is not null and exists (select from ops.builds)"
    ).fetchone()
    return bool(row and row[0])
