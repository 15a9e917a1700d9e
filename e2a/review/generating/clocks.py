"""Tests of promises: which instants are tried, and what is asked of each clock.

A promise is tried in two steps: begun at many instants, to learn when it is due; then ended a
minute before that, on it, and a minute after, and looked at when it becomes at risk.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from e2a.domain.policies import Policies, Promise, instant_of
from e2a.review.generating.moments import MINUTE, first, moments, on, text
from e2a.review.generating.orders import REACHED_BY, Place
from e2a.review.given import Document

OPEN = ("state", "due_at", "at_risk_at", "policy", "owner")
DONE = ("state", "due_at", "late_seconds")
HELD = ("state", "due_at", "held_seconds")
SITES = 3
"""Sites at which one policy is tried; more of them repeat what is known."""

HOLD = timedelta(minutes=30)
UNHEARD_OF = "unheard_of"
"""A reason and a service level that no policy names."""


@dataclass(slots=True)
class Clocks:
    """Events and questions about clocks; of each question, the fields whose answer is frozen."""

    events: list[Document] = field(default_factory=list)
    questions: list[Document] = field(default_factory=list)
    asked: list[tuple[str, ...]] = field(default_factory=list)

    def ask(self, about: Document, fields: tuple[str, ...]) -> None:
        """One question more."""
        self.questions.append(about)
        self.asked.append(fields)


@dataclass(frozen=True, slots=True)
class Begun:
    """A clock that was begun, and the question that tells when it is due."""

    place: Place
    promise: Promise
    moment: str
    name: str
    at: datetime
    question: int


def begin(policies: Policies, today: date) -> tuple[Clocks, list[Begun]]:
    """Every promise of a tenant begun at every instant worth trying."""
    clocks, begun = Clocks(), []
    for number, (place, promise) in enumerate(promises(policies)):
        since = max(_local_date(place), date(today.year, 1, 1))
        for moment, at in _instants(place, promise, since):
            name = f"{promise.stage.replace('_', '-')}-{number}-{moment}"
            clocks.events += place.begun(promise, name, at)
            question = len(clocks.questions)
            clocks.ask(about(place, promise, name, at), OPEN)
            begun.append(Begun(place, promise, moment, name, at, question))
    return clocks, begun


def end(begun: list[Begun], answers: list[Mapping[str, Any] | None]) -> Clocks:
    """The same promises ended around their deadlines, and looked at around their warnings."""
    clocks = Clocks()
    for one in begun:
        answer = answers[one.question] or {}
        if one.moment == "plain" and answer.get("due_at"):
            _around(clocks, one, answer)
            _held(clocks, one, answer["due_at"])
    return clocks


def promises(policies: Policies) -> Iterator[tuple[Place, Promise]]:
    """Every promise of a tenant, at some of its sites."""
    for entry in policies.sla:
        for site in list(policies.sites_of(entry))[:SITES]:
            place = Place(entry, site, ZoneInfo(policies.tenant.sites[site].zone))
            yield from ((place, promise) for promise in entry.promises())


def about(place: Place, promise: Promise, name: str, at: datetime) -> Document:
    """A question about one clock."""
    subject = "receipt" if promise.start == "arrived" else "order"
    return {"as_of": text(at, place.zone), subject: name, "stage": promise.stage}


def _around(clocks: Clocks, one: Begun, answer: Mapping[str, Any]) -> None:
    place, promise, due = one.place, one.promise, answer["due_at"]
    for word, at in (("before", due - MINUTE), ("on", due), ("after", due + MINUTE)):
        if promise.end not in REACHED_BY or at < one.at:
            continue
        name = f"{one.name}-{word}"
        clocks.events += [*place.begun(promise, name, one.at), place.ended(promise, name, at)]
        clocks.ask(about(place, promise, name, due + MINUTE), DONE)
    clocks.events += place.begun(promise, f"{one.name}-open", one.at)
    for at in (answer.get("at_risk_at"), due):
        if at is not None and at > one.at:
            for instant in (at - timedelta(seconds=1), at):
                clocks.ask(about(place, promise, f"{one.name}-open", instant), ("state",))


def _held(clocks: Clocks, one: Begun, due: datetime) -> None:
    if one.promise.target_kind != "duration" or one.promise.start == "arrived":
        return
    for reason, hold in one.place.entry.all_holds.items():
        if not hold.pauses:
            _over_due(clocks, one, reason, due)
    for reason in (*one.place.entry.all_holds, UNHEARD_OF):
        name = f"{one.name}-{reason.replace('_', '-')}"
        clocks.events += one.place.begun(one.promise, name, one.at)
        placed, over = one.at + MINUTE, one.at + MINUTE + HOLD
        for type, at in (("hold_placed", placed), ("hold_released", over)):
            event = {"at": text(at, one.place.zone), "type": type, "order": name, "hold": "h"}
            clocks.events.append({**event, "reason": reason})
        clocks.ask(about(one.place, one.promise, name, placed + MINUTE), ("state",))
        clocks.ask(about(one.place, one.promise, name, over + MINUTE), HELD)


def _over_due(clocks: Clocks, one: Begun, reason: str, due: datetime) -> None:
    """A hold that pauses nothing, while the deadline passes: who is charged (C16)."""
    name = f"{one.name}-{reason.replace('_', '-')}-over-due"
    clocks.events += one.place.begun(one.promise, name, one.at)
    event = {"at": text(one.at + MINUTE, one.place.zone), "type": "hold_placed", "order": name}
    clocks.events.append({**event, "hold": "h", "reason": reason})
    clocks.ask(about(one.place, one.promise, name, due + MINUTE), ("state", "party"))


def _instants(place: Place, promise: Promise, since: date) -> Iterator[tuple[str, datetime]]:
    yield from moments(since, place.zone)
    boundary = instant_of(place.entry.valid_from, place.zone.key)
    yield "version-before", boundary - MINUTE
    yield "version-on", boundary
    if promise.cut_off not in (None, "close"):
        day = first(since, 2)
        for word, minutes in (("before", -1), ("on", 0), ("after", 1)):
            yield f"cut-off-{word}", on(day, str(promise.cut_off), place.zone, minutes)


def _local_date(place: Place) -> date:
    since = instant_of(place.entry.valid_from, place.zone.key).astimezone(place.zone)
    return since.date() if since.time() == time() else since.date() + timedelta(days=1)
