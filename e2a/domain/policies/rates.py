"""`rates.yaml`: rate cards, their charges and what the guard may adjust by itself."""

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from e2a.domain.events import Code
from e2a.domain.policies.base import PolicyModel, ValidFrom

Money = Annotated[Decimal, Field(ge=0, max_digits=20, decimal_places=8)]

EXPONENTS = {"JPY": 0, "KRW": 0, "CLP": 0, "ISK": 0, "BHD": 3, "KWD": 3, "TND": 3}
"""Currencies whose exponent is not 2 (ISO 4217)."""


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

    valid_from: ValidFrom
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    rounding: Literal["half_up", "half_even"] = "half_up"
    sources: tuple[Literal["shopify", "wms", "carrier", "file"], ...] = ("wms",)
    limits: LimitsText
    charges: dict[Code, ChargeText] = Field(min_length=1)

    @property
    def exponent(self) -> int:
        """Decimal places of the currency (ISO 4217)."""
        return EXPONENTS.get(self.currency, 2)
