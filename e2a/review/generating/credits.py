"""Months on both sides of each band of an SLA credit: so many orders, so many of them late (B12).

An order that is on time is ended a minute after its clock starts; one that is late is never ended:
when the month is billed, its clock is open and past due, which counts as breached (C17).
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from e2a.domain.policies import Policies, Promise, instant_of
from e2a.domain.policies.rates import SlaCreditText
from e2a.review.generating.clocks import promises
from e2a.review.generating.moments import MINUTE, text
from e2a.review.generating.orders import REACHED_BY, Place
from e2a.review.given import Document

SIZES = (100, 200)
"""Orders a month: the least of which every bound is a whole number; else the most, by which a month
lies just above a bound and one just below it. A scenario is judged once for every wrong."""


def shares(credit: SlaCreditText) -> Sequence[tuple[int, int]]:
    """(orders, late ones) a month: none late, exactly on each bound, one order beyond it, all."""
    bounds = {credit.target_percent, *(band.from_percent for band in credit.bands)} - {Decimal(0)}
    orders = next((n for n in SIZES if all(b * n % 100 == 0 for b in bounds)), SIZES[-1])
    on_bound = [orders - int(-(-bound * orders // 100)) for bound in bounds]
    late = {0, orders, *on_bound, *(n + 1 for n in on_bound)}
    return [(orders, n) for n in sorted(late)]


def promised(
    policies: Policies, credit: SlaCreditText, month: date, number: int
) -> Iterator[Document]:
    """The orders of a month that decide the credit; none where nobody promises its stage.

    Args:
        policies: whose promises are kept or broken.
        credit: of the card that is in force.
        month: its first day.
        number: of the month, from 0: which of the shares is tried.
    """
    day = datetime.combine(month + timedelta(days=2), time(10, 7))
    found = [one for one in promises(policies) if _decides(one, credit, day)]
    if not found:
        return
    place, promise = max(found, key=lambda one: _since(one[0]))
    of = shares(credit)
    orders, late = of[number % len(of)]
    at = day.replace(tzinfo=place.zone)
    for word, count in (("kept", orders - late), ("late", late)):
        name = f"{word}-{month:%y%m}-{{n}}"
        events = [*place.begun(promise, name, at)]
        events += [place.ended(promise, name, at + MINUTE)] if word == "kept" else []
        yield from ({**event, "repeat": count} for event in events if count)


def over(policies: Policies, month: date) -> Iterator[Document]:
    """What happens in the month after the last one: a credit is due when its month is over."""
    zone = ZoneInfo(policies.tenant.billing_zone)
    at = text(datetime.combine(month, time(10, 7), zone), zone)
    site = next(iter(policies.tenant.sites))
    yield {"at": at, "type": "order_created", "order": f"next-{month:%y%m}", "site": site}


def _decides(one: tuple[Place, Promise], credit: SlaCreditText, day: datetime) -> bool:
    """Whether a promise is of the credit's stage, can be kept by an event, and is in force."""
    place, promise = one
    is_of_stage = promise.stage == credit.stage and promise.end in REACHED_BY
    return is_of_stage and _since(place) <= day.replace(tzinfo=place.zone)


def _since(place: Place) -> datetime:
    return instant_of(place.entry.valid_from, place.zone.key)
