"""The charges of a rate card: which work a charge prices, and by which model.

A model belongs here when a published 3PL tariff needs it (domain 5.1); computing with it belongs to
`dbt_project/models/intermediate/billing`. Tier bounds are inclusive (B3).
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from e2a.domain.events import Code
from e2a.domain.policies.base import PolicyModel

Money = Annotated[Decimal, Field(ge=0, max_digits=20, decimal_places=8)]
Quantity = Annotated[Decimal, Field(gt=0, max_digits=20, decimal_places=6)]
Percent = Annotated[Decimal, Field(ge=0, le=1000, max_digits=12, decimal_places=6)]

Operation = Literal[
    "pick", "pack", "label", "ship", "vas", "receiving", "storage", "return", "restock", "charge"
]
Model = Literal[
    "per_unit", "per_operation", "first_unit", "additional_unit", "pass_through", "graduated",
    "volume", "package", "percentage", "flat", "order_volume", "storage", "surcharge",
]  # fmt: skip
PASSED_ON = ("pass_through", "percentage")
"""Models whose amount depends on a cost that somebody else charged; no service fees by default."""

_TAKES: dict[str, tuple[set[str], set[str]]] = {
    "per_unit": ({"operation", "price"}, {"code"}),
    "per_operation": ({"operation", "price"}, {"code"}),
    "first_unit": ({"operation", "price"}, {"code"}),
    "additional_unit": ({"operation", "price"}, {"code"}),
    "pass_through": ({"operation", "markup_percent"}, {"code"}),
    "graduated": ({"operation", "tiers"}, {"code"}),
    "volume": ({"operation", "tiers"}, {"code"}),
    "order_volume": ({"operation", "tiers"}, {"code"}),
    "package": ({"operation", "price", "size"}, {"code", "free"}),
    "percentage": ({"operation", "percent"}, {"code", "least", "most"}),
    "flat": ({"price"}, set()),
    "storage": ({"price", "measure"}, {"code", "per", "operation"}),
    "surcharge": ({"operation", "price", "flag"}, {"code"}),
}
"""Which keys each model needs, and which it may have besides `tax` and `service_fee`."""


class TierText(PolicyModel):
    """Quantities up to and including `up_to`; the last tier has none and goes on."""

    up_to: Quantity | None = None
    price: Money
    flat: Money = Decimal(0)


class ChargeText(PolicyModel):
    """One charge: the operation it prices, the model, and its figures."""

    operation: Operation | None = None
    model: Model
    code: Code | None = None
    price: Money | None = None
    markup_percent: Percent | None = None
    tiers: tuple[TierText, ...] = ()
    size: Quantity | None = None
    free: Annotated[Decimal, Field(ge=0)] | None = None
    percent: Percent | None = None
    least: Money | None = None
    most: Money | None = None
    measure: Literal["snapshot", "peak", "month_end", "half_month"] | None = None
    per: Literal["month", "day"] | None = None
    flag: Code | None = None
    tax: Code | None = None
    service_fee: bool | None = None

    @model_validator(mode="after")
    def _priced(self) -> Self:
        needs, may = _TAKES[self.model]
        given = {
            name
            for name in self.model_fields_set - {"model", "tax", "service_fee"}
            if getattr(self, name) is not None
        }
        for key in sorted(needs - given):
            raise ValueError(f"a {self.model} charge takes `{key}`")
        for key in sorted(given - needs - may):
            raise ValueError(f"a {self.model} charge takes no `{key}`")
        if self.tiers:
            _ascending(self.tiers)
        if self.per == "day" and self.measure != "snapshot":
            raise ValueError("only `measure: snapshot` is priced `per: day`")
        return self

    @property
    def works_on(self) -> str | None:
        """The operation that is priced; none for a flat fee."""
        if self.model != "storage":
            return self.operation
        return "receiving" if self.measure == "half_month" else "storage"

    @property
    def is_service_fee(self) -> bool:
        """Whether it counts to the minimum and its cap (B5)."""
        return self.model not in PASSED_ON if self.service_fee is None else self.service_fee

    def bounds(self) -> Iterator[tuple[int, Decimal, TierText]]:
        """(number from 1, quantity above which it begins, the tier)."""
        above = Decimal(0)
        for number, tier in enumerate(self.tiers, start=1):
            yield number, above, tier
            above = tier.up_to or above


def _ascending(tiers: tuple[TierText, ...]) -> None:
    bounds = [tier.up_to for tier in tiers]
    if None in bounds[:-1] or bounds[-1] is not None:
        raise ValueError("every tier but the last has `up_to`, and the last has none")
    known = [bound for bound in bounds if bound is not None]
    if known != sorted(set(known)):
        raise ValueError("`up_to` must grow from tier to tier")
