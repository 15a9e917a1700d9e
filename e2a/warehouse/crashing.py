"""Named points at which a process can be told to die, so that a crash is proven, not hoped for.

`E2A_CRASH=drain.stored:7` kills the process (SIGKILL) at its seventh passage of that point; several
are separated by commas. Before it dies, a line is added to the file that `E2A_CRASH_LOG` names:
that is the proof. Unset, a point costs one look-up in an empty dict. Used by `faults` only; add a
point between two statements that a crash must not be able to separate.
"""

import os
import signal
from collections.abc import Mapping

_left: dict[str, int] = {}
"""Passages that are left to each point; the last one is deadly."""


def arm(environment: Mapping[str, str]) -> None:
    """Take the points from an environment, in place of those that were armed before."""
    _left.clear()
    for one in filter(None, environment.get("E2A_CRASH", "").split(",")):
        point, _, passages = one.partition(":")
        _left[point] = int(passages or 1)


def passing(point: str) -> None:
    """Die here, if this is the passage at which it was asked for."""
    if point in _left:
        _left[point] -= 1
        if not _left[point]:
            _die(point)


def _die(point: str) -> None:
    if log := os.environ.get("E2A_CRASH_LOG"):
        with open(log, "ab", buffering=0) as proof:  # noqa: PTH123 - one unbuffered append
            proof.write(f"{point} {os.getpid()}\n".encode())
    os.kill(os.getpid(), signal.SIGKILL)


arm(os.environ)
