"""The machine: Python, packages, files, disk, ports, processes."""

import re
import shutil
import stat
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version

from e2a.operations.doctor.finding import Finding, Ground
from e2a.operations.status.judging import LEAST_FREE
from e2a.operations.up.child import takes_connections
from e2a.warehouse.ports import is_free

OLDEST, TOO_NEW = (3, 11), (3, 14)
SECRETS = ("secrets.json", "vault.key", "simulator.json")
_PIN = re.compile(r"([A-Za-z0-9_.-]+)(?:\[[^]]*\])?==([^;\s]+)$")
OFTEN = 3
"""Restarts of a part from which on it is said to fall again and again."""


def python(ground: Ground) -> Iterator[Finding]:
    """A Python that the packages are pinned for."""
    if not OLDEST <= sys.version_info[:2] < TOO_NEW:
        yield Finding(
            "python.version", f"This is Python {sys.version.split()[0]}; E2A needs 3.11 to 3.13",
            "rm -rf .venv && make install PYTHON=python3.11",
        )  # fmt: skip


def packages(ground: Ground) -> Iterator[Finding]:
    """Each direct dependency in exactly the version that is pinned."""
    for name, wanted in pins():
        try:
            found = version(name)
        except PackageNotFoundError:
            found = "missing"
        if found != wanted:
            yield Finding(
                f"packages.{name.lower()}", f"Package {name} is {found}; {wanted} is pinned",
                ".venv/bin/pip install -r requirements.lock",
            )  # fmt: skip


def pins() -> list[tuple[str, str]]:
    """Direct dependencies with their versions, as the installed project states them."""
    found = (_PIN.match(line) for line in requires("e2a") or ())
    return [(match[1], match[2]) for match in found if match]


def secrets(ground: Ground) -> Iterator[Finding]:
    """Files of secrets that nobody else may read."""
    for name in SECRETS:
        file = ground.home / name
        if file.is_file() and stat.S_IMODE(file.stat().st_mode) & 0o077:
            mode = stat.S_IMODE(file.stat().st_mode)
            yield Finding(
                f"secrets.{name}", f"{file} holds secrets and has mode {mode:04o}: others may read",
                f"chmod 600 {file}",
            )  # fmt: skip


def disk(ground: Ground) -> Iterator[Finding]:
    """Room for what arrives: below the limit the gateway turns senders away."""
    free = shutil.disk_usage(ground.home if ground.home.is_dir() else ground.home.parent).free
    if free < LEAST_FREE:
        yield Finding(
            "disk.full", f"Only {free / 2**20:,.0f} MiB are free at {ground.home}; the gateway "
            f"answers 503 below {LEAST_FREE / 2**20:,.0f} MiB", "e2a archive",
        )  # fmt: skip


def ports(ground: Ground) -> Iterator[Finding]:
    """Ports that `e2a up` would want, where it does not run."""
    if ground.entries is not None:
        return
    wanted = (("webserver", "E2A_WEB_PORT", 3000, "/server_info"),
              ("gateway", "E2A_GATEWAY_PORT", 8080, "/healthz"))  # fmt: skip
    for part, variable, usual, path in wanted:
        port = int(ground.environment.get(variable) or usual)
        if not is_free(port) and not takes_connections(port, path):
            yield Finding(
                f"ports.{part}", f"Port {port}, where the {part} would listen, is held by another "
                "program", f"{variable}={port + 1} make up",
            )  # fmt: skip


def parts(ground: Ground) -> Iterator[Finding]:
    """What `e2a up` runs: each part there, answering, and not falling again and again."""
    for entry in ground.entries or ():
        if not entry.runs:
            yield Finding(
                f"parts.{entry.name}", f"{entry.name} is not running ({entry.last_end or 'dead'}); "
                "`e2a up` tries again", f"tail {ground.home / entry.name}.log",
            )  # fmt: skip
        elif entry.port is not None and not takes_connections(entry.port, entry.ready):
            yield Finding(
                f"parts.{entry.name}.silent", f"{entry.name} (process {entry.pid}) is there but "
                "does not answer", f"e2a restart {entry.name}",
            )  # fmt: skip
        elif entry.restarts >= OFTEN:
            yield Finding(
                f"parts.{entry.name}.falls", f"{entry.name} was started again {entry.restarts} "
                f"times, the last time after {entry.last_end}",
                f"tail {ground.home / entry.name}.log",
            )  # fmt: skip
