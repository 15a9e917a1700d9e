"""Gateway, consumer and radar as real processes that die at named points, or when they are killed.

They are forked from a server that has the product's modules loaded and does nothing else, so that
a thousand lives cost no thousand imports. Gateway and radar run the commands `e2a gateway` and
`e2a radar`.
"""

import asyncio
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from e2a.cli.main import main
from e2a.warehouse import crashing
from e2a.warehouse.ports import free_port
from faults.consumer import consume
from faults.stays import stay_again

_nursery = multiprocessing.get_context("forkserver")
_nursery.set_forkserver_preload(
    [
        "faults.processes",
        "e2a.gateway.server",
        "e2a.sources.registry",
        "e2a.radar.residing",
    ]
)

KILLED = -signal.SIGKILL
FIRST_YOUTH, LONGEST_YOUTH = 0.5, 30.0
"""Seconds that a life has to begin before it is asked to end."""
Arm = Callable[[], str]
"""Says at which point the next life ends, as `E2A_CRASH`; an empty text: at none."""


@dataclass
class Kept:
    """A process that is started again whenever it ends.

    Attributes:
        run: what it does, as (environment, arguments) understood by `_live`.
        arm: where its next life ends.
        deaths: how often it was killed, by itself at a point or by the row.
        failures: exit codes of lives that ended otherwise; a consumer that lost the server has 1.
    """

    kind: str
    environment: Mapping[str, str]
    words: Sequence[str] = ()
    arm: Arm = lambda: ""
    deaths: int = 0
    failures: list[int] = field(default_factory=list)
    _process: Any = None
    _finished: bool = False
    _born: float = 0.0
    _keeping: "asyncio.Task[None] | None" = None

    @property
    def pid(self) -> int | None:
        """The process of the life that is under way, if one is."""
        return self._process.pid if self._process and self._process.is_alive() else None

    def start(self) -> None:
        """Begin the first life and see that there is always another."""
        self._keeping = asyncio.create_task(self._keep())

    def kill(self, number: int = signal.SIGKILL) -> bool:
        """Send a signal now; whether there was anything to send it to."""
        pid = self.pid
        if pid is None:
            return False
        try:
            os.kill(pid, number)
        except ProcessLookupError:  # it has just died by itself
            return False
        return True

    async def spare(self) -> None:
        """Arm no further life, and end the one that is armed: it could still die later."""
        self.arm = lambda: ""
        armed = self._process
        self.kill()
        while armed is not None and armed.is_alive():
            await asyncio.sleep(0.01)

    async def stop(self, number: int = signal.SIGTERM) -> None:
        """End it for good."""
        if self._keeping is not None:
            self._keeping.cancel()
        self.kill(number)
        until = time.monotonic() + 30
        while self.pid is not None and time.monotonic() < until:
            await asyncio.sleep(0.01)
        self.kill()

    async def finish(self, patience: float = 300.0) -> None:
        """Let it do what there is to do, life after life if need be, and end with 0.

        A newborn that does not listen yet would die of being asked, and so would the next for ever:
        each has a while to begin, which is twice as long after every life that ended badly. Each is
        asked once: a signal begins psycopg's wait for news anew, and many would never let it end.

        Raises:
            TimeoutError: it does not come to an end.
        """
        until, met, asked = time.monotonic() + patience, len(self.failures), None
        while not self._finished:
            if time.monotonic() > until:
                raise TimeoutError(f"the {self.kind} is not done after {patience:.0f} s")
            youth = min(FIRST_YOUTH * 2 ** (len(self.failures) - met), LONGEST_YOUTH)
            if self.pid != asked and time.monotonic() - self._born > youth:
                asked = self.pid
                self.kill(signal.SIGTERM)
            await asyncio.sleep(0.05)

    async def _keep(self) -> None:
        while True:
            given = {**self.environment, "E2A_CRASH": self.arm()}
            process = _nursery.Process(target=_live, args=(self.kind, given, list(self.words)))
            self._process = process
            process.start()
            self._born = time.monotonic()
            while process.is_alive():
                await asyncio.sleep(0.01)
            if process.exitcode == KILLED:
                self.deaths += 1
            elif process.exitcode == 0:
                self._finished = True
                return
            else:
                self.failures.append(process.exitcode or 0)
                await asyncio.sleep(0.1)


def _live(kind: str, environment: Mapping[str, str], words: Sequence[str]) -> None:
    """One life, in the new process."""
    for name in [name for name in os.environ if name.startswith("E2A_")]:
        del os.environ[name]
    os.environ.update(environment)
    crashing.arm(os.environ)
    with open(environment["E2A_LOG"], "ab", buffering=0) as log:  # noqa: PTH123 - for dup2
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    if kind in ("gateway", "radar"):
        sys.argv = ["e2a", kind, *words]
        main()
    elif kind == "stays":
        stay_again(*words)
    else:
        consume(*words)


def warm() -> None:
    """Have the modules loaded before anything is timed: the first life waits for that."""
    first = _nursery.Process(target=free_port)
    first.start()
    first.join()
