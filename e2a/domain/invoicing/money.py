"""Rounding and taxes of an invoice (B4, B6), in exact decimals.

Lines come rounded, once each, from the models. Here each tax is computed once, on the sum of its
rounded lines; credits and adjustments bear a tax code and reduce that sum, not below 0.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal

ZERO = Decimal(0)
_ROUNDING = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN}
"""Names of the rounding modes on a rate card; half-up is away from zero."""

_EXACT = Context(prec=80)
"""Wide enough that numeric(38, 12) times a percentage is exact: only `Money.round` rounds."""


@dataclass(frozen=True, slots=True)
class Money:
    """How a rate card rounds: decimal places of its currency, and half_up or half_even."""

    exponent: int = 2
    rounding: str = "half_up"

    def round(self, amount: Decimal) -> Decimal:
        """The amount in the currency's units."""
        unit = Decimal(1).scaleb(-self.exponent)
        return amount.quantize(unit, _ROUNDING[self.rounding], _EXACT)

    def share(self, amount: Decimal, percent: Decimal) -> Decimal:
        """So many percent of an amount, rounded once."""
        return self.round(_EXACT.divide(_EXACT.multiply(amount, percent), Decimal(100)))

    def is_exact(self, amount: Decimal) -> bool:
        """Whether the amount can be paid: no fraction of the smallest coin."""
        return self.round(amount) == amount


@dataclass(frozen=True, slots=True)
class TaxBase:
    """Sum of the rounded lines that bear a tax, credits and adjustments included."""

    tax_code: str
    percent: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Tax:
    """One tax of an invoice: its base (not below 0) and its amount, rounded once."""

    tax_code: str
    percent: Decimal
    base: Decimal
    amount: Decimal


def taxes(bases: Iterable[TaxBase], money: Money) -> tuple[Tax, ...]:
    """Each tax once, on the sum of its rounded lines, the base not below 0 (B4, B6)."""
    found = []
    for base in sorted(bases, key=lambda b: (b.tax_code, b.percent)):
        floored = max(base.amount, ZERO)
        found.append(Tax(base.tax_code, base.percent, floored, money.share(floored, base.percent)))
    return tuple(found)
