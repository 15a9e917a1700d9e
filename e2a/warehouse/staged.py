"""What inbox rows became, as the rows that a store copies and inserts: made without a database.

A parser's process makes it of a whole chunk, so that the process that stores has nothing left to do
for each row. What one row becomes belongs to `canonical`, what rows mean to each other to `store`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from e2a.domain.deliveries import Outcome, Source
from e2a.warehouse.canonical import Understood, copy_row
from e2a.warehouse.copying import encoded, line

Values = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Staged:
    """Inbox rows of one source, ready to be stored.

    Attributes:
        events: their canonical events as COPY text.
        decided: their outcomes as COPY text.
        refusals: rows of `landing.quarantine`.
        dead: rows of `landing.dead_letters`.
        source: their road; None if there are none.
        tenants: whose they are.
        is_distinct: whether no two of their events are one fact.
    """

    events: bytes
    decided: bytes
    refusals: list[Values]
    dead: list[Values]
    source: Source | None
    tenants: frozenset[str]
    is_distinct: bool


def stage(understood: Sequence[Understood], parser_version: str) -> Staged:
    """The rows that a store needs of what inbox rows became.

    Raises:
        Exception: `keeping.POISON`, of a row that Postgres could not take.
    """
    deliveries = [became.row.delivery for became in understood]
    return Staged(
        encoded(_events(understood, parser_version)),
        encoded(line(_decided(became, parser_version)) for became in understood),
        list(_refusals(understood)),
        list(_dead(understood)),
        deliveries[0].source if deliveries else None,
        frozenset(delivery.tenant_id for delivery in deliveries),
        _is_distinct(understood),
    )


def _events(understood: Sequence[Understood], parser_version: str) -> Iterator[str]:
    for became in understood:
        for ordinal, event in became.events:
            yield line(copy_row(became.row, ordinal, event, parser_version))


def _decided(became: Understood, parser_version: str) -> Values:
    delivery = became.row.delivery
    return (
        delivery.tenant_id, became.row.seq, delivery.source.value, delivery.received_at,
        became.outcome.value, became.reason, became.detail, len(became.events),
        sorted(became.mentions), parser_version,
    )  # fmt: skip


def _refusals(understood: Sequence[Understood]) -> Iterator[Values]:
    for became in understood:
        delivery = became.row.delivery
        for refusal in became.refusals:
            yield (
                delivery.tenant_id, became.row.seq, refusal.ordinal, delivery.source.value,
                refusal.source_event_id, refusal.reason, refusal.detail, delivery.received_at,
            )  # fmt: skip


def _dead(understood: Sequence[Understood]) -> Iterator[Values]:
    for became in understood:
        if became.outcome is Outcome.DEAD_LETTER:
            delivery = became.row.delivery
            yield (
                delivery.tenant_id, became.row.seq, delivery.source.value, became.reason,
                became.detail,
            )  # fmt: skip


def _is_distinct(understood: Sequence[Understood]) -> bool:
    facts = [
        (became.row.delivery.tenant_id, became.row.delivery.source, event.source_event_id)
        for became in understood
        for _, event in became.events
    ]
    return len(set(facts)) == len(facts)
