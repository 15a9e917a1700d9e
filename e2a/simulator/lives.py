"""The life of each order: every time in it is chosen here, and what is planted with it.

On time means at most 85 % of the target; late means the target, a tenth more and a quarter of an
hour. Holds that pause stand within the pick; whoever cancels does so before any deadline.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from e2a.simulator.plan import FLAGS, RATES, Merchant, Plan

HOURLY = (2, 1, 1, 1, 1, 2, 4, 7, 10, 13, 15, 14, 12, 11, 11, 12, 13, 14, 16, 18, 17, 12, 8, 4)
"""Orders by local hour: quiet nights, a peak before noon and one in the evening."""
WEEKLY = (11, 10, 10, 10, 11, 7, 6)


@dataclass(frozen=True, slots=True)
class Article:
    """A line of an order."""

    line: str
    sku: str
    title: str
    quantity: int
    cents: int


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold that the warehouse placed; `pauses` as the policies say."""

    hold_id: str
    reason: str
    placed: datetime
    released: datetime
    pauses: bool


@dataclass(slots=True)
class Parcel:
    """One shipment of an order, with its scans as (status, detail, instant)."""

    tracking: str
    articles: list[Article]
    packed: datetime
    shipped: datetime
    delivered: datetime
    label_cents: int
    scans: list[tuple[str, str, datetime]] = field(default_factory=list)


@dataclass(slots=True)
class Life:
    """One order from the shop to the door; None is what never happens."""

    merchant: Merchant
    number: int
    planted: set[str]
    articles: list[Article]
    created: datetime
    paid: datetime
    picked: list[tuple[datetime, list[Article]]]
    parcels: list[Parcel]
    promised: datetime
    holds: list[Hold]
    cancelled: datetime | None = None
    returned: datetime | None = None

    @property
    def shop_id(self) -> str:
        """The order's id in the shop: 13 digits."""
        return str(5_000_000_000_000 + self.merchant.number * 100_000_000_000 + self.number * 7)

    @property
    def wms_id(self) -> str:
        """The order's number in the warehouse."""
        return f"SO-{self.merchant.number}{self.number:06d}"

    @property
    def flags(self) -> list[str]:
        """What is special about the order."""
        return [flag for flag in FLAGS if flag in self.planted]

    @property
    def held(self) -> timedelta:
        """How long pausing holds stood."""
        return sum((h.released - h.placed for h in self.holds if h.pauses), timedelta())


def lives(
    plan: Plan, merchant: Merchant, count: int, random: Random, first: int = 1
) -> Iterator[Life]:
    """The orders of one merchant, numbered from `first`, in no particular order of time."""
    planted = _plant(count, random)
    for place in range(count):
        yield _life(plan, merchant, first + place, planted[place], random)


def _plant(count: int, random: Random) -> list[set[str]]:
    """What is planted in which order: exact counts; what would contradict itself is kept apart."""
    chosen: list[set[str]] = [set() for _ in range(count)]
    apart = {"cancelled_before_pick", "cancelled_after_pick"}
    for what in sorted(RATES, key=lambda name: name not in apart):
        free = [i for i in range(count) if not _clashes(what, chosen[i], apart)]
        for i in random.sample(free, min(len(free), round(RATES[what] * count))):
            chosen[i].add(what)
    return chosen


def _clashes(what: str, has: set[str], apart: set[str]) -> bool:
    if what in apart or has & apart:
        return what not in FLAGS and bool(has)
    holds = {"inventory_shortage", "address_invalid", "other_hold"}
    return what in holds and bool(has & holds)


def _life(plan: Plan, merchant: Merchant, number: int, planted: set[str], random: Random) -> Life:
    created = _moment(plan, merchant, random)
    wait = random.uniform(70, 300) if "payment_failed" in planted else random.uniform(0.2, 6)
    paid = _plus(created, wait)
    articles = _articles(number, random)
    holds = _holds(merchant, number, planted, paid, random)
    held = sum(((h.released - h.placed).total_seconds() / 60 for h in holds if h.pauses), 0.0)
    work = _spent("late_pick" in planted, merchant.pick, random)
    last_release = max((h.released for h in holds), default=paid)
    picked_at = max(_plus(paid, work + held), _plus(last_release, 2))
    life = Life(merchant, number, planted, articles, created, paid, [], [], created, holds)
    life.picked = _picks(life, picked_at, random)
    life.parcels = _parcels(life, picked_at, random)
    _promise(life, random)
    _cancel(life, picked_at, random)
    if "returned" in planted and life.cancelled is None:
        life.returned = _plus(life.parcels[-1].delivered, random.uniform(600, 2400))
    return life


def _moment(plan: Plan, merchant: Merchant, random: Random) -> datetime:
    day = random.choices(range(plan.days), [WEEKLY[d % 7] for d in range(plan.days)])[0]
    hour = random.choices(range(24), HOURLY)[0]
    local = plan.opens.replace(tzinfo=merchant.zone) + timedelta(days=day)
    moment = local.replace(hour=hour, minute=random.randrange(60), second=random.randrange(60))
    return moment.astimezone(plan.opens.tzinfo)


def _articles(number: int, random: Random) -> list[Article]:
    lines = random.choices((1, 2, 3, 4), (40, 35, 20, 5))[0]
    skus = random.sample(range(1, 81), lines)
    return [
        Article(
            line=str(9_000_000_000_000 + number * 10 + place),
            sku=f"SKU-{sku:03d}",
            title=f"Article {sku}",
            quantity=random.choices((1, 2, 3, 4, 5), (50, 25, 15, 7, 3))[0],
            cents=500 + sku * 37,
        )
        for place, sku in enumerate(skus, 1)
    ]


def _holds(
    merchant: Merchant, number: int, planted: set[str], paid: datetime, random: Random
) -> list[Hold]:
    reasons = {
        "inventory_shortage": ("inventory_out_of_stock", True),
        "address_invalid": ("incorrect_address", True),
        "other_hold": ("other", False),
    }
    holds = []
    for what in sorted(planted & set(reasons)):
        reason, pauses = reasons[what]
        placed = _plus(paid, random.uniform(3, merchant.pick * 0.1))
        length = random.uniform(20, 400) if pauses else merchant.pick * 0.15
        holds.append(Hold(f"H-{number}-{what}", reason, placed, _plus(placed, length), pauses))
    return holds


def _spent(late: bool, target: int, random: Random) -> float:
    """Minutes of running time that a stage takes."""
    if late:
        return target * random.uniform(1.1, 2.2) + 15
    return target * random.uniform(0.25, 0.85)


def _picks(life: Life, done: datetime, random: Random) -> list[tuple[datetime, list[Article]]]:
    if len(life.articles) < 2 or random.random() > 0.1:
        return [(done, life.articles)]
    first = _plus(done, -random.uniform(1, 8))
    return [(max(first, _plus(life.paid, 1)), life.articles[:1]), (done, life.articles[1:])]


def _parcels(life: Life, picked: datetime, random: Random) -> list[Parcel]:
    merchant, planted = life.merchant, life.planted
    packed = _plus(picked, _spent("late_pack" in planted, merchant.pack, random))
    shipped = _plus(packed, _spent("late_ship" in planted, merchant.ship, random))
    split = "split" in planted and len(life.articles) > 1
    groups = [life.articles[:1], life.articles[1:]] if split else [life.articles]
    parcels = []
    for place, articles in enumerate(groups, 1):
        early = (len(groups) - place) * 5
        parcel = Parcel(
            tracking=f"1Z{merchant.number}{life.number:08d}{place}",
            articles=articles,
            packed=max(_plus(packed, -early), _plus(picked, 1)),
            shipped=max(_plus(shipped, -early), _plus(packed, 1)),
            delivered=_plus(shipped, random.uniform(1100, 2900)),
            label_cents=random.randrange(420, 1650),
        )
        parcels.append(parcel)
        _scan(parcel, planted, random)
    return parcels


def _scan(parcel: Parcel, planted: set[str], random: Random) -> None:
    span = parcel.delivered - parcel.shipped
    parcel.scans.append(("in_transit", "arrived_at_facility", parcel.shipped + span * 0.2))
    if "damaged_package" in planted:
        parcel.scans.append(("failure", "damaged", parcel.shipped + span * 0.5))
    if "customer_unavailable" in planted:
        parcel.scans.append(("failure", "unable_to_deliver", parcel.shipped + span * 0.7))
    parcel.scans.append(("out_for_delivery", "out_for_delivery", parcel.shipped + span * 0.9))
    parcel.scans.append(("delivered", "arrived_at_destination", parcel.delivered))
    parcel.scans[:] = [(s, d, at.replace(microsecond=0)) for s, d, at in parcel.scans]
    parcel.delivered = parcel.scans[-1][2]


def _promise(life: Life, random: Random) -> None:
    """The shop's promise: kept with half a day to spare, or broken by some hours."""
    delivered = max(parcel.delivered for parcel in life.parcels)
    delay = "delivery_delay" in life.planted
    span = (delivered - life.created).total_seconds() / 60
    minutes = span - random.uniform(120, min(900, span * 0.5)) if delay else span + 720
    life.promised = _plus(life.created, minutes).replace(minute=0, second=0)
    if not delay:
        life.promised += timedelta(hours=random.randrange(1, 30))


def _cancel(life: Life, picked: datetime, random: Random) -> None:
    if "cancelled_before_pick" in life.planted:
        life.cancelled = _plus(life.paid, random.uniform(2, 15))
        life.picked, life.parcels = [], []
    if "cancelled_after_pick" in life.planted:
        life.cancelled = _plus(picked, random.uniform(3, 15))
        life.parcels = []


def _plus(moment: datetime, minutes: float) -> datetime:
    """Later by that many minutes, to the whole second."""
    return (moment + timedelta(minutes=minutes)).replace(microsecond=0)
