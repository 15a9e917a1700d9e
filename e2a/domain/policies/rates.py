"""`rates.yaml`: rate cards with what holds for a whole invoice; `fx.yaml`: dated exchange rates.

Single charges are in `charges`. What the guard may do by itself is said by the card's limits (B11).
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from e2a.domain.events import Code
from e2a.domain.policies.base import PolicyModel, ValidFrom
from e2a.domain.policies.charges import ChargeText, Money, Percent

Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]

EXPONENTS = {"JPY": 0, "KRW": 0, "CLP": 0, "ISK": 0, "BHD": 3, "KWD": 3, "TND": 3}
"""Currencies whose exponent is not 2 (ISO 4217)."""


class LimitsText(PolicyModel):
    """What the guard may adjust by itself (B11): inclusive limits, in the card's currency."""

    per_finding: Money
    total: Money
    total_percent: Annotated[Decimal, Field(ge=0, le=100)]


class TolerancesText(PolicyModel):
    """Differences that are accepted and logged (B14): within the amount and within the percent."""

    line: Money = Decimal(0)
    line_percent: Percent = Decimal(0)
    invoice: Money = Decimal(0)
    invoice_percent: Percent = Decimal(0)


class BoundText(PolicyModel):
    """A monthly minimum or maximum of the service fees (B5)."""

    amount: Money
    tax: Code | None = None


class MultiplierText(PolicyModel):
    """Orders with the flag cost so many times as much."""

    flag: Code
    factor: Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=6)]


class OrderRulesText(PolicyModel):
    """Service fees of one order as one line: at least `minimum`, then multiplied in order (B4)."""

    minimum: Money = Decimal(0)
    multipliers: tuple[MultiplierText, ...] = ()
    tax: Code | None = None


class BandText(PolicyModel):
    """An on-time percentage from here on, up to the next band, pays so many percent (B12)."""

    from_percent: Annotated[Decimal, Field(ge=0, le=100)]
    pays_percent: Percent


class SlaCreditText(PolicyModel):
    """Credit for a month below the target: a share of some charges, capped (B12)."""

    stage: Literal["pick", "pack", "ship", "deliver", "receive"]
    target_percent: Annotated[Decimal, Field(gt=0, le=100)]
    bands: tuple[BandText, ...] = Field(min_length=1)
    base: tuple[Code, ...] = Field(min_length=1)
    cap_percent: Percent
    tax: Code | None = None

    @model_validator(mode="after")
    def _bands_apart(self) -> Self:
        begins = [band.from_percent for band in self.bands]
        if len(set(begins)) < len(begins):
            raise ValueError("two bands begin at the same `from_percent`")
        if self.cap_percent > 100 or any(band.pays_percent > 100 for band in self.bands):
            raise ValueError("a credit pays at most 100 percent")
        return self


class FxText(PolicyModel):
    """One dated rate: 1 `base` = `rate` `quote` (B9)."""

    date: date
    base: Currency
    quote: Currency
    rate: Annotated[Decimal, Field(gt=0, max_digits=20, decimal_places=10)]


class RateCardText(PolicyModel):
    """One entry of `rates.yaml`: prices in force from `valid_from` on (B2)."""

    valid_from: ValidFrom
    currency: Currency
    rounding: Literal["half_up", "half_even"] = "half_up"
    rounding_level: Literal["line", "invoice"] = "line"
    sources: tuple[Literal["shopify", "wms", "carrier", "file"], ...] = ("wms",)
    series: Annotated[str, Field(pattern=r"^[A-Z0-9-]{1,12}$")] = "INV"
    look_back_days: Annotated[int, Field(ge=0, le=3660)] = 90
    fx_max_age_days: Annotated[int, Field(ge=0, le=366)] = 0
    limits: LimitsText
    tolerances: TolerancesText = TolerancesText()
    taxes: dict[Code, Percent] = Field(default_factory=dict)
    minimum: BoundText | None = None
    maximum: BoundText | None = None
    order: OrderRulesText | None = None
    sla_credit: SlaCreditText | None = None
    charges: dict[Code, ChargeText] = Field(min_length=1)

    @property
    def exponent(self) -> int:
        """Decimal places of the currency (ISO 4217)."""
        return EXPONENTS.get(self.currency, 2)

    @model_validator(mode="after")
    def _names_exist(self) -> Self:
        for place, tax in self._tax_codes():
            if tax is not None and tax not in self.taxes:
                raise ValueError(f"{place} names tax {tax}, which `taxes` does not define")
        for code in self.sla_credit.base if self.sla_credit else ():
            if code not in self.charges:
                raise ValueError(f"`sla_credit.base` names {code}, which is no charge")
        if self.minimum and self.maximum and self.maximum.amount < self.minimum.amount:
            raise ValueError("`maximum` is below `minimum`")
        return self

    def _tax_codes(self) -> list[tuple[str, str | None]]:
        wholes = (
            ("minimum", self.minimum), ("maximum", self.maximum), ("order", self.order),
            ("sla_credit", self.sla_credit),
        )  # fmt: skip
        charges = [(f"charge {code}", charge.tax) for code, charge in self.charges.items()]
        return [*charges, *((f"`{name}`", whole.tax) for name, whole in wholes if whole)]
