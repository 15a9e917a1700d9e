"""One EPCIS event to canonical events, or why it is none; and what an error declaration voids."""

from collections.abc import Mapping
from typing import Any

from e2a.domain.deliveries import Events, NothingToDo
from e2a.domain.dialects import ORDER_NAMESPACE_HEADER
from e2a.domain.events import CanonicalEvent, EventType, Reference, ScanStatus
from e2a.sources.epcis import steps
from e2a.sources.epcis.canonical import word
from e2a.sources.epcis.gs1 import normal
from e2a.sources.epcis.identity import content_hash
from e2a.sources.epcis.shapes import Context, Event
from e2a.sources.reading import code, header, unknown
from e2a.sources.senders import merchants_order
from e2a.sources.times import read_time

_NO_NAMES: dict[str, Any] = {}


def facts(given: Mapping[str, Any], context: Context) -> Events | NothingToDo:
    """What an event states.

    Raises:
        RefusedDeliveryError: a step of the standard is misspelt, or a time cannot be read.
    """
    event = Event.model_validate(given)
    if event.error_declaration is not None:
        return Events((_void(event, given, context),))
    meaning = _meaning(event, context)
    if isinstance(meaning, NothingToDo):
        return meaning
    names = _names(event, meaning, context)
    parcels: tuple[Reference | None, ...] = event.parcels or (None,)
    if not names and parcels == (None,):
        return NothingToDo("the event names no order, parcel or receipt")
    own, fragment = _identity(event, given, context)
    return Events(
        tuple(
            _event(event, meaning, names, parcel, _of_parcel(own, parcel, parcels), fragment)
            for parcel in parcels
        )
    )


def _meaning(event: Event, context: Context) -> EventType | NothingToDo:
    if event.biz_step is None:
        return NothingToDo("an event without a business step says nothing about work")
    step = word("bizStep", event.biz_step, context.prefixes)
    if ":" in step:
        return NothingToDo("a business step outside the Core Business Vocabulary")
    if step in steps.NOTHING or event.type in ("TransformationEvent", "AssociationEvent"):
        return NothingToDo(f"business step {step[:64]} is no work of a promise or a price")
    if step not in steps.STEPS:
        raise unknown("The business step", step, (*steps.STEPS, *steps.NOTHING))
    if event.action == "DELETE":
        return NothingToDo("action DELETE takes goods out of a unit or a transaction")
    meaning = steps.STEPS[step]
    is_return = meaning in steps.RECEIPTS and not steps.RETURNS.isdisjoint(_hints(event, context))
    return EventType.RETURN_RECEIVED if is_return else meaning


def _hints(event: Event, context: Context) -> set[str]:
    said = word("disposition", event.disposition or "", context.prefixes)
    return {said, *_transactions(event, context)}


def _transactions(event: Event, context: Context) -> dict[str, str]:
    """Business transactions by type; the first of each."""
    found: dict[str, str] = {}
    for one in event.biz_transaction_list:
        found.setdefault(
            word("bizTransactionList", one.type, context.prefixes), one.biz_transaction
        )
    return found


def _names(event: Event, meaning: EventType, context: Context) -> dict[str, Any]:
    """The order, or the receipt of goods that come in; empty if the event names neither.

    A transaction is an address, unique for good. Its last part is the merchant's own number where
    the sender's credential says in whose system.
    """
    transactions = _transactions(event, context)
    inbound = meaning in steps.RECEIPTS
    best = steps.NOTICES if inbound else steps.ORDERS
    found = next((normal(transactions[kind]) for kind in best if kind in transactions), None)
    if found is None:
        receipt = event.parcels[0].value if inbound and event.parcels else None
        return {"order": Reference(namespace="receipt", value=receipt)} if receipt else _NO_NAMES
    if inbound:
        return {"order": Reference(namespace="receipt", value=found)}
    names: dict[str, Any] = {"order": Reference(namespace="epcis", value=found)}
    number = found.replace("/", ":").rpartition(":")[2]
    if number and header(context.delivery, ORDER_NAMESPACE_HEADER):
        names["aliases"] = (merchants_order(context.delivery, number),)
    return names


def _identity(
    event: Event, given: Mapping[str, Any], context: Context
) -> tuple[str, dict[str, Any]]:
    """The event's id, and its fragment: the hash tells whether two events under one id agree."""
    digest = content_hash(given, context)
    said = {"type": event.type, "bizStep": event.biz_step, "action": event.action}
    return event.event_id or digest, {"hash": digest, **said}


def _of_parcel(own: str, parcel: Reference | None, parcels: tuple[Reference | None, ...]) -> str:
    """An event about several units is one fact a unit."""
    return own if parcel is None or len(parcels) == 1 else f"{own}#{parcel.value}"


def _event(
    event: Event, meaning: EventType, names: dict[str, Any], parcel: Reference | None,
    identity: str, fragment: dict[str, Any],
) -> CanonicalEvent:  # fmt: skip
    moment = read_time(event.event_time, "eventTime")
    problem = meaning is EventType.EXCEPTION_REPORTED
    return CanonicalEvent(
        source_event_id=identity,
        event_type=meaning,
        occurred_at=moment.instant,
        time_flags=moment.flags,
        **names,
        shipment=parcel,
        lines=event.lines,
        status=ScanStatus.IN_TRANSIT if meaning is EventType.CARRIER_SCAN else None,
        reason=code((event.biz_step or "").rpartition(":")[2]) if problem else None,
        attributes=event.attributes,
        correlation_id=event.parent_id,
        fragment=fragment,
    )


def _void(event: Event, given: Mapping[str, Any], context: Context) -> CanonicalEvent:
    """The declaration repeats the event that it voids: the same id, or the same content."""
    assert event.error_declaration is not None
    own, fragment = _identity(event, given, context)
    voided = dict.fromkeys((own, fragment["hash"]))
    parcels: tuple[Reference | None, ...] = event.parcels or (None,)
    corrects = [_of_parcel(name, parcel, parcels) for name in voided for parcel in parcels]
    declared = event.error_declaration
    moment = read_time(declared.declaration_time or event.event_time, "errorDeclaration")
    corrections = {"corrected_by": list(declared.corrective_event_ids)}
    return CanonicalEvent(
        source_event_id=f"{own}#void",
        event_type=EventType.EVENT_VOIDED,
        occurred_at=moment.instant,
        time_flags=moment.flags,
        corrects=tuple(corrects),
        reason=code((declared.reason or "").rpartition(":")[2]),
        attributes=corrections if declared.corrective_event_ids else {},
        fragment={**fragment, "voided": True},
    )
