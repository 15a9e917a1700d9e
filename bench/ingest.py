"""How many signed messages a second one gateway process acknowledges, each after its commit.

    python bench/ingest.py [--seconds 15] [--connections 128] [--rounds 2] [--json]

A cluster of its own; `wrk` (C) sends 300-byte bodies with an HMAC over 128 connections on the same
machine. Per round: the bare loop (the same server and group commit, no check), then the gateway,
then a duplicate storm (50 ids again and again). Afterwards the inbox is counted: every
2xx of a fresh id must be a row, and the storm must add no more rows than it has ids.
"""

import argparse
import base64
import hmac
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.installation import installed
from e2a.gateway.credentials import making
from e2a.gateway.server import listen
from e2a.warehouse.connection import Role, Warehouse
from e2a.warehouse.vault import unlock

BAR_RATE, BAR_P99 = 4_000, 100.0
REFERENCE = "a bare ASGI loop with group commit: 11,054/s, p99 25.8 ms (another two-core machine)"
SECRET = "bench-app-secret"
BODY = b'{"id":820982911946154508,"note":"' + b"x" * (300 - 35) + b'"}'
STORM = 50
LUA = Path(__file__).with_name("ingest.lua")
RUNS = {
    "bare": ("bench.bare", 0),
    "gateway": ("e2a.gateway.server", 0),
    "storm": ("e2a.gateway.server", STORM),
}


def main() -> int:
    """Measure and print; 1 if a 2xx is not a row, 2 without wrk."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=15, help="of each run")
    parser.add_argument("--connections", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=2, help="the best of them is shown")
    parser.add_argument("--json", action="store_true", help="print JSON for machines")
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        print("wrk is missing: apt-get install wrk (Debian), or brew install wrk", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="e2a-bench-", ignore_cleanup_errors=True) as folder:
        os.environ["E2A_HOME"] = folder
        with installed(Path(folder)) as warehouse:
            _admit(warehouse)
            figures = [
                _measure(warehouse, name, round_, options)
                for round_ in range(options.rounds)
                for name in RUNS
            ]
    print(json.dumps(figures, indent=2)) if options.json else _show(figures)
    return 0 if all(one["durable"] for one in figures) else 1


def _admit(warehouse: Warehouse) -> None:
    wanted = making.Wanted("demo-3pl", "shopify", None, "bench.myshopify.com", SECRET)
    with warehouse.connect(Role.APP) as app:
        making.create(app, unlock(warehouse.home), wanted, datetime.now(UTC))


def _measure(warehouse: Warehouse, name: str, round_: int, options: Any) -> dict[str, Any]:
    module, circulating = RUNS[name]
    run = f"{name}-{round_}"
    with _serving(module, warehouse) as port:
        _load(port, 2, options.connections, circulating, f"warm-{run}")
        figure = _load(port, options.seconds, options.connections, circulating, run)
    stored = _rows(warehouse, run)
    good = figure["requests"] - figure["not_2xx"]
    return {
        "run": name,
        "rate": good / figure["seconds"],
        "stored": stored,
        "durable": stored == STORM if circulating else stored >= good,
        **figure,
    }


@contextmanager
def _serving(module: str, warehouse: Warehouse) -> Iterator[int]:
    listener = listen("127.0.0.1", 0)
    port, fd = listener.getsockname()[1], listener.fileno()
    log = warehouse.home / "gateway.log"
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", module, str(fd)], pass_fds=[fd], stderr=out
        )
    try:
        _wait(port)
        yield port
    finally:
        process.terminate()
        process.wait()
        listener.close()


def _wait(port: int) -> None:
    for _ in range(200):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2):
                return
        except OSError:
            time.sleep(0.05)
    raise SystemExit("the server did not become ready")


def _load(port: int, seconds: int, connections: int, circulating: int, run: str) -> dict[str, Any]:
    signature = base64.b64encode(hmac.digest(SECRET.encode(), BODY, sha256)).decode()
    done = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(LUA),
         f"http://127.0.0.1:{port}", "--", signature, str(circulating), run],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout.partition("RESULT ")[2].splitlines()[0])
    return found


def _rows(warehouse: Warehouse, run: str) -> int:
    """Rows of a run; its ids begin with its name, after the topic."""
    with warehouse.connect(Role.APP) as app:
        row = app.execute(
            "select count(*) from landing.inbox where delivery_id ~ %s", (f"^([^:]+:)?{run}-",)
        ).fetchone()
    return int(row[0]) if row else 0


def _show(figures: list[dict[str, Any]]) -> None:
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M}Z, {os.cpu_count()} cores, wrk on the same")
    best = {name: max((f for f in figures if f["run"] == name), key=_rate) for name in RUNS}
    for name, one in best.items():
        bars = f" (bars {BAR_RATE:,}/s, p99 {BAR_P99:.0f} ms)" if name != "bare" else ""
        print(
            f"{name:<8} {one['rate']:>8,.0f}/s, p50 {one['p50_ms']:.1f} ms, "
            f"p99 {one['p99_ms']:.1f} ms{bars}; {one['stored']:,} rows, {one['not_2xx']} refused, "
            f"{one['socket_errors']} socket errors"
        )
    share = best["gateway"]["rate"] / best["bare"]["rate"]
    print(f"the gateway reaches {share:.0%} of the bare loop; reference: {REFERENCE}")


def _rate(figure: dict[str, Any]) -> float:
    return float(figure["rate"])


if __name__ == "__main__":
    sys.exit(main())
