"""One scenario as written, with the defaults of the language filled in.

What is wrong beyond the type of a key is in `contradictions`; what the events mean, in `facts`.
"""

from collections.abc import Iterable, Iterator
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from e2a.domain.events import Code
from e2a.domain.scenarios.events import EventText, Ids
from e2a.domain.scenarios.questions import ClockQuestion, CountQuestion, OnTimeQuestion, Question
from e2a.domain.scenarios.steps import Step
from e2a.domain.scenarios.tenant import TenantKeys

TENANT = "acme"
"""The tenant of a scenario that names none."""

_ID = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$"


class Scenario(TenantKeys):
    """Who promises what, what happened, what is asked and what must be answered."""

    scenario: Annotated[
        str,
        BeforeValidator(lambda v: str(v)),
        Field(pattern=_ID, description="id, unique in a run"),
    ]
    title: str = ""
    covers: Ids = ()
    note: str | None = None
    tenants: dict[Code, TenantKeys] = Field(default_factory=dict)
    events: tuple[EventText, ...] = ()
    steps: tuple[Step, ...] = ()
    questions: tuple[Question, ...]

    @model_validator(mode="after")
    def _tenants_once(self) -> Self:
        loose = sorted(self.model_fields_set & TenantKeys.model_fields.keys())
        if self.tenants and loose:
            raise ValueError(f"`{loose[0]}` belongs under the tenant's name in `tenants`")
        for keys in self.all_tenants.values():
            if not keys.all_sites:
                raise ValueError(
                    "say where the warehouse is: `zone: America/New_York`, or `sites:`"
                )
        return self

    @property
    def all_tenants(self) -> dict[str, TenantKeys]:
        """The tenants by name; the one at the top is `acme`."""
        return self.tenants or {TENANT: self}

    @property
    def bills(self) -> bool:
        """Whether some tenant has a rate card."""
        return any(keys.rate_cards for keys in self.all_tenants.values())

    def tenant_of(self, name: str | None) -> str:
        """The tenant that is meant; the first, if none is named."""
        return name or next(iter(self.all_tenants))

    @property
    def ids(self) -> list[str]:
        """The events' identities: as written, else `e1`, `e2`, ... by their place."""
        return [event.id or f"e{place}" for place, event in enumerate(self.events, start=1)]

    def subjects(self, tenant: str, key: str) -> list[str]:
        """The orders (or receipts) of a tenant, in the order in which they are met."""
        events = (event for event in self.events if self.tenant_of(event.tenant) == tenant)
        return list(dict.fromkeys(name for event in events if (name := getattr(event, key))))

    def promised(self, tenant: str) -> list[str]:
        """The stages that a tenant promises."""
        policies = self.all_tenants[tenant].policies
        return list(dict.fromkeys(stage for entry in policies for stage in entry.stages))

    def asked_about(self, question: ClockQuestion) -> tuple[str, str, str]:
        """(`order` or `receipt`, its name, the stage); left out, the only one there is.

        Raises:
            ValueError: there are several, or none.
        """
        tenant = self.tenant_of(question.tenant)
        if question.receipt is not None:
            key, name = "receipt", question.receipt
        else:
            key, name = "order", question.order or ""
        if not name:
            key, name = self._only_subject(tenant)
        return key, name, question.stage or self.only_stage(tenant)

    def _only_subject(self, tenant: str) -> tuple[str, str]:
        found = [(key, n) for key in ("order", "receipt") for n in self.subjects(tenant, key)]
        if len(found) != 1:
            names = ", ".join(name for _, name in found) or "none"
            raise ValueError(f"say which `order` is meant; the events know {names}")
        return found[0]

    def only_stage(self, tenant: str) -> str:
        """The stage that is meant when none is named.

        Raises:
            ValueError: several are promised, or none.
        """
        stages = self.promised(tenant)
        if len(stages) != 1:
            names = ", ".join(stages) or "none"
            raise ValueError(f"say which `stage` is meant; the policies promise {names}")
        return stages[0]


Path = tuple[str | int, ...]


def contradictions(scenario: Scenario) -> Iterator[tuple[Path, str]]:
    """Names that nothing defines and ids that stand for two things, each with its place."""
    yield from _of_events(scenario)
    if not scenario.questions:
        yield ("questions",), "ask at least one question"
    for place, step in enumerate(scenario.steps):
        if step.tenant not in (None, *scenario.all_tenants):
            yield ("steps", place, "tenant"), f"there is no tenant {step.tenant}"
    for place, question in enumerate(scenario.questions):
        if question.tenant not in (None, *scenario.all_tenants):
            yield ("questions", place, "tenant"), f"there is no tenant {question.tenant}"
        else:
            yield from _of_question(scenario, question, ("questions", place))


def _of_events(scenario: Scenario) -> Iterator[tuple[Path, str]]:
    written = {event.id for event in scenario.events}
    for place, event in enumerate(scenario.events):
        if event.id is None and scenario.ids[place] in written:
            problem = f"event {place + 1} is called {scenario.ids[place]} unless it has an `id`"
            yield ("events", place), f"{problem}, and another event has that id"
        if event.tenant not in (None, *scenario.all_tenants):
            yield ("events", place, "tenant"), f"there is no tenant {event.tenant}"
            continue
        sites = _sites(scenario, scenario.tenant_of(event.tenant))
        yield from _unknown(("events", place), "site", event.site, sites)
        for id in event.corrects:
            if id not in scenario.ids:
                yield ("events", place, "corrects"), f"no event is called {id}"


def _of_question(scenario: Scenario, question: Question, at: Path) -> Iterator[tuple[Path, str]]:
    tenant = scenario.tenant_of(question.tenant)
    policies = {entry.policy for entry in scenario.all_tenants[tenant].policies}
    yield from _unknown(at, "simulate", getattr(question, "simulate", None), policies)
    match question:
        case ClockQuestion():
            yield from _of_clock(scenario, question, tenant, at)
        case CountQuestion(count=which):
            orders = scenario.subjects(tenant, "order")
            yield from _unknown((*at, "count"), "order", which.order, orders)
            yield from _unknown((*at, "count"), "site", which.site, _sites(scenario, tenant))
        case OnTimeQuestion(on_time=which):
            yield from _unknown((*at, "on_time"), "site", which.site, _sites(scenario, tenant))
            stages = scenario.promised(tenant)
            if which.stage is None and len(stages) != 1:
                yield (*at, "on_time"), f"say which `stage` is meant; {_known(stages)}"


def _sites(scenario: Scenario, tenant: str) -> Iterable[str]:
    return scenario.all_tenants[tenant].all_sites


def _unknown(
    at: Path, key: str, name: str | None, known: Iterable[str]
) -> Iterator[tuple[Path, str]]:
    if name is not None and name not in known:
        what = "policy" if key == "simulate" else key
        yield (*at, key), f"there is no {what} {name}; {_known(known)}"


def _of_clock(
    scenario: Scenario, question: ClockQuestion, tenant: str, at: Path
) -> Iterator[tuple[Path, str]]:
    try:
        key, name, stage = scenario.asked_about(question)
    except ValueError as error:
        yield at, str(error)
        return
    known = scenario.subjects(tenant, key)
    yield from _unknown(at, key, name, known)
    yield from _unknown(at, "stage", stage, scenario.promised(tenant))


def _known(names: Iterable[str]) -> str:
    return f"known are {', '.join(sorted(names)) or 'none'}"
