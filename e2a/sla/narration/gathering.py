"""From claimed breaches to typed facts: what the database knows, by an allow-list.

Only what `facts_of_breach` names can be told; of the customer nothing is read, but to take it out
of order notes. Facts are read as of the instant that the transaction asks about, and belong to the
rules' words only if these tell the same: else the rules have not caught up, and nothing is asked.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, LiteralString

import psycopg

from e2a.domain.analysis.breach_facts import Beside, facts_of_breach
from e2a.domain.analysis.facts import Facts
from e2a.domain.analysis.judging import Known
from e2a.domain.analysis.notes import OrderNote
from e2a.domain.privacy import notes_in, personal_values
from e2a.sla.moved import looked_up
from e2a.sla.narration.others import others
from e2a.sla.narration.queue import Claimed, Key
from e2a.sla.narratives import breaches, content_of, hash_of
from e2a.warehouse.temporary import temporary

_Writer = Literal["customer", "carrier", "warehouse"]
_WRITERS: dict[str, _Writer] = {"shopify": "customer", "carrier": "carrier"}
"""Whose words a source's notes are; the others' are the warehouse's."""


@dataclass(frozen=True, slots=True)
class Told:
    """A breach with everything that may be said of it.

    Attributes:
        notes: what people wrote about the order, as it came: hostile, and bounded and scrubbed
            before it is sent; none where the tenant sends facts only.
        personal: what is known of the customer: taken out of notes, looked for in answers, and
            never sent.
        others: what would name another order of the tenant: looked for in answers.
    """

    claimed: Claimed
    facts: Facts
    notes: tuple[OrderNote, ...] = ()
    personal: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


def present(connection: psycopg.Connection[Any], row: dict[str, Any]) -> tuple[Facts | None, Known]:
    """The facts of one explained breach, and what a note about it must not say.

    Args:
        connection: as `e2a_app`, in a transaction that has asked about an instant.
        row: of `sla.explanations`.

    Returns:
        No facts if they are no longer the ones that were told.
    """
    key = (row["tenant_id"], row["order_id"], row["stage"], row["instance"])
    _aside(connection, [key])
    _, personal = _texts(connection, frozenset())[key[:2]]
    known = Known(personal=personal, others=others(connection).than(key[:2]))
    for breach in breaches(connection, _OF_ASKED):
        if hash_of(content_of(breach)) == row["facts_hash"]:
            return facts_of_breach(breach, _beside(connection).get(key, Beside())), known
    return None, known


_Texts = tuple[tuple[OrderNote, ...], tuple[str, ...]]


def gather(connection: psycopg.Connection[Any], claimed: Sequence[Claimed]) -> list[Told]:
    """Facts of those breaches whose present facts are the ones that the rules have told.

    Args:
        connection: as `e2a_app`, in a transaction that has asked about an instant.
        claimed: with words of the rules.
    """
    if not claimed:
        return []
    mine = {one.key: one for one in claimed}
    _aside(connection, mine)
    beside = _beside(connection)
    found = []
    for breach in breaches(connection, _OF_ASKED):
        key = (breach.tenant_id, breach.order_id, breach.stage, breach.instance)
        if hash_of(content_of(breach)) == mine[key].facts_hash:
            facts = facts_of_breach(breach, beside.get(key, Beside()))
            found.append((mine[key], facts))
    texts = _texts(connection, {one.key[:2] for one in claimed if one.ai == "on"})
    beside_it = others(connection)
    return [
        Told(one, facts, *texts[one.key[:2]], beside_it.than(one.key[:2])) for one, facts in found
    ]


def _beside(connection: psycopg.Connection[Any]) -> dict[Key, Beside]:
    return {
        (tenant, order, stage, instance): Beside(
            target=timedelta(seconds=target) if target else None,
            held=timedelta(seconds=held) if held else None,
            holds=holds,
        )
        for tenant, order, stage, instance, target, held, holds in connection.execute(_BESIDE)
    }


def _aside(connection: psycopg.Connection[Any], keys: Iterable[Key]) -> None:
    connection.execute(_ASIDE)
    with connection.cursor().copy("copy asked from stdin") as copy:
        for key in keys:
            copy.write_row(key)


def _texts(
    connection: psycopg.Connection[Any], with_notes: Collection[tuple[str, str]]
) -> defaultdict[tuple[str, str], _Texts]:
    """Order notes, of orders whose notes may be sent, and known personal values; by order."""
    known: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    said: defaultdict[tuple[str, str], list[OrderNote]] = defaultdict(list)
    for tenant, order, source, fragment in connection.execute(_FRAGMENTS):
        known[tenant, order].update(personal_values(fragment))
        if (tenant, order) in with_notes:
            writer: _Writer = _WRITERS.get(source, "warehouse")
            said[tenant, order] += [OrderNote(writer, note) for note in notes_in(fragment)]
    texts: defaultdict[tuple[str, str], _Texts] = defaultdict(lambda: ((), ()))
    for order_key, values in known.items():
        texts[order_key] = tuple(dict.fromkeys(said[order_key])), tuple(sorted(values))
    return texts


_ASIDE = temporary("asked", "tenant_id text, order_id text, stage text, instance integer")

_KEY: tuple[LiteralString, ...] = ("tenant_id", "order_id", "stage", "instance")
_OF_ASKED: LiteralString = f"({looked_up('asked', 'sla.breaches', _KEY)})"

_BESIDE = """
select
    c.tenant_id, c.order_id, c.stage, c.instance, p.target_seconds, h.seconds::float8,
    coalesce(h.holds, 0)
from asked as a
inner join sla.clocks as c
    on
        c.tenant_id = a.tenant_id and c.order_id = a.order_id and c.stage = a.stage
        and c.instance = a.instance
left join reference.sla_policies as p
    on p.tenant_id = c.tenant_id and p.policy_version = c.policy_version and p.stage = c.stage
left join lateral (
    select
        count(*)::integer as holds,
        sum(extract(epoch from least(s.ends_at, t.as_of) - s.starts_at)) as seconds
    from sla.clock_segments as s
    cross join (select current_setting('e2a.as_of')::timestamptz as as_of) as t
    where
        s.tenant_id = c.tenant_id and s.order_id = c.order_id and s.stage = c.stage
        and s.instance = c.instance and s.is_paused and s.starts_at <= t.as_of
) as h on true
"""

_FRAGMENTS = """
select o.tenant_id, o.order_id, e.source, e.fragment
from (select distinct tenant_id, order_id from asked) as o
inner join orders.identifiers as i on i.tenant_id = o.tenant_id and i.order_id = o.order_id
inner join landing.order_events as e on e.tenant_id = i.tenant_id and e.order_name = i.name
where e.fragment <> '{}'
order by o.tenant_id, o.order_id, e.recorded_at desc, e.source, e.source_event_id
"""
