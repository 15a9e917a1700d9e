"""What an operator writes in `policies/`: tenants, calendars, SLA policies and rate cards as types.

Add a field here when a promise or a price needs one, with its unit in the name. Reading the files
belongs to `e2a.domain.policy_text`, storing their versions to `e2a.warehouse.reference`.
"""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from e2a.domain.calendars import WEEKDAYS, Calendar, Window
from e2a.domain.events import Code
from e2a.domain.zones import zone_named

Milestone = Literal["received", "released", "picked", "packed", "shipped", "delivered"]
Stage = Literal["pick", "pack", "ship", "deliver"]
Zone = Annotated[str, BeforeValidator(zone_named)]
Money = Annotated[Decimal, Field(ge=0, max_digits=20, decimal_places=8)]

EXPONENTS = {"JPY": 0, "KRW": 0, "CLP": 0, "ISK": 0, "BHD": 3, "KWD": 3, "TND": 3}
"""Currencies whose exponent is not 2 (ISO 4217)."""


class PolicyModel(BaseModel):
    """Strict and immutable: an unknown key is an error, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SiteText(PolicyModel):
    """A warehouse: its IANA zone and the calendar it works by."""

    zone: Zone
    calendar: str


class WindowText(PolicyModel):
    """Local opening hours `from`-`to`, half-open; `to` at or before `from` is the next day (C3)."""

    opens: time = Field(alias="from")
    closes: time = Field(alias="to")

    def window(self) -> Window:
        """As the calendar rules take it."""
        return Window(self.opens, self.closes)


class CalendarText(PolicyModel):
    """Either `open: always` or weekly windows with date overrides (empty list: holiday)."""

    open: Literal["always"] | None = None
    weekly: dict[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], list[WindowText]] = {}
    overrides: dict[date, list[WindowText]] = {}

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.open is None) == (not self.weekly):
            raise ValueError("give either `open: always` or `weekly` windows")
        return self

    def calendar(self, zone: str) -> Calendar:
        """The calendar in a site's zone."""
        weekly = [tuple(w.window() for w in self.weekly.get(day, [])) for day in WEEKDAYS]  # type: ignore[call-overload]
        overrides = [(day, tuple(w.window() for w in ws)) for day, ws in self.overrides.items()]
        kind = None if self.open else tuple(weekly)
        return Calendar(ZoneInfo(zone), kind, tuple(sorted(overrides)))


class TenantText(PolicyModel):
    """`tenant.yaml`."""

    tenant: Code
    name: str
    sites: dict[Code, SiteText] = Field(min_length=1)
    calendars: dict[Code, CalendarText]
    billing_zone: Zone

    @model_validator(mode="after")
    def _calendars_exist(self) -> Self:
        for name, site in self.sites.items():
            if site.calendar not in self.calendars:
                raise ValueError(
                    f"site {name} names calendar {site.calendar}, which is not defined"
                )
        return self


class StageText(PolicyModel):
    """One promise: a duration in running time, or a deadline that the order carries.

    `within_minutes` counts running time of the site's calendar (C4); `by` names the event field
    that carries the deadline.
    """

    start: Milestone = Field(alias="from")
    end: Milestone = Field(alias="to")
    within_minutes: Annotated[Decimal, Field(gt=0)] | None = None
    by: Literal["promised_at", "ship_by"] | None = None
    owner: Literal["warehouse", "merchant", "carrier"]

    @model_validator(mode="after")
    def _one_target(self) -> Self:
        if (self.within_minutes is None) == (self.by is None):
            raise ValueError("give exactly one of `within_minutes` and `by`")
        return self


class SlaPolicyText(PolicyModel):
    """One entry of `sla.yaml`: the promises in force from `valid_from` on."""

    valid_from: datetime | date
    site: Code | None = None
    service_level: Code | None = None
    channel: Code | None = None
    released_by: tuple[Literal["order_paid", "order_released"], ...] = ("order_paid",)
    pauses: tuple[Code, ...] = ()
    at_risk: Annotated[Decimal, Field(gt=0, le=1)] = Decimal("0.80")
    stages: dict[Stage, StageText] = Field(min_length=1)


class LimitsText(PolicyModel):
    """What the guard may adjust by itself (B11): inclusive limits, in the card's currency."""

    per_finding: Money
    total: Money
    total_percent: Annotated[Decimal, Field(ge=0, le=100)]


class ChargeText(PolicyModel):
    """One price: the operation it prices, the model, and the price or the markup."""

    operation: Literal["pick", "pack", "label", "ship", "vas", "receiving", "storage", "return"]
    model: Literal["per_unit", "per_operation", "first_unit", "additional_unit", "pass_through"]
    code: Code | None = None
    price: Money | None = None
    markup_percent: Annotated[Decimal, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _priced(self) -> Self:
        if self.model == "pass_through":
            if self.markup_percent is None or self.price is not None:
                raise ValueError("a pass_through charge takes `markup_percent` and no `price`")
        elif self.price is None or self.markup_percent is not None:
            raise ValueError(f"a {self.model} charge takes `price` and no `markup_percent`")
        return self


class RateCardText(PolicyModel):
    """One entry of `rates.yaml`: prices in force from `valid_from` on (B2)."""

    valid_from: datetime | date
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    rounding: Literal["half_up", "half_even"] = "half_up"
    sources: tuple[Literal["shopify", "wms", "carrier", "file"], ...] = ("wms",)
    limits: LimitsText
    charges: dict[Code, ChargeText] = Field(min_length=1)

    @property
    def exponent(self) -> int:
        """Decimal places of the currency (ISO 4217)."""
        return EXPONENTS.get(self.currency, 2)


class Policies(PolicyModel):
    """Everything one tenant's folder says."""

    tenant: TenantText
    sla: tuple[SlaPolicyText, ...] = Field(min_length=1)
    rates: tuple[RateCardText, ...] = Field(min_length=1)
