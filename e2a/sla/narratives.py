"""One explanation a breach, written by rules from the facts, kept in `sla.narratives`.

A narrative is rewritten when its facts change and withdrawn when the breach is cleared (C10).
Writing them twice about the same instant changes nothing. What is written is noted in
`sla.unnarrated`, for `e2a.sla.narration` to ask a model about; the rules' words stand until then,
and again as soon as the facts change.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, LiteralString
from zoneinfo import ZoneInfo

import jinja2
import orjson
import psycopg
from psycopg.rows import dict_row

from e2a.domain.exceptions import SEVERITIES
from e2a.domain.narrative import BreachFacts
from e2a.sla.moved import of_moved
from e2a.warehouse.as_of import ask
from e2a.warehouse.statistics import count_again
from e2a.warehouse.temporary import temporary

PROMPTS = Path(__file__).parents[2] / "prompts"
NARRATOR = "rules-v1"
CHANNEL = "e2a_narratives"
"""On which the resident narrator hears that there is something new."""
PARTS = ("ops_note", "client_note", "reasoning")


@dataclass(frozen=True, slots=True)
class Narrated:
    """What a pass did: breaches seen, narratives new or rewritten, narratives withdrawn."""

    breaches: int
    written: int
    withdrawn: int


def narrate(connection: psycopg.Connection[Any], as_of: datetime | None = None) -> Narrated:
    """Explain every breach as of an instant, in one transaction.

    Args:
        connection: as `e2a_app`, outside a transaction.
        as_of: the instant asked about; None is now.
    """
    with connection.transaction():
        ask(connection, as_of)
        return _narrate(connection, _Scope())


def follow(connection: psycopg.Connection[Any]) -> Narrated:
    """The same within a step of the hot lane, for the orders that it may have `moved`."""
    return _narrate(connection, _MOVED)


@dataclass(frozen=True, slots=True)
class _Scope:
    """Which breaches and narratives a pass looks at.

    Attributes:
        breaches: their relation.
        narratives: a condition over the columns of `sla.narratives`.
        each: `offset 0` where clocks are looked up narrative by narrative; nothing where they are
            joined with all of them.
    """

    breaches: LiteralString = "sla.breaches"
    narratives: LiteralString = "true"
    each: LiteralString = ""


def _narrate(connection: psycopg.Connection[Any], scope: _Scope) -> Narrated:
    facts = list(breaches(connection, scope.breaches))
    written = _write(connection, facts) if facts else 0
    withdraw = _WITHDRAW.format(scope=scope.narratives, each=scope.each)
    withdrawn = connection.execute(withdraw).rowcount
    if written or withdrawn:
        count_again(connection, "sla.narratives", written + withdrawn)
    return Narrated(len(facts), written, withdrawn)


def _write(connection: psycopg.Connection[Any], facts: Iterable[BreachFacts]) -> int:
    connection.execute(_ASIDE)
    with connection.cursor().copy("copy told from stdin") as copy:
        for breach in facts:
            copy.write_row(_row(breach))
    written = connection.execute(_UPSERT).rowcount
    if written:
        connection.execute(f"notify {CHANNEL}")
    return written


def breaches(
    connection: psycopg.Connection[Any], among: LiteralString = "sla.breaches"
) -> Iterator[BreachFacts]:
    """The facts of breaches, as of the instant that the transaction asks about.

    Args:
        connection: in a transaction that has asked.
        among: `sla.breaches`, or a query of a part of it in brackets.
    """
    with connection.cursor(row_factory=dict_row) as cursor:
        for row in cursor.execute(_FACTS.format(among=among)):
            yield BreachFacts(
                **row
                | {
                    "zone": ZoneInfo(row["zone"]),
                    "late": timedelta(seconds=float(row["late"])),
                    "reported": tuple(row["reported"]),
                }
            )


def content_of(facts: BreachFacts) -> str:
    """Everything that the rules' words say, as JSON: narratives of equal content are equal."""
    told = {**facts.texts(), "narrator": NARRATOR, "label": facts.label}
    return orjson.dumps(told).decode()


def hash_of(content: str) -> bytes:
    """How `sla.narratives.facts_hash` names a content."""
    return hashlib.sha256(content.encode()).digest()


def _row(facts: BreachFacts) -> tuple[object, ...]:
    told, content = facts.texts(), content_of(facts)
    return (
        facts.tenant_id, facts.order_id, facts.stage, facts.instance, facts.version,
        facts.known_from, facts.label, facts.confidence,
        *(_template(part).render(told).strip() for part in PARTS),
        NARRATOR, content, hash_of(content), SEVERITIES[facts.label], facts.due_at,
    )  # fmt: skip


@cache
def _template(part: str) -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(PROMPTS),
        undefined=jinja2.StrictUndefined,
        autoescape=False,
    )
    return environment.get_template(f"sla_breach/{NARRATOR}.{part}.j2")


_MOVED = _Scope(
    f"({of_moved('sla.breaches')})",
    f"""
    (n.tenant_id, n.order_id, n.stage, n.instance) in (
        select tenant_id, order_id, stage, instance from ({of_moved("sla.narratives")}) as o
    )
    """,
    "offset 0",
)

_ASIDE = temporary(
    "told",
    """
    tenant_id text, order_id text, stage text, instance integer, verdict_version integer,
    known_from timestamptz, label text, confidence numeric, ops_note text, client_note text,
    reasoning text, narrator text, facts jsonb, facts_hash bytea, severity text, due_at timestamptz
    """,
)

_FACTS: LiteralString = """
select
    b.tenant_id, b.order_id, b.stage, b.instance, b.version, b.known_from,
    coalesce(s.zone, t.billing_zone) as zone, b.site, b.owner, b.started_at, b.due_at,
    b.completed_at, b.is_provisional, b.late_seconds as late,
    array(
        select r.reason_code from sla.reported_exceptions as r
        where
            r.tenant_id = b.tenant_id and r.order_id = b.order_id
            and r.first_occurred_at <= coalesce(b.completed_at, b.as_of)
        order by r.first_occurred_at, r.reason_code
    ) as reported
from {among} as b
inner join reference.tenants as t on t.tenant_id = b.tenant_id
left join reference.sites as s on s.tenant_id = b.tenant_id and s.site = b.site
order by b.tenant_id, b.order_id, b.stage, b.instance
"""

# What is written has its row in the queue: as many rows are changed there as here.
_UPSERT = """
with written as (
    insert into sla.narratives as n (
        tenant_id, order_id, stage, instance, verdict_version, known_from, label, confidence,
        ops_note, client_note, reasoning, narrator, facts, facts_hash
    )
    select
        tenant_id, order_id, stage, instance, verdict_version, known_from, label, confidence,
        ops_note, client_note, reasoning, narrator, facts, facts_hash
    from told
    on conflict (tenant_id, order_id, stage, instance) do update set
        verdict_version = excluded.verdict_version, known_from = excluded.known_from,
        label = excluded.label, confidence = excluded.confidence, ops_note = excluded.ops_note,
        client_note = excluded.client_note, reasoning = excluded.reasoning,
        narrator = excluded.narrator, facts = excluded.facts, facts_hash = excluded.facts_hash,
        withdrawn = false
    where n.facts_hash <> excluded.facts_hash or n.withdrawn
    returning n.tenant_id, n.order_id, n.stage, n.instance, n.facts_hash
)
insert into sla.unnarrated as u (
    tenant_id, order_id, stage, instance, facts_hash, severity, breached_at, noted_at
)
select
    w.tenant_id, w.order_id, w.stage, w.instance, w.facts_hash, t.severity, t.due_at, now()
from written as w
inner join told as t
    on
        t.tenant_id = w.tenant_id and t.order_id = w.order_id and t.stage = w.stage
        and t.instance = w.instance
on conflict (tenant_id, order_id, stage, instance) do update set
    facts_hash = excluded.facts_hash, severity = excluded.severity,
    breached_at = excluded.breached_at, noted_at = excluded.noted_at, is_again = false, tries = 0,
    not_before = '-infinity', last_reason = null
"""

# Cleared by the facts, not by asking about an earlier instant.
_WITHDRAW: LiteralString = """
update sla.narratives as n set withdrawn = true
where
    not n.withdrawn and {scope}
    and not exists (
        select from sla.clock_states as c
        where
            c.tenant_id = n.tenant_id and c.order_id = n.order_id
            and c.stage = n.stage and c.instance = n.instance
            and c.state not in ('met', 'cancelled') {each}
    )
    and not exists (
        select from sla.clocks as c
        where
            c.tenant_id = n.tenant_id and c.order_id = n.order_id
            and c.stage = n.stage and c.instance = n.instance
            and c.started_at > current_setting('e2a.as_of')::timestamptz {each}
    )
"""
