"""Lives in the database: who lives them, how facts arrive, and what then stands there."""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from psycopg import sql

from e2a.warehouse.as_of import ask
from tests.properties import engine
from tests.properties.engine import Connection, Fact
from tests.properties.lives import MONDAY, Life, Said, recorded_at

HOURS = {"mon-fri": [{"from": "08:00", "to": "12:00"}, {"from": "13:00", "to": "18:00"}]}
LOADED_LATER = MONDAY + timedelta(days=1, hours=3)
ASKED = [MONDAY + timedelta(days=days) for days in (2, 4, 7)]
STORED = {
    "sla.verdicts": (), "sla.clocks": (), "sla.clock_segments": (), "sla.reported_exceptions": (),
    "orders.timeline": (), "billing.billable_operations": ("operation_key",),
}  # fmt: skip
"""What must come out alike, and the columns that name the tenant."""

Rows = dict[str, list[str]]


def documents(tenant: str, *, later: bool) -> dict[str, Any]:
    """Promises of every kind; `later` adds an entry, for the second load."""
    holds = {"weather": {"pauses": False, "party": "carrier"}, "incorrect_address": {}}
    entry = {"valid_from": date(2000, 1, 1), "holds": holds, "pauses": ["awaiting_payment"]}
    stages = {
        "pick": {"from": "received", "within_minutes": 240},
        "pack": {"from": "picked", "within_minutes": 90},
        "ship": {"by_close_of_day": 1, "cut_off": "14:00"},
        "deliver": {"carrier_days": 2, "carrier_calendar": "hours"},
        "missing_scan": {"of": "pack", "factor": 1.5},
    }
    express = {"pick": {"from": "received", "within_minutes": 60},
               "deliver": {"from": "received", "by": "promised_at"}}  # fmt: skip
    sooner = {"ship": {"by_close_of_day": 0, "cut_off": "12:00"}}
    entries = [
        {**entry, "policy": "standard", "stages": stages, "counts_manifested": True},
        {**entry, "policy": "express", "service_level": "express", "stages": express},
        {**entry, "policy": "wms", "site": "W2", "trusts": ["wms", "carrier"], "stages": sooner},
    ]
    if later:
        entries.append({**entry, "policy": "later", "valid_from": MONDAY.date(), "stages": sooner})
    return {
        "tenant": {
            "tenant": tenant, "name": tenant, "billing_zone": "Europe/London",
            "sites": {"W1": {"zone": "America/New_York", "calendar": "hours"},
                      "W2": {"zone": "Europe/London", "calendar": "always"}},
            "calendars": {"hours": {"weekly": HOURS}, "always": {"open": "always"}},
        },
        "sla": entries,
        "rates": [{"valid_from": date(2020, 1, 1), "currency": "USD", "sources": ["wms", "shopify"],
                   "limits": {"per_finding": 50, "total": 100, "total_percent": 10},
                   "charges": {"pick": {"operation": "pick", "model": "per_unit", "price": 1}}}],
    }  # fmt: skip


def promise(connection: Connection, tenants: Sequence[str]) -> None:
    """The tenants' promises; for all but the last two, one more is loaded in mid-week (C18)."""
    first, last = date(2026, 2, 1), date(2026, 5, 1)
    for number, tenant in enumerate(tenants):
        engine.promise(connection, [(tenant, documents(tenant, later=False))], first, last)
        if number < len(tenants) - 2:
            given = [(tenant, documents(tenant, later=True))]
            engine.promise(connection, given, first, last, LOADED_LATER)


def facts(tenant: str, number: int, said: Sequence[Said]) -> Iterator[Fact]:
    """Facts of a life with the names that it has at a tenant's."""
    for fact in said:
        yield Fact(tenant, fact.source, fact.recorded_at, _event(number, fact))


def _event(number: int, fact: Said) -> dict[str, Any]:
    fields = {name: value for name, value in fact.fields.items() if value is not None}
    if "shipment" in fields:
        fields["shipment"] = engine.name(f"parcel:{number}-{fields['shipment']}")
    if "corrects" in fields:
        fields["corrects"] = [f"{number}/{id}" for id in fields["corrects"]]
    if "order" not in fact.fields:
        fields["order"] = engine.name(f"wms:{number}")
    return {"source_event_id": f"{number}/{fact.id}", "occurred_at": fact.occurred_at, **fields}


def shuffled(life: Life, batches: int) -> list[list[Said]]:
    """The facts in any order, in so many batches; a repetition comes after what it repeats."""
    choose = random.Random(life.seed)
    order = choose.sample(life.facts, len(life.facts))
    for place, fact in enumerate(order):
        first = next(f for f in life.facts if f.says(fact))
        other = order.index(first)
        if other > place:
            order[place], order[other] = first, fact
    cuts = sorted(choose.choices(range(len(order) + 1), k=batches - 1))
    return [order[a:b] for a, b in zip([0, *cuts], [*cuts, len(order)], strict=True)]


def delayed(life: Life) -> list[Said]:
    """The same facts, each known after another delay."""
    choose = random.Random(life.seed)
    moved = [
        replace(f, recorded_at=recorded_at(f.occurred_at, choose.randrange(9000), place))
        for place, f in enumerate(life.facts)
        if not f.is_repeat
    ]
    return sorted(moved, key=lambda fact: fact.recorded_at)


def stored(connection: Connection, tenant: str, without: Sequence[str] = ()) -> Rows:
    """Every derived row of a tenant as text, its own name and some columns left out."""
    found = {}
    for table, named in STORED.items():
        query = sql.SQL("select (to_jsonb(t) - %s::text[])::text from {} as t where tenant_id = %s")
        left_out = ["tenant_id", *named, *without]
        rows = connection.execute(
            query.format(sql.SQL(table)) + sql.SQL(" order by 1"), (left_out, tenant)
        ).fetchall()
        found[table] = [text for (text,) in rows]
    connection.rollback()
    return found


def known(connection: Connection, tenant: str, at: datetime) -> list[str]:
    """Every clock as known at an instant, about the same instant."""
    ask(connection, at, known_at=at)
    rows = connection.execute(
        "select to_jsonb(s)::text from sla.clock_states as s where tenant_id = %s order by 1",
        (tenant,),
    ).fetchall()
    connection.rollback()
    return [text for (text,) in rows]


def number_of(row: str) -> int:
    """Which life a row is of: orders are called `wms:` and its number."""
    met = re.search(r'"order_id": "wms:(\d+)"', row)
    assert met, row
    return int(met[1])
