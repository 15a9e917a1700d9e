"""Processes with all that they started: how one begins, and how whole trees end.

Each child lives in a session of its own. Stopping asks with SIGINT (Dagster's code servers need
it), then SIGTERM, then kills. Should this process be killed outright, the kernel stops the children
(Linux); Postgres then runs on for the next `e2a up` to find, or for `e2a db stop`.
"""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial

import psutil

from e2a.warehouse.connection import PROJECT

GRACE_SECONDS = (15.0, 5.0, 5.0)
"""How long SIGINT, SIGTERM and SIGKILL are each given."""

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def begin(command: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own; what it says comes through `stdout`."""
    return subprocess.Popen(
        [sys.executable, *command],
        cwd=PROJECT,
        env={**os.environ, **environment, "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=partial(_die_with_parent, os.getpid()),
    )


def end(sessions: Iterable[int], grace: Sequence[float] = GRACE_SECONDS) -> None:
    """End every process of these sessions, and the descendants of those who lead them.

    This process itself is left alone, so naming it ends what it has started.
    """
    leaders = list(sessions)
    tree: set[psutil.Process] = set()
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
    for number, seconds in zip(signals, grace, strict=True):
        tree.update(members(leaders))  # again each time: who is asked to stop may have started more
        for process in tree:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(number)
        tree = set(psutil.wait_procs(tree, timeout=seconds)[1])


def members(leaders: Iterable[int]) -> set[psutil.Process]:
    """The processes of these sessions, and the descendants of those who lead them."""
    wanted, me = set(leaders), os.getpid()
    sessions = wanted - {me}
    found = {process for process in psutil.process_iter() if _session(process.pid) in sessions}
    for pid in wanted:
        with suppress(psutil.NoSuchProcess):
            leads = pid == me or _session(pid) == pid
            found.update(psutil.Process(pid).children(recursive=True) if leads else [])
    return found


def _die_with_parent(parent: int) -> None:
    """In the child: SIGINT when the parent is gone (Linux only; the forking thread lives on)."""
    if sys.platform == "linux":
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGINT)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)


def _session(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except (ProcessLookupError, PermissionError):
        return None
