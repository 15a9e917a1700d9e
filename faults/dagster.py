"""Dagster around a row: its code server and daemon as processes, killed alone and started again."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import psycopg
from psycopg import sql

from e2a.operations.up.parts import Part, Ports, chosen, write_workspace
from e2a.warehouse.bootstrap import bootstrap
from e2a.warehouse.connection import PROJECT, Role, Warehouse
from e2a.warehouse.ports import free_port
from faults.site import environment
from faults.world import World

PATIENCE = 900.0
"""Seconds: a build of all models, with its tests, on a machine that does other things."""
MONITORING = "run_monitoring: { enabled: true, max_runtime_seconds: 240, poll_interval_seconds: 5 }"


def storage_of(warehouse: Warehouse) -> Warehouse:
    """The same installation with a storage of its own beside its database."""
    return replace(warehouse, dagster_database=f"{warehouse.database}_dagster")


@contextmanager
def storage(warehouse: Warehouse) -> Iterator[None]:
    """An empty storage beside a row's database, dropped afterwards."""
    own = storage_of(warehouse)
    bootstrap(own)
    try:
        yield
    finally:
        allow(warehouse, True)
        with own.connect(Role.ADMIN, autocommit=True) as admin:
            name = sql.Identifier(own.dagster_database)
            admin.execute(sql.SQL("drop database {} with (force)").format(name))


def allow(warehouse: Warehouse, connections: bool) -> None:
    """Let the storage be reached, or not; who is connected is cut off."""
    own = storage_of(warehouse)
    with own.connect(Role.ADMIN, autocommit=True) as admin:
        admin.execute(
            sql.SQL("alter database {} allow_connections {}").format(
                sql.Identifier(own.dagster_database), sql.Literal(connections)
            )
        )
        if not connections:
            admin.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s",
                (own.dagster_database,),
            )


def surroundings(warehouse: Warehouse) -> dict[str, str]:
    """The environment of everything that talks to this storage."""
    home = warehouse.home / f"{warehouse.database}_dagster"
    home.mkdir(exist_ok=True)
    text = (PROJECT / "dagster.yaml").read_text()
    (home / "dagster.yaml").write_text(re.sub(r"(?m)^run_monitoring: .*$", MONITORING, text))
    told = environment(warehouse) | storage_of(warehouse).environment()
    return {**os.environ, **told, "DAGSTER_HOME": str(home)}


@dataclass
class Dagster:
    """Its two processes, each in a session of its own, which is killed as a whole."""

    warehouse: Warehouse
    parts: Mapping[str, Part]
    environment: dict[str, str]
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def start(self, name: str) -> None:
        """Start a part, if it does not run and what it needs takes connections."""
        present, needs = self.running.get(name), self.parts[name].after
        if needs is not None and not _answers(needs):
            return
        if present is None or present.poll() is not None:
            with Path(self.environment["DAGSTER_HOME"], f"{name}.log").open("ab") as log:
                self.running[name] = subprocess.Popen(
                    [sys.executable, *self.parts[name].command], cwd=PROJECT, stdout=log,
                    stderr=log, env=self.environment, start_new_session=True,
                )  # fmt: skip

    def kill(self, name: str) -> None:
        """Send SIGKILL to a part, with the runs that it began."""
        process = self.running.pop(name, None)
        if process is not None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def asked(self, query: str) -> list[tuple[object, ...]]:
        """Rows of the storage; none while it cannot be asked."""
        conninfo = storage_of(self.warehouse).conninfo(Role.DAGSTER)
        with suppress(psycopg.Error), psycopg.connect(conninfo) as connection:
            return connection.execute(query.encode()).fetchall()
        return []

    async def until(self, holds: Callable[[], bool], otherwise: str) -> None:
        """Wait until something holds; what died by itself is started again meanwhile."""
        until = time.monotonic() + PATIENCE
        while not await asyncio.to_thread(holds):
            if time.monotonic() > until:
                raise TimeoutError(f"{otherwise} after {PATIENCE:.0f} s")
            for name in self.parts:
                self.start(name)
            await asyncio.sleep(0.05)

    def reported(self) -> int:
        """Up to which step the sensor has shown the lane's work."""
        bodies = self.asked(_CURSORS)
        told = [re.search(r'"(\d+)@', str(row[0])) for row in bodies]
        return max((int(found[1]) for found in told if found), default=0)


@asynccontextmanager
async def dagster(world: World) -> AsyncIterator[Dagster]:
    """Dagster beside a row, ended with it."""
    around = surroundings(world.warehouse)
    ports = Ports(0, 0, free_port())
    workspace = write_workspace(Path(around["DAGSTER_HOME"]), ports.code)
    parts = {part.name: part for part in chosen(ports, workspace, ["code-server", "daemon"])}
    made = Dagster(world.warehouse, parts, around)
    try:
        for name in parts:
            made.start(name)
        yield made
    finally:
        for name in parts:
            made.kill(name)


def _answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


_CURSORS = "select instigator_body from instigators where instigator_body like '%hot_lane%'"
