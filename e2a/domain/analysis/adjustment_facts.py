"""The facts of one adjustment of an invoice: its amounts, counts and clause, for the approver.

The adjustment is what the events call for, less what was billed, less what was adjusted before;
the parts are checked to sum to it exactly when the facts are made, and again in what is said.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from e2a.domain.analysis.facts import OPS_ONLY, Audience, Fact, FactKind, Facts, Money
from e2a.domain.findings import WITHOUT_AMOUNT, Rule

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Adjusted:
    """An adjustment and the finding that calls for it; amounts in the invoice's currency.

    Attributes:
        amount: what is added to the invoice; negative in favour of who pays.
        billed: what the invoice says, `expected`: what the events call for.
        already: what earlier steps of this finding have added.
        clause: the rate card and its version, or the tender, as a person looks it up.
        rate: per unit, `quantity_*`: units; where the finding has them.
    """

    invoice_id: str
    rule: Rule
    charge_code: str
    currency: str
    amount: Decimal
    billed: Decimal
    expected: Decimal
    already: Decimal = ZERO
    clause: str | None = None
    reference: str | None = None
    rate: Decimal | None = None
    quantity_billed: Decimal | None = None
    quantity_expected: Decimal | None = None

    @property
    def parts(self) -> dict[str, Decimal]:
        """The signed amounts of which the adjustment consists; those of nothing need no saying."""
        if self.rule in WITHOUT_AMOUNT:
            return {}
        parts = {"expected": self.expected, "billed": -self.billed}
        return parts | ({"already": -self.already} if self.already else {})


def facts_of_adjustment(adjusted: Adjusted, zone: ZoneInfo) -> Facts:
    """The facts of an adjustment, for operations only.

    Args:
        adjusted: what is adjusted, and why.
        zone: the tenant's billing zone.

    Raises:
        ValueError: expected, billed and already do not come to the adjustment, to the last digit.
    """
    return Facts.of(
        [*_names(adjusted), *_amounts(adjusted), *_units(adjusted)],
        zone,
        required={Audience.OPS: frozenset({"rule", "adjustment", *adjusted.parts})},
        parts=adjusted.parts,
        whole="adjustment" if adjusted.parts else None,
    )


def _names(adjusted: Adjusted) -> Iterator[Fact]:
    names = (
        ("invoice", adjusted.invoice_id, "the number of the invoice"),
        ("charge", adjusted.charge_code, "the code of the charge"),
        ("clause", adjusted.clause, "the rate card or tender that sets the price"),
        ("reference", adjusted.reference, "the order or parcel that the line names"),
    )
    for name, value, says in names:
        if value:
            yield Fact(name, FactKind.NAME, value, says, OPS_ONLY)
    says = "what is wrong with the line"
    yield Fact("rule", FactKind.WORD, f"rule:{adjusted.rule}", says, OPS_ONLY)


def _amounts(adjusted: Adjusted) -> Iterator[Fact]:
    amounts = {
        "adjustment": (adjusted.amount, "what is added to the invoice"),
        "billed": (adjusted.billed, "what the invoice says"),
        "expected": (adjusted.expected, "what the events call for"),
        "already": (adjusted.already or None, "what was adjusted before"),
        "rate": (adjusted.rate, "the price of a unit"),
    }
    for name, (amount, says) in amounts.items():
        if amount is not None:
            value = Money(amount, adjusted.currency)
            yield Fact(name, FactKind.MONEY, value, says, OPS_ONLY)


def _units(adjusted: Adjusted) -> Iterator[Fact]:
    units = {
        "quantity_billed": (adjusted.quantity_billed, "units on the invoice"),
        "quantity_expected": (adjusted.quantity_expected, "units that the events show"),
    }
    for name, (count, says) in units.items():
        if count is not None:
            yield Fact(name, FactKind.COUNT, count, says, OPS_ONLY)
