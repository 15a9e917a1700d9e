"""What a scenario's events mean: canonical events, each with the instant at which it was accepted.

Local times are resolved here: an event's are those of its site, else of its order's, else of the
tenant's first (C2).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from e2a.domain.deliveries import Source
from e2a.domain.events import CanonicalEvent, EventType
from e2a.domain.localtime import Fold
from e2a.domain.policies import PolicyModel
from e2a.domain.scenarios.events import EventText
from e2a.domain.scenarios.questions import ClockQuestion, CountQuestion, Question
from e2a.domain.scenarios.scenario import Path, Scenario
from e2a.domain.scenarios.times import Moment


@dataclass(frozen=True, slots=True)
class Arrival:
    """One event as it reached the warehouse."""

    tenant: str
    source: Source
    recorded_at: datetime
    event: CanonicalEvent


@dataclass
class Facts:
    """The scenario's events and the zones in which its times are local."""

    scenario: Scenario

    @cached_property
    def arrivals(self) -> list[Arrival]:
        """All events as written."""
        return [
            self._arrival(place, number)
            for place, event in enumerate(self.scenario.events)
            for number in range(1, event.repeat + 1)
        ]

    def _arrival(self, place: int, number: int) -> Arrival:
        event = self.scenario.events[place]
        zone = self.zone_of(event)
        times = {key: moment.instant(zone, fold) for key, moment, fold in _moments(event)}
        occurred_at = times.pop("at")
        recorded_at = times.pop("recorded_at", occurred_at)
        id = self.scenario.ids[place] + (f"-{number}" if event.repeat > 1 else "")
        canonical = event.copy_of(number).canonical(id, {"occurred_at": occurred_at, **times})
        tenant = self.scenario.tenant_of(event.tenant)
        return Arrival(tenant, self.source_of(event), recorded_at, canonical)

    def unresolved(self) -> Iterator[tuple[Path, str]]:
        """Times that their zone does not know, each with its place."""
        scenario = self.scenario
        for name, keys in scenario.all_tenants.items():
            at: Path = ("tenants", name) if scenario.tenants else ()
            for key in ("policies", "rate_cards", "restatements"):
                yield from _unknown(getattr(keys, key), keys.first_zone, (*at, key))
        for place, event in enumerate(scenario.events):
            yield from _unknown(event, self.zone_of(event), ("events", place))
        for place, step in enumerate(scenario.steps):
            yield from _unknown(step, self.zone_of_tenant(step.tenant), ("steps", place))
        for place, question in enumerate(scenario.questions):
            yield from _unknown(question, self.zone_of_question(question), ("questions", place))

    def source_of(self, event: EventText) -> Source:
        """As written; a correction comes from where the corrected event came from."""
        if event.type is EventType.EVENT_VOIDED and event.source is None:
            corrected = self._corrected(event)
            return self.source_of(corrected) if corrected else Source.WMS
        return event.usual_source

    def zone_of(self, event: EventText) -> str:
        """The zone in which an event's times are local."""
        tenant = self.scenario.tenant_of(event.tenant)
        return self._zone(tenant, event.site or self._sites.get((tenant, self._subject(event))))

    def zone_of_question(self, question: Question) -> str:
        """The zone in which a question's times are local, and its answers are shown."""
        tenant, site = self.scenario.tenant_of(question.tenant), None
        match question:
            case ClockQuestion():
                site = self._sites.get((tenant, self.scenario.asked_about(question)[1]))
            case CountQuestion(count=which):
                site = which.site or self._sites.get((tenant, which.order))
        return self._zone(tenant, site)

    def zone_of_tenant(self, name: str | None) -> str:
        """The zone in which a step's times are local."""
        return self._zone(self.scenario.tenant_of(name), None)

    def _zone(self, tenant: str, site: str | None) -> str:
        keys = self.scenario.all_tenants[tenant]
        return keys.all_sites[site].zone if site else keys.first_zone

    @cached_property
    def _sites(self) -> dict[tuple[str, str | None], str]:
        """The site of each order: the first that one of its events names."""
        found: dict[tuple[str, str | None], str] = {}
        for event in self.scenario.events:
            if event.site:
                tenant = self.scenario.tenant_of(event.tenant)
                found.setdefault((tenant, self._subject(event)), event.site)
        return found

    @cached_property
    def _parcels(self) -> dict[str, str]:
        parcels: dict[str, str] = {}
        for event in self.scenario.events:
            if event.shipment and event.order:
                parcels.setdefault(event.shipment, event.order)
        return parcels

    def _subject(self, event: EventText) -> str | None:
        """The order that an event is about, by its own name, its parcel or what it corrects."""
        if event.order or event.receipt:
            return event.order or event.receipt
        if event.shipment:
            return self._parcels.get(event.shipment)
        corrected = self._corrected(event)
        return self._subject(corrected) if corrected else None

    def _corrected(self, event: EventText) -> EventText | None:
        """The event that a correction names; only an earlier one, so that no circle is followed."""
        ids = self.scenario.ids
        before = range(self.scenario.events.index(event))
        return next((self.scenario.events[n] for n in before if ids[n] in event.corrects), None)


def _unknown(value: object, zone: str, place: Path) -> Iterator[tuple[Path, str]]:
    """Looks at every moment in a value."""
    if isinstance(value, Moment):
        try:
            value.instant(zone)
        except (ValueError, OverflowError) as error:
            yield place, str(error)
    elif isinstance(value, PolicyModel):
        for name, field in type(value).model_fields.items():
            yield from _unknown(getattr(value, name), zone, (*place, field.alias or name))
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from _unknown(item, zone, (*place, number))


def _moments(event: EventText) -> Iterator[tuple[str, Moment, Fold]]:
    yield "at", event.when, Fold.FIRST
    if event.recorded_at:
        yield "recorded_at", event.recorded_at, Fold.FIRST
    for key in ("promised_at", "ship_by"):
        if moment := getattr(event, key):
            yield key, moment, Fold.LAST
