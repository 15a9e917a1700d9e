"""The audit of one invoice: its lines, and what only the whole of it can have wrong.

Every difference is counted once, by the most severe rule that is in force (B10, B16); what cannot
be assessed is said to be so, never passed; small differences are accepted and logged (B14).
Comparing lines with lines is `matching`'s; what is done about a finding is `adjustment`'s.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from e2a.domain.matching import ZERO, Finding, InvoiceLine, Rule, compare


@dataclass(frozen=True, slots=True)
class Tolerance:
    """An amount and a percentage, inclusive; 0 is not set, and what is set must be kept."""

    amount: Decimal = ZERO
    percent: Decimal = ZERO

    def accepts(self, difference: Decimal, of: Decimal) -> bool:
        """Whether so much more or less than expected is accepted."""
        limits = [self.amount, abs(of) * self.percent / 100]
        given = [limit for limit, said in zip(limits, (self.amount, self.percent)) if said]
        return bool(given) and all(abs(difference) <= limit for limit in given)


@dataclass(frozen=True, slots=True)
class Audited:
    """An invoice as it was billed.

    Attributes:
        currency: as billed.
        lines: those that agree with an expected line may be left out on both sides.
        out_of_period: lines whose work was done in another month.
        elsewhere: lines that another invoice bills too.
        tax: as billed; None where the invoice says nothing of it.
        right_tax: what the taxes of its own lines come to.
        stated_total: as billed; None where it is not stated.
        sum_of_lines: over all lines.
    """

    currency: str
    lines: Sequence[InvoiceLine]
    out_of_period: Sequence[InvoiceLine] = ()
    elsewhere: Sequence[InvoiceLine] = ()
    tax: Decimal | None = None
    right_tax: Decimal = ZERO
    stated_total: Decimal | None = None
    sum_of_lines: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Contract:
    """What the invoice is held against: the card's charges, tolerances and rules in force."""

    currency: str
    charges: frozenset[str]
    line: Tolerance = Tolerance()
    invoice: Tolerance = Tolerance()
    active: frozenset[Rule] = frozenset(Rule)


def audit(invoice: Audited, expected: Sequence[InvoiceLine], contract: Contract) -> list[Finding]:
    """All that is wrong with an invoice, in no particular order."""
    if invoice.currency != contract.currency:
        total = invoice.sum_of_lines
        why = f"the invoice is in {invoice.currency}, the rate card in {contract.currency}"
        return [Finding(Rule.WRONG_CURRENCY, "*", invoice.currency, total, total, why)]
    unknown, rest = _split(invoice.lines, contract.charges | {e.charge_code for e in expected})
    taken, shadows = _taken(invoice, contract)
    for line, _ in taken:
        rest.remove(line)
    found = [finding for _, finding in taken] + compare(rest, expected)
    found = _tolerated(found, expected, contract)
    return [*found, *shadows, *map(_unassessable, unknown), *_of_whole(invoice)]


def _split(
    lines: Iterable[InvoiceLine], known: Iterable[str]
) -> tuple[list[InvoiceLine], list[InvoiceLine]]:
    codes = set(known)
    unknown, rest = [], []
    for line in lines:
        (rest if line.charge_code in codes else unknown).append(line)
    return unknown, rest


def _taken(
    invoice: Audited, contract: Contract
) -> tuple[list[tuple[InvoiceLine, Finding]], list[Finding]]:
    """Lines that a rule about their place takes out of the comparison, if it is in force."""
    taken: list[tuple[InvoiceLine, Finding]] = []
    shadows: list[Finding] = []
    for rule, lines, why in (
        (Rule.BILLED_ELSEWHERE, invoice.elsewhere, "another invoice bills the same work"),
        (Rule.WRONG_PERIOD, invoice.out_of_period, "the work was done in another month"),
    ):
        for number, line in enumerate(lines, start=1):
            place = f"{line.reference or ''}#{number}"
            words = f"{line.charge_code}: {why}"
            finding = Finding(rule, line.charge_code, place, line.amount, ZERO, words)
            if rule not in contract.active:
                shadows.append(finding)
            elif line not in (one for one, _ in taken):
                taken.append((line, finding))
    return taken, shadows


def _unassessable(line: InvoiceLine) -> Finding:
    why = f"{line.charge_code} is on no rate card: nobody can say whether it is right"
    place = f"{line.amount:f}"
    return Finding(Rule.UNASSESSABLE, line.charge_code, place, line.amount, line.amount, why)


def _tolerated(
    found: list[Finding], expected: Sequence[InvoiceLine], contract: Contract
) -> list[Finding]:
    """Small differences as such, if together they stay within the invoice's tolerance."""
    small = [
        finding for finding in found
        if finding.expected and contract.line.accepts(finding.discrepancy, finding.expected)
    ]  # fmt: skip
    together = sum((abs(finding.discrepancy) for finding in small), ZERO)
    total = sum((line.amount for line in expected), ZERO)
    bounded = contract.invoice != Tolerance()
    if bounded and not contract.invoice.accepts(together, total):
        return found
    return [_accepted(finding) if finding in small else finding for finding in found]


def _accepted(finding: Finding) -> Finding:
    place = f"{finding.rule} {finding.place}"
    why = f"{finding.explanation}: within tolerance, accepted"
    return replace(finding, rule=Rule.WITHIN_TOLERANCE, place=place, explanation=why)


def _of_whole(invoice: Audited) -> Iterator[Finding]:
    tax = invoice.tax or ZERO
    if invoice.tax is not None and invoice.tax != invoice.right_tax:
        why = f"tax is {invoice.tax:f}, on its lines it comes to {invoice.right_tax:f}"
        yield Finding(Rule.WRONG_TAX, "tax", "tax", invoice.tax, invoice.right_tax, why)
    right = invoice.sum_of_lines + tax
    if invoice.stated_total is not None and invoice.stated_total != right:
        why = f"the total is {invoice.stated_total:f}, its lines and tax come to {right:f}"
        yield Finding(Rule.WRONG_TOTAL, "total", "total", invoice.stated_total, right, why)
