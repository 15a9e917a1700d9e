"""Rules of an invoice's life that are not SQL: who may move it where, and what a credit is worth.

Prices, lines and taxes are computed by the database (`dbt_project/macros/invoice_lines.sql`,
`e2a.billing.invoices`); numbers, storage and locks are no business of this module.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from enum import StrEnum

ZERO = Decimal(0)
ROUNDING = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN}
"""Names of rounding modes on a rate card (B4); half-up is away from zero."""


class Status(StrEnum):
    """Where an invoice stands; from `finalised` on nothing else of it changes."""

    DRAFT = "draft"
    REVIEW = "review"
    FINALISED = "finalised"
    CREDITED = "credited"
    VOID = "void"


MOVES = {
    Status.DRAFT: (Status.REVIEW, Status.FINALISED),
    Status.REVIEW: (Status.DRAFT, Status.FINALISED),
    Status.FINALISED: (Status.CREDITED, Status.VOID),
    Status.CREDITED: (),
    Status.VOID: (),
}
"""Where an invoice may go from where it stands."""


@dataclass(frozen=True, slots=True)
class Creditable:
    """What a credit is taken from.

    Attributes:
        total: the invoice's total, taxes included.
        credited: gross amounts of the credit notes so far.
        net_left: net amount of all lines that is not credited yet, this note's included.
        line_left: the same of the line that is credited.
        tax_percents: percentages of the taxes that the line bears.
        exponent: decimal places of the currency.
        rounding: half_up or half_even.
    """

    total: Decimal
    credited: Decimal
    net_left: Decimal
    line_left: Decimal
    tax_percents: Sequence[Decimal]
    exponent: int
    rounding: str


def credit_gross(of: Creditable, net: Decimal) -> Decimal:
    """The gross worth of crediting so much of a line's net amount (B15).

    Net with its taxes, rounded once; the note that exhausts the invoice takes what is left, so that
    the credits sum exactly to the invoice, and none before it goes beyond.

    Raises:
        ValueError: the line has not so much left.
    """
    if abs(net) > abs(of.line_left) or net * of.line_left <= 0:
        raise ValueError(f"the line has {of.line_left:f} left to credit, not {net:f}")
    left = of.total - of.credited
    if net == of.net_left:
        return left
    factor = 1 + sum(of.tax_percents, ZERO) / 100
    gross = (net * factor).quantize(Decimal(1).scaleb(-of.exponent), ROUNDING[of.rounding])
    return min(gross, left) if gross > 0 else gross
