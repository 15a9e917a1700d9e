"""Setting facts aside that no model can take: found in a pass, kept out of it, replayed later.

An order whose facts make a refresh fail (an amount beyond its column, a date beyond the calendar)
would stop every other order. Its facts are tried one after the other, oldest first; those that
cannot be taken leave `landing.order_events` for `landing.quarantine`, in the transaction of the
step or of the rebuild's chunk, and their rows end as quarantined with the cause. `e2a dlq replay`
brings them back once the cause is mended. Rows that cannot even be stored belong to `keeping`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import psycopg

from e2a.domain.errors import E2AError
from e2a.warehouse.held.culprits import at_fault, unbearable
from e2a.warehouse.held.keeping import POISON, words

REASON = "step_failed"
"""Why such a row is quarantined; `detail` says what failed."""

FACTS = (*POISON, psycopg.errors.RaiseException, LookupError)
"""What an order's facts can raise in a pass; anything else is the database's fault."""

MOST = 50
"""Orders at fault in one pass: beyond it, it is the models that fail, and nothing is set aside."""

Order = tuple[str, str]
"""(tenant, order)."""
Fact = tuple[str, str, str]
"""(tenant, source, source event id)."""
Attempt = Callable[[Sequence[Order]], None]
"""Derives and follows these orders, and no others, in the caller's transaction."""


class ModelsFailError(E2AError):
    """So many orders fail that their facts cannot be the cause."""


@dataclass(frozen=True, slots=True)
class _Trials:
    connection: psycopg.Connection[Any]
    attempt: Attempt

    def orders(self, orders: Sequence[Order]) -> Exception | None:
        """Why these orders cannot be derived; nothing stays of the trial."""
        return self.without(orders, [])

    def without(self, orders: Sequence[Order], facts: Sequence[Fact]) -> Exception | None:
        """The same without some facts."""
        try:
            with self.connection.transaction() as trial:
                self.connection.execute(_WITHHOLD, _columns(facts))
                self.attempt(orders)
                raise psycopg.Rollback(trial)
        except FACTS as error:
            return error
        return None


def set_aside(
    connection: psycopg.Connection[Any],
    orders: Sequence[Order],
    attempt: Attempt,
    most: int,
) -> int:
    """Find the facts because of which an attempt at these orders fails, and quarantine them.

    Args:
        connection: in the transaction of the pass, after the attempt has failed.
        orders: all that it concerned.
        attempt: what has failed; it is tried under savepoints.
        most: orders that may fail.

    Returns:
        How many facts were set aside; without them the attempt can be made.

    Raises:
        ModelsFailError: more than so many orders fail.
        Exception: an order that fails even without its facts raises what it raised.
    """
    trials = _Trials(connection, attempt)
    found = at_fault(orders, trials.orders) if orders else iter(())
    culprits = list(islice(found, most + 1))
    if len(culprits) > most:
        raise ModelsFailError(
            f"{len(culprits):,} of {len(orders):,} orders or more cannot be derived: "
            f"{culprits[0][1]}",
            "Mend the models: so many cannot all have facts at fault",
        ) from culprits[0][1]
    return sum(_settle(trials, order, error) for order, error in culprits)


def _settle(trials: _Trials, order: Order, error: Exception) -> int:
    """Quarantine what one order cannot be derived with."""
    facts: list[Fact] = trials.connection.execute(_FACTS_OF, order * 2).fetchall()
    if trials.without([order], facts) is not None:
        raise error

    def trial(kept: Sequence[Fact]) -> Exception | None:
        wanted = set(kept)
        return trials.without([order], [fact for fact in facts if fact not in wanted])

    found = unbearable(facts, trial)
    for fact, why in found:
        _quarantine(trials.connection, fact, f"{type(why).__name__}: {words(why)}")
    return len(found)


def _quarantine(connection: psycopg.Connection[Any], fact: Fact, detail: str) -> None:
    names = ("tenant", "source", "event")
    connection.execute(
        _QUARANTINE, dict(zip(names, fact, strict=True)) | {"reason": REASON, "detail": detail}
    )


def _columns(facts: Sequence[Fact]) -> dict[str, list[str]]:
    names = ("tenants", "sources", "events")
    return {name: [fact[place] for fact in facts] for place, name in enumerate(names)}


_WITHHOLD = """
delete from landing.order_events where (tenant_id, source, source_event_id) in (
    select * from unnest(%(tenants)s::text[], %(sources)s::text[], %(events)s::text[])
)
"""

# By any of its names, or by a parcel that carries it.
_FACTS_OF = """
with names as (
    select tenant_id, name from orders.identifiers where tenant_id = %s and order_id = %s
)
select e.tenant_id, e.source, e.source_event_id from landing.order_events as e
where
    (e.tenant_id, e.order_name) in (select tenant_id, name from names)
    or e.order_name is null and (e.tenant_id, e.shipment_name) in (
        select s.tenant_id, s.shipment_name from orders.shipments as s
        inner join names as n on n.tenant_id = s.tenant_id and n.name = s.order_name
    )
    or (e.tenant_id, e.source, e.source_event_id) in (
        select c.tenant_id, c.source, c.correction_id from orders.corrections as c
        inner join landing.order_events as v
            on
                v.tenant_id = c.tenant_id and v.source = c.source
                and v.source_event_id = c.corrected_id
        inner join orders.identifiers as i on i.tenant_id = v.tenant_id and i.name = v.order_name
        where i.tenant_id = %s and i.order_id = %s
    )
order by e.recorded_at, e.inbox_seq, e.ordinal
"""

# Other orders in the same parcel lose the fact, too: the next step derives them again.
_QUARANTINE = """
with gone as (
    delete from landing.order_events
    where (tenant_id, source, source_event_id) = (%(tenant)s, %(source)s, %(event)s)
    returning *
),
outcome as (
    update landing.outcomes as o
    set
        outcome = 'quarantined', reason = %(reason)s, detail = %(detail)s, events = o.events - 1
    from gone as g where o.tenant_id = g.tenant_id and o.inbox_seq = g.inbox_seq
    returning o.tenant_id, o.inbox_seq, o.received_at
),
touched as (
    insert into ops.touched_orders (tenant_id, order_id)
    select distinct i.tenant_id, i.order_id from gone as g
    inner join orders.shipments as s
        on s.tenant_id = g.tenant_id and s.shipment_name = g.shipment_name
    inner join orders.identifiers as i on i.tenant_id = s.tenant_id and i.name = s.order_name
    on conflict (tenant_id, order_id) do update set touch = nextval('ops.touches')
)
insert into landing.quarantine
select
    g.tenant_id, g.inbox_seq, g.ordinal, g.source, g.source_event_id, %(reason)s, %(detail)s,
    g.fragment, o.received_at
from gone as g inner join outcome as o using (tenant_id, inbox_seq)
on conflict (tenant_id, inbox_seq, ordinal) do update
set reason = excluded.reason, detail = excluded.detail
"""
