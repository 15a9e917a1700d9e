"""Facts through the real loader, the real store and one real refresh, many at a time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

import psycopg

from e2a.domain.deliveries import Delivery, Events, Outcome, Source
from e2a.domain.events import CanonicalEvent
from e2a.domain.policy_text import from_documents
from e2a.warehouse.canonical import InboxRow, Understood, understand
from e2a.warehouse.reference import load
from e2a.warehouse.store import store

Connection = psycopg.Connection[Any]
_seqs = count(1)


@dataclass(frozen=True, slots=True)
class Fact:
    """An event and how it arrived."""

    tenant: str
    source: Source
    recorded_at: datetime
    event: Mapping[str, Any]


def promise(
    connection: Connection,
    documents: Iterable[tuple[str, dict[str, Any]]],
    first: date,
    last: date,
    loaded_at: datetime = datetime(2026, 1, 1, tzinfo=UTC),
) -> None:
    """Load tenants, given as {"tenant": ..., "sla": ...}, with calendars over those dates."""
    found = [from_documents(tenant, {"rates": [], **given}) for tenant, given in documents]
    load(connection, found, loaded_at, (first, last))


def put(connection: Connection, facts: Sequence[Fact]) -> None:
    """Store facts, each as an inbox row of its own, received when it was recorded (C19)."""
    store(connection, list(_understood(facts)), "properties")


def _understood(facts: Sequence[Fact]) -> Iterator[Understood]:
    for fact in facts:
        seq, event = next(_seqs), CanonicalEvent.model_validate(fact.event)
        delivery = Delivery(fact.tenant, fact.source, f"property-{seq}", fact.recorded_at, b"")
        became = understand(
            InboxRow(seq, delivery, fact.recorded_at), lambda _, e=event: Events((e,))
        )
        assert became.outcome is Outcome.CANONICAL, f"{became.detail}: {event}"
        yield became


def name(text: str) -> dict[str, str]:
    namespace, value = text.split(":")
    return {"namespace": namespace, "value": value}
