"""What a check finds, and what it may look at."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from e2a.operations.up.register import Entry
from e2a.warehouse.connection import Warehouse


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        id: stable, for machines and runbooks: the check, a full stop, and what of it.
        says: what is wrong and why, in a sentence.
        mend: the command that mends it.
    """

    id: str
    says: str
    mend: str


@dataclass(frozen=True, slots=True)
class Ground:
    """What checks look at.

    Attributes:
        home: where the installation keeps its state.
        now: the machine's instant when the doctor came.
        clock: the machine's instant, asked again.
        environment: the process's variables.
        warehouse: where the database is; None: there is none.
        entries: what `e2a up` runs; None: it does not run.
        app: a connection as the application that commits by itself; None: none can be had.
    """

    home: Path
    now: datetime
    clock: Callable[[], datetime]
    environment: Mapping[str, str]
    warehouse: Warehouse | None = None
    entries: tuple[Entry, ...] | None = None
    app: psycopg.Connection[Any] | None = None

    @property
    def connection(self) -> psycopg.Connection[Any]:
        """The connection, for checks that need one."""
        assert self.app is not None, "a check of the database runs without one"
        return self.app

    @property
    def place(self) -> Warehouse:
        """The warehouse, for checks that need one."""
        assert self.warehouse is not None, "a check of the database runs without one"
        return self.warehouse

    def part(self, name: str) -> Entry | None:
        """A part of `e2a up`, if it runs that one."""
        return next((entry for entry in self.entries or () if entry.name == name), None)
