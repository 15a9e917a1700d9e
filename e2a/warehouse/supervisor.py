"""`e2a up`: Postgres, Dagster's web server and its daemon as one thing that starts and stops.

Each child runs in a session of its own; stopping asks with SIGINT (Dagster's code servers need it),
then SIGTERM, then kills, over the whole tree. Should this process be killed outright, the kernel
stops the children, and `dagster` stops its own code servers when its parent is gone; Postgres then
runs on for the next `e2a up` to find, or for `e2a db stop`.
"""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from types import FrameType
from urllib.error import URLError
from urllib.request import urlopen

import psutil

from e2a.domain.errors import PortInUseError
from e2a.warehouse import cluster
from e2a.warehouse.connection import PROJECT, Warehouse
from e2a.warehouse.prepare import uses_embedded

Say = Callable[[str], None]
READY_SECONDS = 120
GRACE_SECONDS = (15.0, 5.0, 5.0)
"""How long SIGINT, SIGTERM and SIGKILL are each given."""

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Child:
    """A process that belongs to `up`."""

    name: str
    process: subprocess.Popen[bytes]


def check_port(port: int) -> None:
    """Refuse a port that another program holds, before anything is started.

    Raises:
        PortInUseError: it is in use.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise PortInUseError(
                f"Port {port} is in use by another program",
                f"Stop it, or choose another: `make up E2A_WEB_PORT={port + 1}`",
            ) from None


def run(warehouse: Warehouse, port: int, say: Say, workspace: str = "workspace.yaml") -> int:
    """Run until SIGINT, SIGTERM or the death of a child; leave no process behind.

    Returns:
        0 after a signal, 1 if a child died by itself.
    """
    stopping = _StopFlag()
    children: list[Child] = []
    try:
        for name, arguments in _commands(port, workspace):
            children.append(_start(warehouse, name, arguments))
        ready = _wait_until_ready(port, children, stopping)
        if ready:
            say(f"up         http://127.0.0.1:{port} (Ctrl-C stops everything)")
        elif not stopping and _dead(children) is None:
            say(f"waiting    no answer yet; see {warehouse.home / 'webserver.log'}")
        while not stopping and _dead(children) is None:
            time.sleep(0.2)
        return _verdict(warehouse, children, stopping, say)
    finally:
        _stop(children)
        if uses_embedded():
            cluster.stop(warehouse.home)
        say("down       nothing is left running")


class _StopFlag:
    """True once SIGINT or SIGTERM has come."""

    def __init__(self) -> None:
        self._asked = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self._asked = True

    def __bool__(self) -> bool:
        return self._asked


def _commands(port: int, workspace: str) -> list[tuple[str, list[str]]]:
    web = ["-m", "dagster_webserver", "-h", "127.0.0.1", "-p", str(port), "-w", workspace]
    daemon = ["-m", "dagster._daemon", "run", "-w", workspace]
    return [("webserver", web), ("daemon", daemon)]


def _start(warehouse: Warehouse, name: str, arguments: list[str]) -> Child:
    log = (warehouse.home / f"{name}.log").open("ab")
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=PROJECT,
        env=os.environ | warehouse.environment(),
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=partial(_die_with_parent, os.getpid()),
    )
    return Child(name, process)


def _die_with_parent(parent: int) -> None:
    """In the child: SIGINT when the parent is gone (Linux only; the forking thread lives on)."""
    if sys.platform == "linux":
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGINT)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)


def _wait_until_ready(port: int, children: list[Child], stopping: _StopFlag) -> bool:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until and not stopping and _dead(children) is None:
        try:
            with urlopen(f"http://127.0.0.1:{port}/server_info", timeout=2) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            time.sleep(0.2)
    return False


def _dead(children: list[Child]) -> Child | None:
    return next((child for child in children if child.process.poll() is not None), None)


def _verdict(warehouse: Warehouse, children: list[Child], stopping: _StopFlag, say: Say) -> int:
    dead = _dead(children)
    if dead is None or stopping:
        return 0
    say(f"{dead.name} stopped by itself; its log is {warehouse.home / dead.name}.log")
    return 1


def _stop(children: list[Child]) -> None:
    tree: set[psutil.Process] = set()
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
    for number, grace in zip(signals, GRACE_SECONDS, strict=True):
        for child in children:  # again each time: what is asked to stop may have started more
            tree.update(_tree(child.process.pid))
        for process in tree:
            _send(process, number)
        tree = set(psutil.wait_procs(tree, timeout=grace)[1])


def _tree(pid: int) -> list[psutil.Process]:
    """The child, its descendants, and what else lives in its session."""
    members = {process for process in psutil.process_iter() if _session(process.pid) == pid}
    with suppress(psutil.NoSuchProcess):
        members.update(psutil.Process(pid).children(recursive=True))
    return list(members)


def _session(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except (ProcessLookupError, PermissionError):
        return None


def _send(process: psutil.Process, number: int) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return
