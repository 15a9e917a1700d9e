"""The rows of the fault matrix that are automated, each with what it needs and how much of it.

Add a row here and its act in `rows/`. Sizes are of the long version; `share` makes them smaller.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from e2a.warehouse.connection import Warehouse
from faults import checker, oracle
from faults.begin import world
from faults.checker import Found
from faults.dagster import storage
from faults.rows import (
    clocks,
    dagsters,
    disk,
    kills,
    lanes,
    neighbours,
    network,
    partitions,
    poison,
    repeats,
    restore,
    servers,
    slow,
    underived,
)
from faults.site import Site, modelled
from faults.world import World

Act = Callable[[World], Awaitable[None]]
Check = Callable[[World], None]
Place = Callable[[Site], AbstractContextManager[tuple[Site, Warehouse, Act | None, Check]]]
"""Makes what a row lives in: server, database, its act if it depends on these, what goes before."""


def _nothing(world: World) -> None:
    """Neither before nor after."""


@contextmanager
def beside_others(
    site: Site, before: Check = _nothing
) -> Iterator[tuple[Site, Warehouse, Act | None, Check]]:
    """A fresh database on the common server."""
    with site.fresh("row") as warehouse:
        yield site, warehouse, None, before


@contextmanager
def with_models(
    site: Site, before: Check = _nothing
) -> Iterator[tuple[Site, Warehouse, Act | None, Check]]:
    """A fresh database on the common server in which the models are."""
    place = modelled(site)
    with place.fresh("row") as warehouse:
        yield place, warehouse, None, before


@contextmanager
def with_dagster(
    site: Site, before: Check = _nothing
) -> Iterator[tuple[Site, Warehouse, Act | None, Check]]:
    """The same, with a storage for Dagster beside it."""
    with with_models(site, before) as found, storage(found[1]):
        yield found


@contextmanager
def _small_disk(site: Site, part: str) -> Iterator[tuple[Site, Warehouse, Act | None, Check]]:
    with disk.small_disk(part) as (small, folder), small.fresh("row") as warehouse:
        yield small, warehouse, partial(disk.full, disk=folder), _nothing


@contextmanager
def _restored(site: Site) -> Iterator[tuple[Site, Warehouse, Act | None, Check]]:
    with site.fresh("row") as here, restore.another_server() as (other, there):
        yield other, there, None, partial(restore.carried_over, here=here)


@dataclass(frozen=True)
class Row:
    """One row of the matrix.

    Attributes:
        name: its number there, with a letter where it is done in several ways.
        fault: what is broken, for the table.
        act: breaks it, unless its place does.
        events, crashes: how many the long version sends and fires, at least.
        after: looked at besides what the checker looks at.
        recomputed: what is not as the raw rows say.
        options: of the world.
        place: what it lives in.
        unable: why it cannot be done on this machine, if it cannot.
    """

    name: str
    fault: str
    act: Act
    events: int = 20_000
    crashes: int = 20
    after: Check = _nothing
    recomputed: Callable[[Site, Warehouse], list[str]] = oracle.differences
    options: dict[str, Any] = field(default_factory=dict)
    place: Place = beside_others
    unable: Callable[[], str | None] = lambda: None


@dataclass
class Result:
    """What became of a row: figures, what fired, what was wrong."""

    row: str
    fault: str
    seed: int
    found: Found
    fired: Counter[str]
    crashes: int
    seconds: float
    notes: list[str]

    @property
    def verdict(self) -> str:
        """`holds`, or `BROKEN`."""
        return "BROKEN" if self.found.wrong else "holds"


def in_turn(*acts: tuple[Act, int]) -> Act:
    """One act after the other in one world, each until so many more faults have fired."""

    async def act(world: World) -> None:
        for one, times in acts:
            world.events, world.crashes = 0, world.total + times
            await one(world)
            await world.spare()

    return act


def run(site: Site, row: Row, seed: int, share: float = 1.0, patience: float = 1.0) -> Result:
    """Live through a row and judge it; a row whose fault never fired is broken.

    Args:
        site: the server; rows that must spoil one make their own.
        row: which.
        seed: decides everything but the machine's own timing.
        share: of the events and crashes of the long version.
        patience: factor to the sender's waits.
    """
    began = time.monotonic()
    with row.place(site) as (where, warehouse, act, before):
        lived = world(
            where, warehouse, seed, patience=patience, **row.options,
            events=max(min(300, row.events), int(row.events * share)),
            crashes=max(min(3, row.crashes), int(row.crashes * share)),
        )  # fmt: skip
        before(lived)
        asyncio.run(lived.live(act or row.act))
        found = checker.check(warehouse, lived.ledger)
        row.after(lived)
        found.wrong += [*lived.wrong, *row.recomputed(where, warehouse)]
    fired = lived.fired + lived.deaths()
    found.need(not fired.total(), "faults have not fired: the row proves nothing")
    return Result(
        row.name, row.fault, seed, found, fired, lived.crashes_met, time.monotonic() - began,
        lived.notes,
    )  # fmt: skip


RADAR: dict[str, Any] = {"reader": "radar", "rate": 500}
"""Rows in which a radar reads, and derives what it reads."""

ROWS = (
    Row("1", "gateway killed between INSERT and COMMIT", kills.before_commit, 40_000, 65),
    Row("2", "gateway killed between COMMIT and 202", kills.before_answer, 50_000, 110),
    Row("3", "reader killed at 4 points", kills.reading, 40_000, 150),
    Row("10", "kill -9 of one Postgres session", servers.session_killed, 30_000, 40),
    Row("11", "Postgres stopped at once", servers.stopped_at_once, 40_000, 50),
    Row("12", "Postgres away", partial(servers.away, seconds=60.0), 60_000, 1),
    Row("13", "network resets, holds, swallows, delays", network.bad_network, 60_000, 20,
        options={"proxied": True}),
    Row("14", "landing open for 30 s", partial(slow.slow_committer, seconds=30.0), 60_000, 3),
    Row("16", "poison", poison.poison, 30_000, 1, after=poison.each_has_its_cause),
    Row("18", "each event 50 times at once, 2 processes", repeats.storm, 1_500, 1,
        options={"workers": 2}),
    Row("19", "old signatures, other bodies", repeats.replayed, 3_000, 1,
        after=repeats.others_are_quarantined),
    Row("20", "total reorder, days late", repeats.reordered, 60_000, 1,
        after=repeats.same_as_in_order),
    Row("24", "partition missing; drop under load", partitions.partition_missing, 60_000, 20,
        place=partial(beside_others, before=partitions.nobody_makes_days)),
    Row("22d", "disk full under the data", kills.enough, 60_000, 6,
        place=partial(_small_disk, part="data"), unable=disk.unable),
    Row("22w", "disk full under the log", kills.enough, 60_000, 6,
        place=partial(_small_disk, part="wal"), unable=disk.unable),
    Row("25", "restored into another server", restore.goes_on, 60_000, 1, place=_restored),
    *(
        replace(row, place=partial(with_models, before=before), options=RADAR | row.options)
        for row, before in (
            (Row("3r", "radar killed at 4 points of a step", lanes.killed_in_a_step, 30_000, 100,
                 after=lanes.same_as_a_whole_pass), _nothing),
            (Row("4", "radar killed under 2,000 events/s", lanes.killed_under_load, 100_000, 1_000,
                 after=lanes.same_as_a_whole_pass, options={"rate": 2_000}), _nothing),
            (Row("5", "two radars and the sensor's stays", lanes.several_at_once, 30_000, 20,
                 after=lanes.same_as_a_whole_pass), _nothing),
            (Row("6", "SIGSTOP of the radar", lanes.stopped, 30_000, 3,
                 after=lanes.same_as_a_whole_pass), _nothing),
            (Row("12d", "deadlines while Postgres is away",
                 partial(clocks.away_over_deadlines, seconds=20.0), 2_000, 1), _nothing),
            (Row("15", "a writer of another database",
                 partial(neighbours.long_writer, seconds=60.0), 60_000, 3), _nothing),
            (Row("17", "poison found only in a step", underived.step_poison, 20_000, 20,
                 after=underived.held_and_replayable,
                 recomputed=partial(oracle.differences, in_order=True)), underived.planted),
            (Row("21", "clock jumps by 10 minutes", clocks.jumps, 2_000, 8,
                 after=lanes.same_as_a_whole_pass), clocks.another_clock),
        )
    ),
    Row("9", "run killed inside dbt, between two models", dagsters.worker_killed, 5_000, 4,
        after=dagsters.converges, options={"rate": 100}, place=with_dagster),
    Row("7", "Dagster's daemon, code server (8), storage (23)", dagsters.fails, 20_000, 5,
        after=lanes.same_as_a_whole_pass, options=RADAR, place=with_dagster),
)  # fmt: skip
BY_NAME = {row.name: row for row in ROWS}
