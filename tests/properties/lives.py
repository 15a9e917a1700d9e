"""One order's life, drawn by Hypothesis: what happened, and when each part of it became known.

Names are given later, so that one life can be lived by several tenants. Times fall on half hours,
so that ties are common. Add a step when the vocabulary (domain 4.1) gains a type that a verdict or
an operation depends on.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from e2a.domain.deliveries import Source

MONDAY = datetime(2026, 3, 2, 6, tzinfo=UTC)
STEPS = 300
"""Half hours of a life: six days around a change of the clocks."""

LINES = ("1", "2", "3")
PARCELS = ("p1", "p2", None)
REASONS = ("incorrect_address", "awaiting_payment", "weather", "other")
PROMISES = ("pick", "ship", "ship#1", "ship#2", "deliver")
Step = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """A fact as one source stated it; `id` is its own among the facts of the life."""

    id: str
    source: Source
    occurred_at: datetime
    recorded_at: datetime
    fields: Step
    is_repeat: bool = False

    def says(self, other: "Said") -> bool:
        """Whether both are one statement, whenever each was recorded."""
        mine = (self.source, self.id, self.occurred_at, self.fields)
        return mine == (other.source, other.id, other.occurred_at, other.fields)


@dataclass(frozen=True, slots=True)
class Life:
    """The facts in order of recording, and a number from which arrangements are drawn."""

    facts: tuple[Said, ...]
    seed: int

    @property
    def is_plain(self) -> bool:
        """Nothing in it depends on which of two statements was recorded first (C9)."""
        ids = [fact.id for fact in self.facts if not fact.is_repeat]
        kinds = [fact.fields["event_type"] for fact in self.facts]
        parcels = [f.fields["shipment"] for f in self.facts if _opens_a_parcel(f)]
        return (
            len(set(ids)) == len(ids)
            and kinds.count("order_created") <= 1
            and len(set(parcels)) == len(parcels)
        )


def _opens_a_parcel(fact: Said) -> bool:
    return fact.fields["event_type"] == "shipped" and fact.fields.get("shipment") is not None


def _lines(least: int) -> st.SearchStrategy[list[Step]]:
    line = st.fixed_dictionaries({"line": st.sampled_from(LINES), "quantity": st.integers(1, 4)})
    return st.lists(line, min_size=least, max_size=3, unique_by=lambda given: given["line"])


def _event(kind: str, source: Source, **fields: st.SearchStrategy[Any] | Any) -> Any:
    drawn = {
        name: value if isinstance(value, st.SearchStrategy) else st.just(value)
        for name, value in fields.items()
    }
    parts = {"event_type": st.just(kind), **drawn}
    return st.tuples(st.just(source), st.fixed_dictionaries(parts))


WMS, SHOP, CARRIER = Source.WMS, Source.SHOPIFY, Source.CARRIER
_PARCEL = st.sampled_from(PARCELS)
_SCANS = st.sampled_from(["picked_up", "in_transit", "exception", "attempt_failed"])
_HOLD = {"hold_id": st.sampled_from(["h1", "h2"]), "reason": st.sampled_from(REASONS)}
_DELTA = st.lists(
    st.fixed_dictionaries({"line": st.sampled_from(LINES), "delta": st.integers(1, 2)}), max_size=1
)

_WORK = st.one_of(
    _event("order_paid", SHOP),
    _event("order_released", WMS),
    _event("pick_completed", WMS, lines=_lines(0)),
    _event("pick_completed", WMS, lines=_lines(1), shipment=_PARCEL),
    _event("pack_completed", WMS, lines=_lines(0), shipment=_PARCEL),
    _event("shipped", WMS, lines=_lines(0), shipment=_PARCEL),
    _event("shipped", WMS, lines=_lines(1), shipment=_PARCEL),
    _event("shipped", SHOP, lines=_lines(0), shipment=_PARCEL),
    _event("manifested", WMS, shipment=_PARCEL),
    _event("label_purchased", WMS, shipment="p1"),
    _event("return_received", WMS, lines=_lines(0)),
)
_CARRIED = st.one_of(
    _event("delivered", CARRIER, shipment="p1", order=None),
    _event("delivered", CARRIER, shipment="p2", order=None),
    _event("delivered", WMS),
    _event("carrier_scan", CARRIER, shipment="p1", order=None, status=_SCANS),
    _event("carrier_scan", CARRIER, shipment="p2", order=None, status=_SCANS),
)
_CHANGES = st.one_of(
    _event("hold_placed", WMS, **_HOLD),
    _event("hold_placed", SHOP, **_HOLD),
    _event("hold_released", WMS, **_HOLD),
    _event("hold_released", SHOP, hold_id=None),
    _event("order_cancelled", SHOP, lines=_lines(0)),
    _event("order_cancelled", WMS, lines=_lines(1)),
    _event("order_edited", SHOP, lines=_lines(1)),
    _event(
        "order_edited", SHOP,
        attributes=st.fixed_dictionaries({"additions": _DELTA, "removals": _DELTA}),
    ),
    _event("order_reopened", WMS, reason="customer"),
    _event("reship_requested", WMS, reason="lost", lines=_lines(0)),
    _event("exception_reported", WMS, reason="stock_mismatch"),
    _event(
        "sla_excused", WMS, reason="merchant",
        attributes=st.fixed_dictionaries(
            {"promise": st.sampled_from(PROMISES), "approver": st.just("ann")}
        ),
    ),
)  # fmt: skip
_CREATED = _event(
    "order_created", SHOP,
    lines=_lines(0), service_level=st.sampled_from([None, "standard", "express"]),
    site=st.sampled_from([None, "W1", "W2"]),
    promised_at=st.sampled_from([None, MONDAY + timedelta(days=4)]),
    destination_zone=st.sampled_from([None, "Asia/Tokyo"]),
)  # fmt: skip


@st.composite
def lives(draw: st.DrawFn) -> Life:
    """A creation, as a rule early; then work, parcels, changes, corrections and repetitions."""
    facts: list[Said] = []
    drawn = [draw(_CREATED)] if draw(st.integers(0, 9)) else []
    drawn += draw(st.lists(st.one_of(_WORK, _WORK, _CARRIED, _CHANGES), min_size=5, max_size=16))
    for source, fields in drawn:
        late = 0 if fields["event_type"] == "order_created" else draw(st.integers(0, STEPS))
        facts.append(_said(draw, len(facts), source, fields, late))
    for _ in range(draw(st.sampled_from([0, 0, 1, 1, 2, 3]))):
        facts.append(_again(draw, len(facts), draw(st.sampled_from(facts))))
    return Life(tuple(sorted(facts, key=lambda fact: fact.recorded_at)), draw(st.integers(0, 9999)))


def _said(draw: st.DrawFn, number: int, source: Source, fields: Step, late: int) -> Said:
    occurred = MONDAY + timedelta(minutes=30) * late
    delay = draw(st.sampled_from([0, 0, 5, 90, 1500, 9000]))
    return Said(str(number), source, occurred, recorded_at(occurred, delay, number), fields)


def recorded_at(occurred: datetime, delay: int, number: int) -> datetime:
    """So many minutes later, at an instant that no other fact of the life has."""
    return occurred + timedelta(minutes=delay, milliseconds=number)


def _again(draw: st.DrawFn, number: int, fact: Said) -> Said:
    """Something about an earlier fact: a correction, a repetition, a contradiction."""
    what = draw(st.sampled_from(["voided", "voided", "repeated", "worked again", "contradicted"]))
    later = draw(st.sampled_from([1, 30, 1440, 8000]))
    recorded = recorded_at(fact.recorded_at, later, number)
    if what == "voided":
        order = {} if draw(st.booleans()) else {"order": None}
        fields = {"event_type": "event_voided", "corrects": [fact.id], **order}
        return Said(str(number), fact.source, recorded, recorded, fields)
    if what == "repeated":
        return Said(fact.id, fact.source, fact.occurred_at, recorded, fact.fields, is_repeat=True)
    occurred = fact.occurred_at + timedelta(minutes=draw(st.sampled_from([30, 600])))
    recorded = max(recorded, recorded_at(occurred, 0, number))
    id = str(number) if what == "worked again" else fact.id
    return Said(id, fact.source, occurred, recorded, fact.fields)
