"""The post: facts into deliveries, some late, some twice, some out of order, some spoilt."""

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

import orjson

from e2a.simulator.plan import DELIVERY_RATES


@dataclass(frozen=True, slots=True)
class Letter:
    """A payload on its way: what happened when, and how it is addressed."""

    tenant: str
    source: str
    delivery_id: str
    occurred: datetime
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Delivery:
    """A letter as it arrived; `spoilt` is the raw text of one that cannot be understood."""

    letter: Letter
    received: datetime
    spoilt: str | None = None

    def line(self) -> bytes:
        """The line of the archive."""
        letter = self.letter
        body = self.spoilt if self.spoilt is not None else orjson.dumps(letter.body).decode()
        return orjson.dumps(
            {
                "tenant": letter.tenant,
                "source": letter.source,
                "delivery_id": letter.delivery_id,
                "received_at": _text(self.received),
                "headers": letter.headers,
                "body": body,
            }
        )


def deliver(letters: Iterable[Letter], until: datetime, random: Random) -> list[Delivery]:
    """Everything that arrives by `until`, in order of arrival; what happens later is not sent."""
    arrived = [d for letter in letters for d in _arrivals(letter, until, random)]
    return sorted(arrived, key=lambda d: (d.received, d.letter.delivery_id))


def identifier(*parts: object) -> str:
    """A UUID that is the same for the same parts."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(str(part) for part in parts)))


def _arrivals(letter: Letter, until: datetime, random: Random) -> Iterator[Delivery]:
    if letter.occurred > until:
        return
    first = Delivery(letter, min(letter.occurred + _delay(random), until))
    yield first
    if random.random() < DELIVERY_RATES["twice"]:
        again = first.received + timedelta(seconds=random.randrange(5, 900))
        yield Delivery(letter, min(again, until))
    if letter.source == "wms" and random.random() < DELIVERY_RATES["again_under_new_id"]:
        copy = replace(letter, delivery_id=letter.delivery_id + "-again")
        again = first.received + timedelta(seconds=random.randrange(60, 7200))
        yield Delivery(copy, min(again, until))


def _delay(random: Random) -> timedelta:
    draw = random.random()
    if draw < DELIVERY_RATES["very_late"]:
        return timedelta(minutes=random.uniform(300, 900))
    if draw < DELIVERY_RATES["very_late"] + DELIVERY_RATES["late"]:
        return timedelta(minutes=random.uniform(5, 240))
    return timedelta(seconds=random.uniform(0.2, 20))


def _text(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
