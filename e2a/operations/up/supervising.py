"""The life of `e2a up`: start, watch, start again, stop; leave nothing behind."""

import os
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Thread
from types import FrameType

from e2a.operations.up import register, trees
from e2a.operations.up.child import Child
from e2a.operations.up.lines import Terminal, Voice
from e2a.operations.up.parts import POSTGRES, Part
from e2a.operations.up.postgres import Postgres
from e2a.warehouse.connection import Warehouse

TICK = 0.1
"""Seconds between two looks at the children: the death of one is seen within it."""
READY_SECONDS = 180

Prepare = Callable[[Callable[[str], None]], Warehouse]


class StopFlag:
    """True once SIGINT, SIGTERM or the end of the terminal has come.

    While `interrupts` is set, KeyboardInterrupt is raised as well: what cannot ask it is cut short.
    """

    def __init__(self) -> None:
        self._asked = False
        self.interrupts = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self._asked = True
        if self.interrupts:
            raise KeyboardInterrupt

    def __bool__(self) -> bool:
        return self._asked


def supervise(home: Path, parts: Sequence[Part], prepare: Prepare, *, embedded: bool) -> None:
    """Run until a signal; whatever dies before is started again.

    Args:
        home: where the installation keeps its state.
        parts: what to run beside the database.
        prepare: makes the database ready; said what it does.
        embedded: whether the database is ours to watch and to stop.

    Raises:
        RefusedError: another `e2a up` runs.
        E2AError: what `prepare` raises.
    """
    terminal = Terminal(max(len(name) for name in (POSTGRES, *(part.name for part in parts))))
    with register.only_one(home):
        stopping = StopFlag()
        postgres = Postgres(home, Voice(terminal, POSTGRES, 0, home)) if embedded else None
        family: _Family | None = None
        try:
            stopping.interrupts = True
            warehouse = prepare(lambda text: terminal.say("up", text))
            stopping.interrupts = False
            voices = [Voice(terminal, part.name, at, home) for at, part in enumerate(parts, 1)]
            children = [Child(*pair) for pair in zip(parts, voices, strict=True)]
            family = _Family(warehouse, children, postgres, terminal)
            family.live(stopping)
        except KeyboardInterrupt:
            pass  # asked to stop before there was anybody to look after
        finally:
            stopping.interrupts = False
            terminal.say("up", "stopping")
            trees.end([*(family.sessions() if family else []), os.getpid()])
            if postgres:
                postgres.stop()
            terminal.say("up", "down: nothing is left running")


class _Family:
    """The children and the database, looked at in turn."""

    def __init__(
        self, warehouse: Warehouse, children: list[Child], postgres: Postgres | None,
        terminal: Terminal,
    ) -> None:  # fmt: skip
        self._warehouse, self._children = warehouse, children
        self._postgres, self._terminal = postgres, terminal
        self._told: list[register.Entry] = []

    def live(self, stopping: StopFlag) -> None:
        """Look after everybody until asked to stop."""
        greeting = Thread(target=self._greet, args=(stopping,), daemon=True)
        greeting.start()
        while not stopping:
            self._look_at_postgres()
            for child in self._children:
                child.look(self._warehouse.environment)
            self._register()
            time.sleep(TICK)

    def sessions(self) -> list[int]:
        """Everything that was ever started: who died may have left others behind."""
        return [pid for child in self._children for pid in child.sessions]

    def _look_at_postgres(self) -> None:
        back = self._postgres.look() if self._postgres else None
        if back is None or back.port == self._warehouse.port:
            return
        self._warehouse = back  # its port was taken meanwhile: everybody must learn the new one
        trees.end(self.sessions())

    def _register(self) -> None:
        entries = [child.entry() for child in self._children]
        if self._postgres:
            entries = [self._postgres.entry(), *entries]
        if entries != self._told:
            register.write(self._warehouse.home, entries)
            self._told = entries

    def _greet(self, stopping: StopFlag) -> None:
        """Say once that everything answers, and where."""
        until = time.monotonic() + READY_SECONDS
        while not stopping and time.monotonic() < until:
            if all(child.answers() for child in self._children):
                names = ", ".join(child.part.name for child in self._children)
                self._terminal.say("up", f"ready: {names} ({_places(self._children)}Ctrl-C stops)")
                return
            time.sleep(0.3)
        if not stopping:
            late = ", ".join(c.part.name for c in self._children if not c.answers())
            self._terminal.say("up", f"still waiting for {late}; see its lines above")


def _places(children: Sequence[Child]) -> str:
    found = [
        f"http://127.0.0.1:{child.part.port} {child.part.name}; "
        for child in children if child.part.ready
    ]  # fmt: skip
    return "".join(found)
