"""What a scenario's events mean: canonical events, each with the instant at which it was accepted.

Local times are resolved here: an event's are those of its site, else of its order's, else of the
tenant's first (C2).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from e2a.domain.deliveries import Source
from e2a.domain.events import CanonicalEvent, EventType
from e2a.domain.localtime import Fold
from e2a.domain.scenarios.events import EventText
from e2a.domain.scenarios.questions import ClockQuestion, Question
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
    problems: list[tuple[Path, str]] = field(default_factory=list)

    @cached_property
    def arrivals(self) -> list[Arrival]:
        """All events as written; what cannot be resolved is among the problems."""
        return [
            found for place in range(len(self.scenario.events)) for found in self._arrival(place)
        ]

    def _arrival(self, place: int) -> Iterator[Arrival]:
        event = self.scenario.events[place]
        times = {
            key: self.resolve(moment, self.zone_of(event), ("events", place, key), fold)
            for key, moment, fold in _moments(event)
        }
        if None in times.values():
            return
        occurred_at = times.pop("at")
        recorded_at = times.pop("recorded_at", occurred_at)
        assert occurred_at is not None
        assert recorded_at is not None
        canonical = event.canonical(self.scenario.ids[place], {"occurred_at": occurred_at, **times})
        tenant = self.scenario.tenant_of(event.tenant)
        yield Arrival(tenant, self.source_of(event), recorded_at, canonical)

    def resolve(
        self, moment: Moment, zone: str, place: Path, fold: Fold = Fold.FIRST
    ) -> datetime | None:
        """The instant; None, and a problem, if the zone does not know what is written."""
        try:
            return moment.instant(zone, fold)
        except (ValueError, OverflowError) as error:
            self.problems.append((place, str(error)))
            return None

    def source_of(self, event: EventText) -> Source:
        """As written; a correction comes from where the corrected event came from."""
        if event.type is EventType.EVENT_VOIDED and event.source is None:
            corrected = self._corrected(event)
            return self.source_of(corrected) if corrected else Source.WMS
        return event.usual_source

    def zone_of(self, event: EventText) -> str:
        """The zone in which an event's times are local."""
        tenant = self.scenario.tenant_of(event.tenant)
        keys = self.scenario.all_tenants[tenant]
        site = event.site or self._sites.get((tenant, self._subject(event)))
        return keys.all_sites[site].zone if site in keys.all_sites else keys.first_zone

    def zone_of_question(self, question: Question) -> str:
        """The zone in which a question's times are local, and its answers are shown."""
        tenant = self.scenario.tenant_of(question.tenant)
        keys = self.scenario.all_tenants[tenant]
        site = getattr(getattr(question, "count", None), "site", None)
        if isinstance(question, ClockQuestion):
            _, name, _ = self.scenario.asked_about(question)
            site = self._sites.get((tenant, name))
        return keys.all_sites[site].zone if site in keys.all_sites else keys.first_zone

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
        ids = self.scenario.ids
        known = [id for id in event.corrects if id in ids]
        found = self.scenario.events[ids.index(known[0])] if known else None
        return None if found is event else found


def _moments(event: EventText) -> Iterator[tuple[str, Moment, Fold]]:
    yield "at", event.when, Fold.FIRST
    if event.recorded_at:
        yield "recorded_at", event.recorded_at, Fold.FIRST
    for key in ("promised_at", "ship_by"):
        if moment := getattr(event, key):
            yield key, moment, Fold.LAST
