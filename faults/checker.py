"""The checker: what the sender was promised against what the tables hold, by counting alone.

It reads the ledger and the tables, and calls neither parser nor reader of the product: an event's
facts are taken from its body with `json` once more. What the product itself makes of the same raw
rows when nothing disturbs it is `oracle`'s question.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

import psycopg

from e2a.warehouse.connection import Role, Warehouse
from faults.ledger import Entry, Ledger, State

_Facts = dict[tuple[str, str], tuple[str, str, datetime]]


@dataclass
class Found:
    """The figures of a row; `wrong` holds a sentence for each promise that was broken."""

    sent: int = 0
    acked: int = 0
    stored: int = 0
    consumed: int = 0
    doubled: int = 0
    lost: int = 0
    unread: int = 0
    wrong: list[str] = field(default_factory=list)

    def need(self, broken: int, sentence: str) -> int:
        """Note the sentence if something is broken, and return the number."""
        if broken:
            self.wrong.append(f"{broken:,} {sentence}")
        return broken


def check(warehouse: Warehouse, ledger: Ledger) -> Found:
    """Compare the ledger with the tables of a database in which nothing moves any more."""
    found = Found(sent=len(ledger.entries), acked=sum(1 for _ in ledger.of(State.ACKED)))
    with warehouse.connect(Role.OWNER) as owner:
        found.stored = _one(owner, "select count(*) from landing.inbox")
        found.consumed = _one(owner, _CONSUMED)
        _promises(owner, ledger, found)
        _outcomes(owner, found)
        _facts(owner, ledger, found)
    open_ = sum(1 for state in (State.SENT, State.UNKNOWN) for _ in ledger.of(state))
    found.need(open_, "events were never acknowledged")
    return found


def _promises(owner: psycopg.Connection[Any], ledger: Ledger, found: Found) -> None:
    """Acknowledged is stored, byte for byte, and once."""
    owner.execute(_SAID)
    with owner.cursor().copy("copy said from stdin") as copy:
        for entry in ledger.of(State.ACKED):
            copy.write_row((entry.tenant, entry.delivery_id, sha256(entry.body).digest()))
    owner.execute("analyze said")
    found.lost += found.need(_one(owner, _UNSTORED), "acknowledged events are not in the inbox")
    found.need(_one(owner, _ALTERED), "stored bodies are not the bytes that were acknowledged")
    found.doubled += found.need(_one(owner, _TWICE), "deliveries are in the inbox more than once")


def _outcomes(owner: psycopg.Connection[Any], found: Found) -> None:
    """Stored is consumed, and every outcome is one of a stored row."""
    found.unread = found.need(_one(owner, _UNREAD), "inbox rows have no outcome")
    found.lost += found.unread
    found.doubled += found.need(_one(owner, _UNFOUNDED), "outcomes have no inbox row, or several")
    found.need(_one(owner, _UNCOUNTED), "inbox rows whose outcome counts other events than it has")


def _facts(owner: psycopg.Connection[Any], ledger: Ledger, found: Found) -> None:
    """Every event of the ledger is one canonical event with the facts of its body."""
    rows = owner.execute(
        "select tenant_id, source_event_id, event_type, order_name, occurred_at "
        "from landing.order_events where source = 'wms'"
    ).fetchall()
    have: _Facts = {(row[0], row[1]): (row[2], row[3], row[4]) for row in rows}
    want = dict(_stated(entry) for entry in ledger.of(State.ACKED) if entry.is_fact)
    found.doubled += found.need(len(rows) - len(have), "canonical events exist twice")
    missing = found.need(len(want.keys() - have.keys()), "events have no canonical row")
    found.lost += max(0, missing - found.unread)  # the others are lost already
    strange = {key for key in have.keys() - want.keys() if key not in _beside(ledger)}
    found.need(len(strange), "canonical events were never sent")
    differ = sum(have[key] != want[key] for key in have.keys() & want.keys())
    found.need(differ, "canonical events say something else than their bodies")


def _beside(ledger: Ledger) -> set[tuple[str, str]]:
    return {key for key, entry in ledger.entries.items() if not entry.is_fact}


def _stated(entry: Entry) -> tuple[tuple[str, str], tuple[str, str, datetime]]:
    said = json.loads(entry.body)
    at = datetime.fromisoformat(said["occurred_at"])
    return (entry.tenant, said["event_id"]), (said["event_type"], f"wms:{said['order_id']}", at)


def _one(connection: psycopg.Connection[Any], query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


_SAID = """
create temp table said (tenant_id text, delivery_id text, body_hash bytea) on commit drop
"""
_UNSTORED = """
select count(*) from said as s where not exists (
    select from landing.inbox as i
    where i.tenant_id = s.tenant_id and i.delivery_id = s.delivery_id and i.source = 'wms'
)
"""
_ALTERED = """
select count(*) from said as s
inner join landing.inbox as i
    on i.tenant_id = s.tenant_id and i.delivery_id = s.delivery_id and i.source = 'wms'
where sha256(i.body) <> s.body_hash
"""
_TWICE = """
select coalesce(sum(times - 1), 0) from (
    select count(*) as times from landing.inbox
    group by tenant_id, source, delivery_id having count(*) > 1
) as several
"""
_CONSUMED = """
select count(*) from landing.inbox as i
inner join landing.outcomes as o on o.tenant_id = i.tenant_id and o.inbox_seq = i.seq
"""
_UNREAD = """
select count(*) from landing.inbox as i
left join landing.outcomes as o on o.tenant_id = i.tenant_id and o.inbox_seq = i.seq
where o.inbox_seq is null
"""
_UNFOUNDED = """
select count(*) from landing.outcomes as o
where (
    select count(*) from landing.inbox as i
    where i.tenant_id = o.tenant_id and i.seq = o.inbox_seq
) <> 1
"""
_UNCOUNTED = """
select count(*) from landing.outcomes as o
left join (
    select tenant_id, inbox_seq, count(*) as events from landing.order_events group by 1, 2
) as e using (tenant_id, inbox_seq)
where o.events <> coalesce(e.events, 0)
"""
