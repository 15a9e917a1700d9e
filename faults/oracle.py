"""The state, computed again from the raw inbox where nothing disturbs it: rows must be equal.

The same raw rows are landed in one quiet batch in a fresh database, in the order of their numbers,
and read in one go. Compared is everything that reading keeps; an inbox number is replaced by the
delivery's id, since numbers have gaps where statements failed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import orjson
import psycopg

from e2a.domain.deliveries import Delivery, Source
from e2a.warehouse import inbox
from e2a.warehouse.connection import Role, Warehouse
from faults.consumer import everything
from faults.site import Site

STATE = (
    "landing.order_events", "landing.outcomes", "landing.quarantine", "landing.dead_letters",
    "orders.identifiers", "orders.aliases", "orders.shipments", "orders.corrections",
)  # fmt: skip
_NUMBERED = STATE[:4]
_BOOKKEEPING = ("inbox_seq", "attempts", "failed_at", "retries", "next_attempt_at")
"""Columns that say when something was tried rather than what is the case."""
_KNOWN = ("recorded_at", "received_at", "known_from", "correlation_id")
"""Columns that say when or by which message something became known."""


def differences(site: Site, warehouse: Warehouse, *, in_order: bool = False) -> list[str]:
    """A sentence for each table that is not what its raw rows say.

    Args:
        site: the server.
        warehouse: a database in which nothing moves.
        in_order: land them in the order of what happened rather than of arrival, all received at
            one instant; then the columns that say when something became known are not compared.
    """
    left_out = [*_BOOKKEEPING, *(_KNOWN if in_order else ())]
    with site.fresh("quiet") as quiet:
        with quiet.connect(Role.APP) as app, warehouse.connect(Role.OWNER) as owner:
            inbox.land(app, _happened(_raw(owner)) if in_order else _raw(owner))
            everything(app)
        with warehouse.connect(Role.OWNER) as one, quiet.connect(Role.OWNER) as other:
            return [
                sentence
                for table in STATE
                for sentence in _differ(
                    table, _rows(one, table, left_out), _rows(other, table, left_out)
                )
            ]


def _happened(raw: Iterator[Delivery]) -> list[Delivery]:
    """The same deliveries by what their bodies say, all received when the last one was."""
    found = sorted(raw, key=lambda delivery: orjson.loads(delivery.body)["occurred_at"])
    last = max((delivery.received_at for delivery in found), default=None)
    return [replace(delivery, received_at=last or delivery.received_at) for delivery in found]


def _differ(table: str, have: set[str], want: set[str]) -> Iterator[str]:
    if have != want:
        few = sorted(have ^ want)[:2]
        yield (
            f"{table}: {len(have - want):,} rows that the raw inbox does not give, "
            f"{len(want - have):,} missing; such as {' / '.join(row[:300] for row in few)}"
        )


def _rows(connection: psycopg.Connection[Any], table: str, left_out: Sequence[str]) -> set[str]:
    name = "i.delivery_id" if table in _NUMBERED else "''"
    join = (
        "inner join landing.inbox as i on i.tenant_id = t.tenant_id and i.seq = t.inbox_seq"
        if table in _NUMBERED
        else ""
    )
    query = f"select {name} || ' ' || (to_jsonb(t) - %s::text[])::text from {table} as t {join}"
    return {row[0] for row in connection.execute(query, (list(left_out),)).fetchall()}


def _raw(owner: psycopg.Connection[Any]) -> Iterator[Delivery]:
    with owner.cursor(name="raw") as cursor:
        cursor.itersize = 5_000
        cursor.execute(
            "select tenant_id, source, delivery_id, received_at, body, headers "
            "from landing.inbox order by seq"
        )
        for tenant, source, name, at, body, headers in cursor:
            yield Delivery(tenant, Source(source), name, at, body, headers)
