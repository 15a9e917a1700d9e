"""Orders that are under way when they are first heard of.

A promise of two hours would show no breach for two hours. So each order is one that the warehouse
has been working on: its life is the simulator's own, with the promises of `policies/`, moved in
time so that one moment of it falls into the next minute. Of an order that will be late this is the
deadline itself, which then passes without the event that would have kept it; of any other it is
some event of its life. What happened before is sent at once, in its order; what is still to come is
sent when it happens.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from e2a.simulator import floor, parcel, shop
from e2a.simulator.lives import Life, Parcel, lives
from e2a.simulator.plan import Merchant, Plan, merchant
from e2a.simulator.post import Letter
from e2a.simulator.truth import Promise, promises

SOON = (2.0, 45.0)
"""Seconds from now within which an order's chosen moment falls."""
BLOCK = 200
"""Orders among which the planted shares are exact."""
_NUMBERS_A_SECOND = 400
"""Order numbers follow the clock, so that no two runs of a year use the same ones."""
_YEAR_SECONDS = 366 * 86_400
_FAR = datetime(9999, 1, 1, tzinfo=UTC)


def letters(life: Life) -> list[Letter]:
    """Everything that anybody says about an order, in the order in which it happens."""
    found = [*shop.letters(life), *floor.letters(life), *parcel.letters(life)]
    return sorted(found, key=lambda letter: letter.occurred)


def late(life: Life) -> list[Promise]:
    """The promises that this order will break, by due instant."""
    broken = [promise for promise in promises(life, _FAR) if promise.state == "breached"]
    return sorted(broken, key=lambda promise: promise.due)


class Stories:
    """Orders of several merchants, one after the other."""

    def __init__(self, tenants: Sequence[str], seed: int, began: datetime) -> None:
        """`began` decides the order numbers; raises ValueError for a merchant that is not known."""
        self._random = Random(f"{seed}/live")
        first = int(began.timestamp()) % _YEAR_SECONDS * _NUMBERS_A_SECOND + 1
        for name in tenants:
            shop.people(merchant(name).locale)  # slow to invent; better before anybody waits
        self._shops = [self._orders(merchant(name), seed, first) for name in tenants]
        self._turn = 0

    def next(self, now: datetime) -> Life:
        """Another order, under way at an instant."""
        self._turn += 1
        life = next(self._shops[self._turn % len(self._shops)])
        lands = now + timedelta(seconds=self._random.uniform(*SOON))
        ahead = (lands - _moment(life, self._random)).total_seconds()
        return moved(life, timedelta(seconds=round(ahead)))

    def _orders(self, who: Merchant, seed: int, first: int) -> Iterator[Life]:
        plan = Plan(BLOCK, 1, seed, (who.tenant,))
        while True:
            yield from lives(plan, who, BLOCK, self._random, first)
            first += BLOCK


def moved(life: Life, by: timedelta) -> Life:
    """The same life at another time."""
    return replace(
        life,
        created=life.created + by,
        paid=life.paid + by,
        promised=life.promised + by,
        picked=[(at + by, articles) for at, articles in life.picked],
        parcels=[_moved_parcel(one, by) for one in life.parcels],
        holds=[replace(h, placed=h.placed + by, released=h.released + by) for h in life.holds],
        cancelled=life.cancelled and life.cancelled + by,
        returned=life.returned and life.returned + by,
    )


def _moved_parcel(one: Parcel, by: timedelta) -> Parcel:
    return replace(
        one,
        packed=one.packed + by,
        shipped=one.shipped + by,
        delivered=one.delivered + by,
        scans=[(status, detail, at + by) for status, detail, at in one.scans],
    )


def _moment(life: Life, random: Random) -> datetime:
    """What is to fall into the next minute."""
    broken = late(life)
    if broken:
        return broken[0].due
    if life.cancelled is not None:
        return life.cancelled
    done = [life.picked[-1][0]]
    for one in life.parcels:
        done += [one.packed, one.shipped, one.scans[-2][2], one.delivered]
    return random.choice(done)
