"""Credit notes: never more than the invoice, and exactly the invoice once it is exhausted (B15).

A note takes back amounts of lines, before tax. Its tax is computed per tax code and rounded once,
but never beyond what is left of that tax; the note after which nothing of a tax's lines is left
takes back the rest of the tax, so that rounding never leaves a cent.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal

from e2a.domain.errors import RefusedError
from e2a.domain.invoicing.money import ZERO, Money, Tax

TaxKey = tuple[str, Decimal]
"""Code and percentage."""


@dataclass(frozen=True, slots=True)
class LineLeft:
    """A line of the invoice: its amount before tax, what is not credited yet, the tax it bears."""

    amount: Decimal
    left: Decimal
    tax: TaxKey | None = None


@dataclass(frozen=True, slots=True)
class TaxLeft:
    """A tax of the invoice: its amount, and what is not credited yet."""

    amount: Decimal
    left: Decimal


@dataclass(frozen=True, slots=True)
class Creditable:
    """A finalised invoice as the next credit note finds it; `pre_tax_left` is before tax."""

    lines: Mapping[int, LineLeft]
    taxes: Mapping[TaxKey, TaxLeft]
    pre_tax_left: Decimal
    money: Money = field(default_factory=Money)


@dataclass(frozen=True, slots=True)
class CreditNote:
    """What a note takes back, positive; `exhausts` says that nothing of the invoice is left."""

    lines: Mapping[int, Decimal]
    taxes: tuple[Tax, ...]
    pre_tax: Decimal
    tax: Decimal
    exhausts: bool

    @property
    def total(self) -> Decimal:
        """What the customer is credited."""
        return self.pre_tax + self.tax


def rest(invoice: Creditable) -> dict[int, Decimal]:
    """All that is left of every line."""
    return {number: line.left for number, line in invoice.lines.items() if line.left}


def spread(invoice: Creditable, amount: Decimal) -> dict[int, Decimal]:
    """An amount before tax over the lines that may still be credited, in proportion, to the cent.

    What does not divide goes to the largest remainders, the first line first.

    Raises:
        RefusedError: there is not so much left.
    """
    weights = {number: line.left for number, line in invoice.lines.items() if line.left > 0}
    whole = sum(weights.values(), ZERO)
    if not ZERO < amount <= min(whole, invoice.pre_tax_left):
        raise RefusedError(
            f"{invoice.money.round(invoice.pre_tax_left)} are left to credit before tax, "
            f"not {amount}",
            "Credit no more than that",
        )
    if not invoice.money.is_exact(amount):
        raise _inexact(amount)
    coin = Decimal(1).scaleb(-invoice.money.exponent)
    exact = {number: amount * weight / whole for number, weight in weights.items()}
    parts = {number: part.quantize(coin, ROUND_FLOOR) for number, part in exact.items()}
    missing = int((amount - sum(parts.values(), ZERO)) / coin)
    by_remainder = sorted(exact, key=lambda n: (parts[n] - exact[n], n))
    for number in by_remainder[:missing]:
        parts[number] += coin
    return {number: part for number, part in parts.items() if part}


def credit_note(invoice: Creditable, wanted: Mapping[int, Decimal]) -> CreditNote:
    """The note that takes back these amounts of these lines.

    Args:
        invoice: the invoice and what is left of it.
        wanted: amount before tax by line number, with the sign of the line.

    Raises:
        RefusedError: there is no such line, it or the invoice has not so much left, the amount is
            no money of the currency, or the note credits nothing.
    """
    for number, amount in wanted.items():
        _check_line(invoice, number, amount)
    pre_tax = sum(wanted.values(), ZERO)
    if pre_tax > invoice.pre_tax_left:
        raise RefusedError(
            f"The invoice has {invoice.money.round(invoice.pre_tax_left)} left before tax, "
            f"not {pre_tax}",
            "Credit no more than that; its credits and adjustments count",
        )
    found = _taxes(invoice, wanted)
    tax = sum((one.amount for one in found), ZERO)
    if pre_tax + tax <= 0:
        raise RefusedError("The note would credit nothing", "Credit a positive amount")
    tax_left = sum((one.left for one in invoice.taxes.values()), ZERO)
    exhausts = pre_tax == invoice.pre_tax_left and tax == tax_left
    return CreditNote(dict(wanted), found, pre_tax, tax, exhausts)


def _check_line(invoice: Creditable, number: int, amount: Decimal) -> None:
    line = invoice.lines.get(number)
    if line is None:
        raise RefusedError(
            f"The invoice has no line {number}", "Its lines: e2a invoices show INVOICE"
        )
    if amount * line.left <= 0 or abs(amount) > abs(line.left):
        raise RefusedError(
            f"Line {number} has {invoice.money.round(line.left)} left to credit, not {amount}",
            "Credit no more than that, with the sign of the line",
        )
    if not invoice.money.is_exact(amount):
        raise _inexact(amount)


def _taxes(invoice: Creditable, wanted: Mapping[int, Decimal]) -> tuple[Tax, ...]:
    bases: dict[TaxKey, Decimal] = {}
    for number, amount in wanted.items():
        key = invoice.lines[number].tax
        if key is not None:
            bases[key] = bases.get(key, ZERO) + amount
    return tuple(
        Tax(*key, base=base, amount=_tax(invoice, key, base)) for key, base in sorted(bases.items())
    )


def _tax(invoice: Creditable, key: TaxKey, base: Decimal) -> Decimal:
    """Rounded once, within what is left; all that is left by the note that exhausts its lines."""
    tax = invoice.taxes.get(key, TaxLeft(ZERO, ZERO))
    lines_left = sum((line.left for line in invoice.lines.values() if line.tax == key), ZERO)
    if base == lines_left:
        return tax.left
    credited = tax.amount - tax.left
    return max(min(invoice.money.share(base, key[1]), tax.left), -credited)


def _inexact(amount: Decimal) -> RefusedError:
    return RefusedError(
        f"{amount} has more decimals than the currency", "Write it in the smallest coin"
    )
