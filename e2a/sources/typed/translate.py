"""One typed object to one canonical event.

The rules of the shape that are more than a field's type stand here: what is required, how names,
times, flags and the payload's fragment are made.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from e2a.domain.deliveries import NothingToDo
from e2a.domain.events import CanonicalEvent, Charge, EventType, TimeFlag
from e2a.domain.localtime import Fold
from e2a.sources.reading import country, missing, unknown
from e2a.sources.times import read_aware, read_time
from e2a.sources.typed.extras import attributes_of, flags_of, fragment_of, lines_of
from e2a.sources.typed.references import aliases_of, order_of, shipment_of
from e2a.sources.typed.shape import TypedEvent
from e2a.sources.typed.vocabulary import (
    MEANINGS,
    NEEDS,
    NO_SCAN,
    NOTHING,
    SCANS,
    WITHOUT_ORDER,
    Meaning,
)


@dataclass(frozen=True, slots=True)
class Lane:
    """What differs between the roads that use the shape.

    Attributes:
        namespace: in which plain order numbers are names.
        history: whether rows may state `recorded_at` and their own namespace (C19).
    """

    namespace: str
    history: bool = False


def translate(given: Mapping[str, Any], lane: Lane) -> CanonicalEvent | NothingToDo:
    """The fact that a typed object states.

    Raises:
        RefusedDeliveryError: a needed field is missing or a word is not known.
        ValidationError: a field has the wrong shape.
    """
    row = TypedEvent.model_validate(given)
    meaning = _meaning(row)
    if isinstance(meaning, NothingToDo):
        return meaning
    _check_needs(row, meaning)
    return _event(row, meaning, lane, given)


def _meaning(row: TypedEvent) -> Meaning | NothingToDo:
    name, status = row.event_type.strip().lower(), (row.status or "").strip().lower()
    if (name == "carrier_scan" and status) or (name == "fulfillment_update" and status in SCANS):
        return _scan(status)
    if name in NOTHING:
        return NothingToDo(NOTHING[name])
    if name not in MEANINGS:
        raise unknown("Field `event_type`: the type", name, (*MEANINGS, *NOTHING))
    return MEANINGS[name]


def _scan(status: str) -> Meaning | NothingToDo:
    if status in NO_SCAN:
        return NothingToDo(f"a carrier status {status} is no scan of the parcel")
    if status not in SCANS:
        raise unknown("Field `status`: the status", status, (*SCANS, *NO_SCAN))
    return SCANS[status]


def _check_needs(row: TypedEvent, meaning: Meaning) -> None:
    implied = {"status": meaning.status, "code": meaning.code, "reason": row.exception_reason}
    for field in NEEDS.get(meaning.event_type, ()):
        if not implied.get(field) and getattr(row, field) in (None, ()):
            raise missing(field, f", since {meaning.event_type.value} needs it")
    subjects = (row.order_id, row.external_order, row.receipt_id, row.tracking_number)
    if meaning.event_type not in WITHOUT_ORDER and not any((*subjects, row.shipment_id)):
        raise missing("order_id", " (or external_order, tracking_number, receipt_id)")


def _event(
    row: TypedEvent, meaning: Meaning, lane: Lane, given: Mapping[str, Any]
) -> CanonicalEvent:
    namespace = row.order_namespace if lane.history and row.order_namespace else lane.namespace
    order = order_of(row, meaning.event_type, namespace)
    facts = dict(
        source_event_id=row.event_id,
        event_type=meaning.event_type,
        order=order,
        shipment=shipment_of(row, namespace),
        aliases=aliases_of(row, order),
        site=row.site,
        service_level=row.service_level,
        channel=row.channel,
        destination_country=country(row.destination.country),
        destination_zone=row.destination.zone,
        lines=lines_of(row),
        hold_id=row.hold_id,
        corrects=row.corrects,
        charge=_charge(row),
        code=row.code or meaning.code,
        status=meaning.status,
        reason=row.reason or row.exception_reason,
        party=row.party,
        quantity=_quantity(row, meaning),
        flags=flags_of(row, given),
        attributes=attributes_of(row),
        correlation_id=row.correlation_id,
        fragment=fragment_of(given),
        **_times(row, lane),
    )
    return CanonicalEvent(**{field: fact for field, fact in facts.items() if fact is not None})


def _times(row: TypedEvent, lane: Lane) -> dict[str, Any]:
    """All instants of the row; what was assumed for any of them is flagged."""
    occurred = read_time(row.occurred_at, "occurred_at", row.time_zone)
    flags = set(occurred.flags)
    times: dict[str, Any] = {"occurred_at": occurred.instant}
    for field in ("promised_at", "ship_by"):
        if stated := getattr(row, field):
            moment = read_time(stated, field, row.time_zone, Fold.LAST)
            times[field] = moment.instant
            flags |= moment.flags
    if lane.history and row.recorded_at:
        times["recorded_at"] = read_aware(row.recorded_at, "recorded_at")
    if row.time_assumed:
        flags.add(TimeFlag.ASSUMED_TIME)
    return {**times, "time_flags": frozenset(flags)}


def _charge(row: TypedEvent) -> Charge | None:
    return None if row.charge is None else Charge(**dict(row.charge))


def _quantity(row: TypedEvent, meaning: Meaning) -> Decimal | None:
    """As stated; a value-added operation that counts nothing was done once."""
    once = meaning.event_type is EventType.VAS_PERFORMED and row.quantity is None
    return Decimal(1) if once else row.quantity
