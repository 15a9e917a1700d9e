"""The guard's comparison: billed lines against expected lines, both ways, each line counted once.

Pure and exact (Decimal). Reading the lines and storing the findings belong to
`e2a.billing.validation`; what may be adjusted without a person belongs to `e2a.domain.adjustment`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

ZERO = Decimal(0)


class Rule(StrEnum):
    """What a finding says, most severe first (B10, B16)."""

    WRONG_CURRENCY = "wrong_currency"
    DUPLICATE = "duplicate"
    NEVER_PERFORMED = "never_performed"
    WRONG_RATE = "wrong_rate"
    WRONG_QUANTITY = "wrong_quantity"
    MISSING = "missing"


SEVERITY = {
    Rule.WRONG_CURRENCY: "critical",
    Rule.DUPLICATE: "error",
    Rule.NEVER_PERFORMED: "error",
    Rule.WRONG_RATE: "error",
    Rule.WRONG_QUANTITY: "error",
    Rule.MISSING: "warning",
}


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """A line as billed or as expected; `unit_price` is None for a pass-through."""

    charge_code: str
    unit_price: Decimal | None
    quantity: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference. `place` tells apart findings of one rule and charge on one invoice (B10)."""

    rule: Rule
    charge_code: str
    place: str
    billed: Decimal
    expected: Decimal
    explanation: str

    @property
    def discrepancy(self) -> Decimal:
        """What must be added to the invoice to make it right: expected - billed."""
        return self.expected - self.billed

    @property
    def severity(self) -> str:
        """critical, error or warning."""
        return SEVERITY[self.rule]

    def key(self, invoice_id: str) -> str:
        """Identity of the finding: running a validation again finds the same keys (B10)."""
        return f"{invoice_id}|{self.rule}|{self.charge_code}|{self.place}"


def compare(billed: Sequence[InvoiceLine], expected: Sequence[InvoiceLine]) -> list[Finding]:
    """All differences between an invoice and what the events call for.

    Lines are matched within a charge: first those that agree wholly, then by unit price, then the
    rest pairwise. Of several things wrong with one line the most severe rule speaks (B10).
    """
    findings: list[Finding] = []
    by_charge = _by_charge(billed), _by_charge(expected)
    for charge in sorted({*by_charge[0], *by_charge[1]}):
        findings += _compare_charge(charge, by_charge[0][charge], by_charge[1][charge])
    return findings


def _by_charge(lines: Iterable[InvoiceLine]) -> defaultdict[str, list[InvoiceLine]]:
    grouped: defaultdict[str, list[InvoiceLine]] = defaultdict(list)
    for line in lines:
        grouped[line.charge_code].append(line)
    return grouped


def _compare_charge(
    charge: str, billed: list[InvoiceLine], expected: list[InvoiceLine]
) -> list[Finding]:
    billed, duplicates = _without_duplicates(sorted(billed, key=_place), expected)
    findings = [_duplicate(line) for line in duplicates]
    open_billed, open_expected = _without_agreeing(billed, sorted(expected, key=_place))
    for mine, theirs in _pairs(open_billed, open_expected):
        finding = _difference(charge, mine, theirs)
        if finding is not None:
            findings.append(finding)
    return _numbered(findings)


def _place(line: InvoiceLine) -> tuple[bool, Decimal, Decimal, Decimal]:
    """An order that does not depend on how a file lists its lines."""
    return line.unit_price is None, line.unit_price or ZERO, line.quantity, line.amount


def _numbered(findings: list[Finding]) -> list[Finding]:
    """Findings of one rule at one price are told apart by number, from the second on."""
    seen: Counter[tuple[Rule, str]] = Counter()
    numbered = []
    for finding in findings:
        seen[finding.rule, finding.place] += 1
        count = seen[finding.rule, finding.place]
        place = finding.place if count == 1 else f"{finding.place}#{count}"
        numbered.append(replace(finding, place=place))
    return numbered


def _without_duplicates(
    billed: list[InvoiceLine], expected: list[InvoiceLine]
) -> tuple[list[InvoiceLine], list[InvoiceLine]]:
    """A repeated identical line is a duplicate unless the expectation holds as many."""
    kept: list[InvoiceLine] = []
    duplicates: list[InvoiceLine] = []
    for line in billed:
        allowed = max(1, expected.count(line))
        (kept if kept.count(line) < allowed else duplicates).append(line)
    return kept, duplicates


def _without_agreeing(
    billed: list[InvoiceLine], expected: list[InvoiceLine]
) -> tuple[list[InvoiceLine], list[InvoiceLine]]:
    rest, left = [], list(expected)
    for line in billed:
        if line in left:
            left.remove(line)
        else:
            rest.append(line)
    return rest, left


def _pairs(
    billed: list[InvoiceLine], expected: list[InvoiceLine]
) -> list[tuple[InvoiceLine | None, InvoiceLine | None]]:
    pairs: list[tuple[InvoiceLine | None, InvoiceLine | None]] = []
    left = list(expected)
    unmatched = []
    for line in billed:
        same_price = next((e for e in left if e.unit_price == line.unit_price), None)
        if same_price is None:
            unmatched.append(line)
        else:
            left.remove(same_price)
            pairs.append((line, same_price))
    for line in unmatched:
        pairs.append((line, left.pop(0) if left else None))
    return pairs + [(None, e) for e in left]


def _duplicate(line: InvoiceLine) -> Finding:
    return Finding(
        Rule.DUPLICATE, line.charge_code, _price(line), line.amount, ZERO,
        f"{line.charge_code} is billed again with the same quantity, price and amount",
    )  # fmt: skip


def _difference(
    charge: str, billed: InvoiceLine | None, expected: InvoiceLine | None
) -> Finding | None:
    if billed is None:
        assert expected is not None
        return Finding(
            Rule.MISSING, charge, _price(expected), ZERO, expected.amount,
            f"{charge}: {_plain(expected.quantity)} performed, not billed",
        )  # fmt: skip
    if expected is None:
        return Finding(
            Rule.NEVER_PERFORMED, charge, _price(billed), billed.amount, ZERO,
            f"{charge}: {_plain(billed.quantity)} billed, no event shows the work",
        )  # fmt: skip
    return _mismatch(charge, billed, expected)


def _mismatch(charge: str, billed: InvoiceLine, expected: InvoiceLine) -> Finding | None:
    place = _price(expected)
    if billed.unit_price != expected.unit_price:
        return Finding(
            Rule.WRONG_RATE, charge, place, billed.amount, expected.amount,
            f"{charge}: billed at {_price(billed)}, the rate card says {_price(expected)}",
        )  # fmt: skip
    if billed.quantity != expected.quantity:
        return Finding(
            Rule.WRONG_QUANTITY, charge, place, billed.amount, expected.amount,
            f"{charge}: {_plain(billed.quantity)} billed, events show {_plain(expected.quantity)}",
        )  # fmt: skip
    if billed.amount != expected.amount:
        return Finding(
            Rule.WRONG_RATE, charge, place, billed.amount, expected.amount,
            f"{charge}: the amount is {_plain(billed.amount)}, it comes to "
            f"{_plain(expected.amount)}",
        )  # fmt: skip
    return None


def _price(line: InvoiceLine) -> str:
    return "cost" if line.unit_price is None else _plain(line.unit_price)


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
