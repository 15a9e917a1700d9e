"""What was planted, as it must show at the as-of instant: told from the chosen times alone."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from e2a.simulator.lives import Life

STATES = ("met", "breached", "cancelled", "open")


@dataclass(frozen=True, slots=True)
class Promise:
    """One clock as it stands: `state` is met, breached, cancelled or open (and not late)."""

    stage: str
    order: str
    due: datetime
    state: str


def promises(life: Life, as_of: datetime) -> Iterator[Promise]:
    """The clocks of an order that have started by the as-of instant."""
    merchant = life.merchant
    picked = life.picked[-1][0] if life.picked else None
    packed = max((p.packed for p in life.parcels), default=None)
    shipped = max((p.shipped for p in life.parcels), default=None)
    delivered = max((p.delivered for p in life.parcels), default=None)
    minutes = timedelta(minutes=1)
    stages = (
        ("pick", life.paid, life.paid + merchant.pick * minutes + life.held, picked),
        ("pack", picked, picked and picked + merchant.pack * minutes, packed),
        ("ship", packed, packed and packed + merchant.ship * minutes, shipped),
        ("deliver", life.created, life.promised, delivered),
    )
    for stage, start, due, done in stages:
        if start is not None and due is not None and start <= as_of:
            state = _state(life, stage, due, done, as_of)
            yield Promise(stage, life.shop_id, due, state)


def _state(life: Life, stage: str, due: datetime, done: datetime | None, as_of: datetime) -> str:
    if done is not None and done <= as_of:
        return "met" if done <= due else "breached"
    if life.cancelled is not None and life.cancelled <= as_of:
        return "cancelled"
    held = stage == "pick" and any(h.pauses and h.placed <= as_of < h.released for h in life.holds)
    return "breached" if as_of > due and not held else "open"


def reported(life: Life, as_of: datetime) -> Iterator[str]:
    """Reasons that somebody has reported for the order by the as-of instant."""
    for hold in life.holds:
        for what in ("inventory_shortage", "address_invalid"):
            if what in hold.hold_id and hold.placed + timedelta(seconds=40) <= as_of:
                yield what
    if "payment_failed" in life.planted and life.created + timedelta(seconds=20) <= as_of:
        yield "payment_failed"
    details = {"unable_to_deliver": "customer_unavailable", "damaged": "damaged_package"}
    seen = {detail for parcel in life.parcels for _, detail, at in parcel.scans if at <= as_of}
    yield from (details[detail] for detail in sorted(seen & set(details)))


def tell(lives: Iterable[Life], as_of: datetime) -> dict[str, object]:
    """The truth about one merchant's orders, ready for JSON."""
    counts: defaultdict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(STATES, 0))
    breaches: defaultdict[str, list[str]] = defaultdict(list)
    problems: defaultdict[str, list[str]] = defaultdict(list)
    orders = 0
    for life in lives:
        orders += life.created <= as_of
        for promise in promises(life, as_of):
            counts[promise.stage][promise.state] += 1
            if promise.state == "breached":
                breaches[promise.stage].append(promise.order)
        for what in reported(life, as_of):
            problems[what].append(life.shop_id)
    return {
        "orders": orders,
        "stages": {stage: {**c, "clocks": sum(c.values())} for stage, c in counts.items()},
        "breaches": {stage: sorted(found) for stage, found in breaches.items()},
        "reported": {what: sorted(found) for what, found in problems.items()},
    }
