"""One proof: a first pass proves what it can, a last one settles the rest at one instant.

First pass: chunk by chunk, each in a snapshot of its own, so that none is held for long. What is
equal is struck off; what differs may have been caught between two states (a policy loaded, an order
derived meanwhile) and is only marked. Last pass: one snapshot, in which whatever was derived or
marked meanwhile is compared again, and then the lines of billing months, which need all orders of a
month at one instant. Only what differs then counts.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

from psycopg import sql

from e2a.warehouse.connection import Role, Warehouse
from e2a.warehouse.scope import refresh_models
from e2a.warehouse.scratch import SHADOW, scratch
from e2a.warehouse.truth.comparing import ORDERS, PERIODS, Found, compare
from e2a.warehouse.truth.copying import CHUNK, copy, copy_chunk, copy_reference, pending, snapshot
from e2a.warehouse.truth.due import AGAIN, NIGHTLY, WHOLE, orders_due
from e2a.warehouse.truth.lines import copy_months, derive_lines
from e2a.warehouse.truth.records import SAMPLE, Truth, begin, finish, note
from e2a.warehouse.truth.settling import seen_touches, settle
from e2a.warehouse.truth.shadow import Connection, Shadow, check_same_columns, opened

Progress = Callable[[int, int], None]
Order = tuple[str, str]


def prove(
    warehouse: Warehouse,
    say: Callable[[str], None],
    progress: Progress = lambda done, orders: None,
    *,
    whole: bool = False,
    chunk: int = CHUNK,
) -> Truth:
    """Rebuild beside the warehouse what is due, and compare it with what is stored.

    Args:
        warehouse: only read, but for the record of the proof.
        say: told what takes time.
        progress: called after each chunk with orders done and orders in all.
        whole: every order; else those derived since they were proven, the open ones, and those of
            billing months that are not closed.
        chunk: orders at a time.

    Raises:
        ConfigurationError: what is stored was made by other models than the checkout's.
        DatabaseUnavailableError: the shadow cannot be made.
    """
    with ExitStack() as held:
        live = held.enter_context(warehouse.connect(Role.APP))
        desk = held.enter_context(warehouse.connect(Role.APP))
        place = held.enter_context(scratch(warehouse, say, SHADOW))
        shadow = held.enter_context(opened(place.warehouse))
        for connection in (live, shadow.connection):  # the night leaves cores to the hot lane
            connection.execute("set max_parallel_workers_per_gather = 0")
        check_same_columns(live, shadow)
        live.commit()
        kind = WHOLE if whole else NIGHTLY
        proof = _Proof(live, desk, shadow, begin(desk, whole=whole), chunk, progress)
        proof.first(kind)
        return finish(desk, proof.number, proof.last(kind))


@dataclass(slots=True)
class _Proof:
    """A proof under way: `live` is read in snapshots, `desk` writes the record."""

    live: Connection
    desk: Connection
    shadow: Shadow
    number: int
    chunk: int
    progress: Progress
    noted: Counter[str] = field(default_factory=Counter)

    def first(self, kind: str) -> None:
        """Prove chunk by chunk what is equal already."""
        with snapshot(self.live):
            copy_reference(self.live, self.shadow)
            orders = self._fill(kind)
        done = 0
        for due in self._chunks():
            with snapshot(self.live):
                taken, seen = self._take(due)
            self._settle(taken, seen, self._compare(), final=False)
            done += len(due)
            self.progress(done, orders)

    def last(self, kind: str) -> dict[str, int]:
        """Settle what is left, at one instant; returns the counts of the whole proof."""
        with snapshot(self.live):
            copy_reference(self.live, self.shadow)
            self._fill(AGAIN)
            for due in self._chunks():
                taken, seen = self._take(due)
                self._settle(taken, seen, self._compare(), final=True)
            waiting = pending(self.live)
            months, left = copy_months(self.live, self.shadow, kind, waiting)
        derive_lines(self.shadow)
        self._note(compare(self.shadow, self.shadow.by_period, PERIODS, self._room()))
        row = self.shadow.connection.execute(_ORDERS).fetchone()
        assert row is not None
        counts = {"orders": row[0], "left_orders": len(waiting)}
        return counts | {"periods": months, "left_periods": left}

    def _fill(self, kind: str) -> int:
        owner = self.shadow.connection
        query = orders_due(kind, (table.name for table in self.shadow.by_order))
        owner.execute("truncate streamed.due")
        copy(self.live, owner, sql.SQL("streamed.due"), sql.SQL(query))
        return owner.execute(_CHUNKED, {"chunk": self.chunk}).rowcount

    def _chunks(self) -> Iterator[list[Order]]:
        owner = self.shadow.connection
        while (row := owner.execute(_NEXT).fetchone()) and row[0] is not None:
            yield owner.execute(_OF_CHUNK, (row[0],)).fetchall()
            owner.execute(_DONE, (row[0],))

    def _take(self, due: list[Order]) -> tuple[list[Order], dict[Order, int]]:
        """Copy those that can be compared; returns them, and the news that was seen of each."""
        waiting = pending(self.live)
        taken = [order for order in due if order not in waiting]
        with self.shadow.connection.transaction():
            copy_chunk(self.live, self.shadow, taken)
        return taken, seen_touches(self.live, taken)

    def _compare(self) -> Found:
        owner = self.shadow.connection
        with owner.transaction():
            refresh_models(owner)
        return compare(self.shadow, self.shadow.by_order, ORDERS, self._room())

    def _settle(
        self, taken: list[Order], seen: dict[Order, int], found: Found, *, final: bool
    ) -> None:
        with self.desk.transaction():
            settle(self.desk, taken, seen, found.orders, final=final)
        self._note(found if final else found.as_equal())

    def _note(self, found: Found) -> None:
        with self.desk.transaction():
            note(self.desk, self.number, found.tables, found.sample)
        self.noted.update(difference.table_name for difference in found.sample)

    def _room(self) -> dict[str, int]:
        return {t.name: max(0, SAMPLE - self.noted[t.name]) for t in self.shadow.stored}


# Chunks of a later filling come after those that are done, which stay to be counted.
_CHUNKED = """
insert into streamed.chunks (chunk, tenant_id, order_id)
select
    (select coalesce(max(chunk), 0) from streamed.chunks) + 1
    + (row_number() over (order by tenant_id, order_id) - 1) / %(chunk)s,
    tenant_id, order_id
from (select distinct tenant_id, order_id from streamed.due) as due
"""

_NEXT = "select min(chunk) from streamed.chunks where not done"
_OF_CHUNK = "select tenant_id, order_id from streamed.chunks where not done and chunk = %s"
_DONE = "update streamed.chunks set done = true where not done and chunk = %s"
_ORDERS = "select count(*) from (select distinct tenant_id, order_id from streamed.chunks) as o"
