"""Inbox rows to canonical rows: call the parser, judge plausibility, shape the COPY row.

What one row becomes is decided here without a look at any other row; what rows mean to each other
(duplicates, conflicts, names of one order) is decided in SQL by `e2a.warehouse.store`.
"""

import hashlib
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson

from e2a.domain.deliveries import (
    Delivery,
    Events,
    NothingToDo,
    Outcome,
    Parser,
    RefusedDeliveryError,
    Source,
)
from e2a.domain.events import EARLIEST_PLAUSIBLE, CanonicalEvent

FUTURE_TOLERANCE = timedelta(minutes=15)
"""How far `occurred_at` may lie after `recorded_at` before it is implausible (C20)."""


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A delivery with its place in the inbox.

    `accepted_at` is when its facts became known: receipt, or, for a row that was held back, the
    instant of its resolution (C19).
    """

    seq: int
    delivery: Delivery
    accepted_at: datetime


def inbox_row(source: Source, row: Sequence[Any], resolved_at: datetime | None = None) -> InboxRow:
    """An inbox row as `ahead.COLUMNS` lists it; known since its receipt, or its resolution.

    Args:
        source: its road.
        row: the values of those columns.
        resolved_at: if it was held back until then (C19).
    """
    seq, tenant_id, delivery_id, received_at, headers, body = row
    delivery = Delivery(tenant_id, source, delivery_id, received_at, body, headers)
    return InboxRow(seq, delivery, resolved_at or received_at)


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing a person must decide about: a row of `landing.quarantine`."""

    ordinal: int
    reason: str
    detail: str
    source_event_id: str | None = None


@dataclass(slots=True)
class Understood:
    """What one inbox row became; each event with its place among all that the row states."""

    row: InboxRow
    outcome: Outcome
    reason: str | None = None
    detail: str | None = None
    events: Sequence[tuple[int, CanonicalEvent]] = ()
    refusals: list[Refusal] = field(default_factory=list)
    mentions: frozenset[str] = frozenset()


def understand(row: InboxRow, parse: Parser) -> Understood:
    """Parse one row; every failure becomes an outcome, none is raised.

    A parser's own defect (any other exception) is a dead letter: kept, and tried again
    after 5, 10 and 20 minutes (`e2a.warehouse.held`).
    """
    try:
        return _judged(row, parse(row.delivery))
    except RefusedDeliveryError as refusal:
        refused = Refusal(0, refusal.reason, refusal.detail)
        return Understood(
            row, Outcome.QUARANTINED, refusal.reason, refusal.detail, refusals=[refused]
        )
    except Exception as error:
        text = "".join(traceback.format_exception_only(error)).strip()
        return Understood(row, Outcome.DEAD_LETTER, type(error).__name__, text[:2000])


def _judged(row: InboxRow, parsed: Events | NothingToDo) -> Understood:
    if isinstance(parsed, NothingToDo):
        return Understood(row, Outcome.NOTHING_TO_DO, parsed.reason)
    good, refusals = [], []
    mentions = frozenset(_mentions(parsed.events))
    for ordinal, event in enumerate(parsed.events):
        problem = _implausible(event, recorded_at(row, event), row)
        if problem is None:
            good.append((ordinal, event))
        else:
            refusals.append(Refusal(ordinal, *problem, event.source_event_id))
    if refusals:
        first = refusals[0]
        return Understood(
            row, Outcome.QUARANTINED, first.reason, first.detail, good, refusals, mentions
        )
    return Understood(row, Outcome.CANONICAL, events=good, mentions=mentions)


def _mentions(events: Sequence[CanonicalEvent]) -> Iterator[str]:
    """Names of orders and parcels, so that a row can be found whatever became of its facts."""
    for event in events:
        for reference in (event.order, event.shipment, *event.aliases):
            if reference is not None:
                yield str(reference)


def recorded_at(row: InboxRow, event: CanonicalEvent) -> datetime:
    """When the fact became known: what a file states, else when the row was accepted (C19)."""
    if row.delivery.source is Source.FILE and event.recorded_at is not None:
        return event.recorded_at
    return row.accepted_at


def _implausible(
    event: CanonicalEvent, recorded: datetime, row: InboxRow
) -> tuple[str, str] | None:
    if recorded > row.accepted_at:
        return (
            "recorded_in_future",
            f"recorded_at {recorded.isoformat()} lies after receipt at "
            f"{row.accepted_at.isoformat()}; a file may only state an earlier instant (C19)",
        )
    if event.occurred_at > recorded + FUTURE_TOLERANCE or event.occurred_at < EARLIEST_PLAUSIBLE:
        return (
            "implausible_time",
            f"occurred_at {event.occurred_at.isoformat()} is before 1990 or more than 15 minutes "
            f"after {recorded.isoformat()}, when it was recorded; correct the source's clock (C20)",
        )
    return None


def _words(event: CanonicalEvent) -> tuple[bytes, str]:
    """SHA-256 of the canonical JSON of the source's own fragment (C9), and the fragment."""
    if event.fragment:
        said = orjson.dumps(event.fragment, option=orjson.OPT_SORT_KEYS)
        return hashlib.sha256(said).digest(), _without_nul(said)
    content = event.model_dump(mode="json", exclude={"recorded_at"})
    said = orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(said).digest(), "{}"


COLUMNS = (
    "inbox_seq", "ordinal", "tenant_id", "source", "source_event_id", "event_type", "order_name",
    "shipment_name", "aliases", "site", "service_level", "channel", "destination_country",
    "destination_zone", "units", "lines", "promised_at", "ship_by", "hold_id", "corrects",
    "charge_code", "charge_amount", "charge_currency", "code", "status", "reason", "party",
    "quantity", "flags", "attributes", "time_flags", "occurred_at", "recorded_at",
    "correlation_id", "payload_hash", "fragment", "parser_version",
)  # fmt: skip


def copy_row(
    row: InboxRow, ordinal: int, event: CanonicalEvent, parser_version: str
) -> tuple[object, ...]:
    """One event as the columns of `COLUMNS`."""
    delivery, charge = row.delivery, event.charge
    lines = [line.model_dump() for line in event.lines]
    payload_hash, fragment = _words(event)
    return (
        row.seq, ordinal, delivery.tenant_id, delivery.source.value, event.source_event_id,
        event.event_type.value, _name(event.order), _name(event.shipment),
        [str(alias) for alias in event.aliases], event.site, event.service_level, event.channel,
        event.destination_country, event.destination_zone, event.units, _json(lines),
        event.promised_at, event.ship_by, event.hold_id, list(event.corrects),
        charge and charge.code, charge and charge.amount, charge and charge.currency,
        event.code, event.status and event.status.value, event.reason, event.party,
        event.quantity, sorted(event.flags), _json(event.attributes),
        sorted(flag.value for flag in event.time_flags), event.occurred_at,
        recorded_at(row, event), event.correlation_id, payload_hash, fragment, parser_version,
    )  # fmt: skip


def _name(reference: object | None) -> str | None:
    return None if reference is None else str(reference)


def _json(value: dict[str, Any] | list[Any]) -> str:
    if not value:
        return "{}" if isinstance(value, dict) else "[]"
    return _without_nul(orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS))


def _without_nul(written: bytes) -> str:
    return written.decode().replace("\\u0000", "")
