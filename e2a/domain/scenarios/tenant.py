"""Who promises what in a scenario: the keys of a tenant, and the policies that they mean.

The entries are those of `policies/<tenant>/`; only what a test would have to invent has defaults.
"""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema
from pydantic_core.core_schema import no_info_before_validator_function

from e2a.domain.events import Code
from e2a.domain.policies import (
    CalendarText,
    FxText,
    LimitsText,
    Policies,
    PolicyModel,
    RateCardText,
    SiteText,
    SlaPolicyText,
    TenantText,
)
from e2a.domain.policies.base import ValidFrom, Zone
from e2a.domain.scenarios.times import When

LONG_AGO = datetime(1990, 1, 1)  # noqa: DTZ001 - local to the site, like any `valid_from`
ALWAYS = "always"
SITE = "W1"
"""The one site of a tenant that only says its zone."""


class _OneOrMore:
    """A list of one may be written without its brackets."""

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        def listed(value: object) -> object:
            return (value,) if isinstance(value, dict) else value

        return no_info_before_validator_function(listed, handler(source))

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        several = handler(core)
        return {"anyOf": [several, several["items"]]}


class SiteEntry(SiteText):
    """A site; open at all times unless it names a calendar."""

    calendar: str = ALWAYS


class PolicyEntry(SlaPolicyText):
    """An entry of `sla.yaml`, in force and known since long ago unless it says otherwise."""

    valid_from: ValidFrom = LONG_AGO
    loaded_at: When | None = None

    def text(self) -> SlaPolicyText:
        """The entry as policies know it."""
        said = {name: getattr(self, name) for name in SlaPolicyText.model_fields}
        return SlaPolicyText.model_construct(_fields_set=self.model_fields_set, **said)


class CardEntry(RateCardText):
    """An entry of `rates.yaml`, in force and known since long ago unless it says otherwise.

    The guard may adjust nothing by itself unless the card says so.
    """

    valid_from: ValidFrom = LONG_AGO
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "USD"
    limits: LimitsText = LimitsText(
        per_finding=Decimal(0), total=Decimal(0), total_percent=Decimal(0)
    )
    loaded_at: When | None = None

    def text(self) -> RateCardText:
        """The card as policies know it."""
        said = {name: getattr(self, name) for name in RateCardText.model_fields}
        return RateCardText.model_construct(_fields_set=self.model_fields_set, **said)


class RestatementText(PolicyModel):
    """An approved change of history: clocks that started in the range are judged by the policy."""

    policy: Code
    start: When = Field(alias="from")
    end: When = Field(alias="until")
    approved_at: When


class TenantKeys(PolicyModel):
    """What a tenant says: at the top of a scenario, or under a name in `tenants`."""

    zone: Zone | None = None
    calendar: Code = ALWAYS
    sites: dict[Code, SiteEntry] = Field(default_factory=dict)
    calendars: dict[Code, CalendarText] = Field(default_factory=dict)
    billing_zone: Zone | None = None
    service_levels: tuple[Code, ...] = ()
    channels: tuple[Code, ...] = ()
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "USD"
    policies: Annotated[tuple[PolicyEntry, ...], _OneOrMore()] = ()
    rate_cards: Annotated[tuple[CardEntry, ...], _OneOrMore()] = ()
    fx: Annotated[tuple[FxText, ...], _OneOrMore()] = ()
    active_from: date | None = None
    active_until: date | None = None
    restatements: Annotated[tuple[RestatementText, ...], _OneOrMore()] = ()

    @property
    def first_zone(self) -> str:
        """Where times are local that belong to no other site."""
        return next(iter(self.all_sites.values())).zone

    @property
    def all_sites(self) -> dict[str, SiteEntry]:
        """The sites, the one of the short form included."""
        if self.sites or self.zone is None:
            return self.sites
        return {SITE: SiteEntry(zone=self.zone, calendar=self.calendar)}

    def tenant_text(self, name: str) -> TenantText:
        """`tenant.yaml` of that name.

        Raises:
            ValidationError: a site names a calendar that is not defined.
        """
        return TenantText(
            tenant=name,
            name=name,
            sites={code: SiteText(**dict(site)) for code, site in self.all_sites.items()},
            calendars={ALWAYS: CalendarText(open="always"), **self.calendars},
            billing_zone=self.billing_zone or self.first_zone,
            service_levels=self.service_levels,
            channels=self.channels,
            currency=self.currency,
            active_from=self.active_from,
            active_until=self.active_until,
        )

    def all_policies(self, name: str) -> Policies:
        """Everything at once, whenever it becomes known."""
        return Policies.model_construct(
            tenant=self.tenant_text(name),
            sla=tuple(entry.text() for entry in self.policies),
            rates=tuple(card.text() for card in self.rate_cards),
            fx=self.fx,
        )

    def loads(self, name: str) -> Iterator[tuple[datetime | None, Policies]]:
        """What was known when, oldest first; None is always (C18)."""
        entries: list[PolicyEntry | CardEntry] = [*self.policies, *self.rate_cards]
        zone = self.first_zone
        instants = {e.loaded_at.instant(zone) for e in entries if e.loaded_at is not None}
        everything = self.all_policies(name)

        def until(instant: datetime | None) -> Policies:
            def known(entry: PolicyEntry | CardEntry) -> bool:
                if entry.loaded_at is None:
                    return True
                return instant is not None and entry.loaded_at.instant(zone) <= instant

            sla = tuple(entry.text() for entry in self.policies if known(entry))
            rates = tuple(card.text() for card in self.rate_cards if known(card))
            return everything.model_copy(update={"sla": sla, "rates": rates})

        yield None, until(None)
        for instant in sorted(instants):
            yield instant, until(instant)

    def simulating(self, policy: str) -> Self:
        """The same tenant, as if entries of that name had always been in force (C11).

        They take the place of all entries with their selectors; the last written one counts.
        """
        chosen = {_slot(entry): entry for entry in self.policies if entry.policy == policy}
        others = [entry for entry in self.policies if _slot(entry) not in chosen]
        always = {"valid_from": LONG_AGO, "loaded_at": None}
        return self.model_copy(
            update={
                "policies": (
                    *others,
                    *(entry.model_copy(update=always) for entry in chosen.values()),
                ),
                "restatements": (),
            }
        )

    @model_validator(mode="after")
    def _calendars_are_used(self) -> Self:
        if self.zone and self.sites:
            raise ValueError("`zone` is short for one site: give either `zone` or `sites`")
        used = {self.calendar, ALWAYS, *(site.calendar for site in self.sites.values())}
        for entry in self.policies:
            used.add(entry.calendar or ALWAYS)
            used |= {stage.carrier_calendar or ALWAYS for stage in entry.stages.values()}
        for name in self.calendars:
            if name not in used:
                raise ValueError(
                    f"nothing works by the calendar {name}; write `calendar: {name}`, "
                    "or name it at a site or a policy"
                )
        return self


def _slot(entry: SlaPolicyText) -> object:
    """What versions of one promise share: whom they select, with which precedence."""
    return entry.precedence, entry.site, entry.service_level, entry.channel
