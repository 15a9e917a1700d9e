"""Everything that one tenant's folder says, and that its files agree with each other."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, time
from difflib import get_close_matches
from itertools import pairwise
from zoneinfo import ZoneInfo

from pydantic import Field

from e2a.domain.policies.alerts import AlertsText
from e2a.domain.policies.base import PolicyModel, instant_of
from e2a.domain.policies.rates import FxText, RateCardText
from e2a.domain.policies.sla import SlaPolicyText
from e2a.domain.policies.tenant import TenantText


class Policies(PolicyModel):
    """One tenant: who it is, what it was promised, what it pays, what it is told.

    A folder holds at least one rate card; a tenant of a scenario may have none.
    """

    tenant: TenantText
    sla: tuple[SlaPolicyText, ...] = Field(min_length=1)
    rates: tuple[RateCardText, ...] = ()
    fx: tuple[FxText, ...] = ()
    alerts: AlertsText | None = None

    @property
    def currency(self) -> str:
        """Of the last rate card, else the tenant's own."""
        return self.rates[-1].currency if self.rates else self.tenant.currency

    def sites_of(self, entry: SlaPolicyText) -> tuple[str, ...]:
        """The sites for which an entry promises."""
        return (entry.site,) if entry.site else tuple(self.tenant.sites)

    def calendar_of(self, entry: SlaPolicyText, site: str) -> str:
        """The calendar by which an entry counts at a site."""
        return entry.calendar or self.tenant.sites[site].calendar


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Something in a file that `tenant.yaml` or another entry of it contradicts."""

    place: str
    problem: str
    fix: str
    file: str = "sla"


def disagreements(policies: Policies) -> Iterator[Disagreement]:
    """Names that `tenant.yaml` does not define, and entries that say the same thing twice."""
    for number, entry in enumerate(policies.sla):
        for key, value, known in _names(policies.tenant, entry):
            if value is not None and known is not None and value not in known:
                problem = f"{key.rsplit('.')[-1].split('_')[-1]} {value} is not in tenant.yaml"
                yield Disagreement(f"{number}.{key}", problem, _fix(value, known))
    yield from _repeated(policies)
    yield from _cards(policies)
    yield from _routes(policies)


def _routes(policies: Policies) -> Iterator[Disagreement]:
    """Routes of alerts for sites that there are not."""
    known = policies.tenant.sites
    for number, route in enumerate(policies.alerts.routes if policies.alerts else ()):
        for site in route.sites or ():
            if site not in known:
                problem = f"site {site} is not in tenant.yaml"
                yield Disagreement(f"routes.{number}.sites", problem, _fix(site, known), "alerts")


def _cards(policies: Policies) -> Iterator[Disagreement]:
    """Two cards that begin at one instant, or a month in two currencies (B2, B9)."""
    zone = policies.tenant.billing_zone
    begins = {card: instant_of(text.valid_from, zone) for card, text in enumerate(policies.rates)}
    ordered = sorted(begins, key=lambda card: begins[card])
    for early, late in pairwise(ordered):
        if begins[early] == begins[late]:
            problem, fix = "another card begins at that instant too", "Give one of them another"
        elif policies.rates[early].currency != policies.rates[late].currency and not _is_month(
            begins[late].astimezone(ZoneInfo(zone))
        ):
            problem, fix = "a new currency begins within a month", "Let it begin with a month"
        else:
            continue
        yield Disagreement(f"{late}.valid_from", problem, fix, "rates")


def _is_month(local: datetime) -> bool:
    return local.day == 1 and local.time() == time()


def _names(
    tenant: TenantText, entry: SlaPolicyText
) -> Iterator[tuple[str, str | None, Collection[str] | None]]:
    yield "site", entry.site, tenant.sites
    yield "service_level", entry.service_level, tenant.service_levels or None
    yield "channel", entry.channel, tenant.channels or None
    yield "calendar", entry.calendar, tenant.calendars
    for stage, text in entry.stages.items():
        yield f"stages.{stage}.carrier_calendar", text.carrier_calendar, tenant.calendars


def _fix(value: str, known: Collection[str]) -> str:
    near = get_close_matches(value, sorted(known), 1)
    return f"Did you mean {near[0]}?" if near else f"Name one of {', '.join(known)}"


def _repeated(policies: Policies) -> Iterator[Disagreement]:
    """Two entries of equal standing for one stage: neither could win (C11)."""
    zone = next(iter(policies.tenant.sites.values())).zone
    seen: dict[tuple[object, ...], int] = {}
    for number, entry in enumerate(policies.sla):
        slot = (
            entry.precedence, entry.site, entry.service_level, entry.channel,
            instant_of(entry.valid_from, zone),
        )  # fmt: skip
        for stage in entry.stages:
            first = seen.setdefault((*slot, stage), number)
            if first != number:
                yield Disagreement(
                    f"{number}.stages.{stage}",
                    f"entry {first} promises {stage} with the same selectors and valid_from",
                    "Give one of them another valid_from, precedence or selector",
                )
