"""The guard's comparison: billed lines against expected lines, both ways, each line counted once.

Pure and exact (Decimal). Lines that are wrong by themselves (wrong month, billed before) are
sifted out first: `sifting`. Totals and tax of a whole invoice belong to `invoice_checks`; reading
lines and storing findings belong to `e2a.billing.guard`.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import zip_longest
from typing import TypeVar

from e2a.domain.findings import Finding, Rule, most_severe
from e2a.domain.invoice_lines import (
    ZERO,
    Content,
    InvoiceLine,
    Knowledge,
    plain,
    price_words,
    together,
)

Group = tuple[str, str | None]
Key = TypeVar("Key")


def compare(
    billed: Sequence[InvoiceLine],
    expected: Sequence[InvoiceLine],
    knowledge: Knowledge | None = None,
    last: str | None = None,
) -> list[Finding]:
    """All differences between what was billed and what the events call for.

    Lines are matched within a charge (and an order, where both sides name one): repeated lines
    first, then those that agree, then what is left by unit price, then by quantity, then in order.
    Of several things wrong with one line the most severe rule speaks (B10). Discrepancies of the
    findings add up to expected - billed, but for what cannot be assessed.

    Args:
        billed: of one month of one tenant, of one or several invoices, `issue` telling their order.
        expected: of the same month.
        knowledge: what is known of the charges; None takes every charge as known.
        last: the invoice that was issued last, to which belongs what was left out; None takes the
            last of `billed`.
    """
    findings: list[Finding] = []
    grouped = _grouped(billed), _grouped(expected)
    for group in sorted({*grouped[0], *grouped[1]}, key=lambda one: (one[0], one[1] or "")):
        findings += _compare_group(grouped[0][group], grouped[1][group])
    findings = _laid(findings, billed, last)
    if knowledge is not None:
        findings = [knowledge.judge(finding) for finding in findings]
    return numbered(findings)


def compare_keyed(
    billed: Sequence[InvoiceLine], expected: Sequence[InvoiceLine], invoice_id: str | None = None
) -> list[Finding]:
    """All differences between a draft of ours and its derivation, line key by line key."""
    mine, theirs = _by_key(billed), _by_key(expected)
    findings: list[Finding] = []
    for key in sorted({*mine, *theirs}):
        lines, due = sorted(mine[key], key=_place), next(iter(theirs[key]), None)
        if not lines and due is not None:
            findings.append(_missing(due))
        for number, line in enumerate(lines):
            findings += _duplicate(line) if number and due else _difference(line, due)
    return numbered(_laid(findings, billed, invoice_id))


def numbered(findings: Iterable[Finding]) -> list[Finding]:
    """Findings of one key are told apart by number, from the second on."""
    seen: Counter[str] = Counter()
    told = []
    for finding in findings:
        seen[finding.key] += 1
        count = seen[finding.key]
        told.append(finding if count == 1 else replace(finding, place=f"{finding.place}#{count}"))
    return told


def _laid(
    findings: Iterable[Finding], billed: Sequence[InvoiceLine], last: str | None
) -> list[Finding]:
    """What was left out belongs to the invoice that was issued last."""
    if last is None:
        last = max(billed, key=lambda line: line.issue).invoice_id if billed else ""
    return [f if f.invoice_id else replace(f, invoice_id=last) for f in findings]


def _grouped(lines: Iterable[InvoiceLine]) -> defaultdict[Group, list[InvoiceLine]]:
    return _by(lines, lambda line: (line.charge_code, line.reference))


def _by_key(lines: Iterable[InvoiceLine]) -> defaultdict[str, list[InvoiceLine]]:
    return _by(lines, lambda line: line.line_key or line.place)


def _by(
    lines: Iterable[InvoiceLine], key: Callable[[InvoiceLine], Key]
) -> defaultdict[Key, list[InvoiceLine]]:
    grouped: defaultdict[Key, list[InvoiceLine]] = defaultdict(list)
    for line in lines:
        grouped[key(line)].append(line)
    return grouped


def _place(line: InvoiceLine) -> tuple[bool, Decimal, Decimal, Decimal, int, str]:
    """An order that does not depend on how a file lists its lines."""
    price = line.unit_price
    return price is None, price or ZERO, line.quantity, line.amount, line.issue, line.invoice_id


def _compare_group(billed: list[InvoiceLine], expected: list[InvoiceLine]) -> list[Finding]:
    kept, repeated = _without_repeated(sorted(billed, key=_place), expected)
    findings = [finding for line in repeated for finding in _duplicate(line)]
    mine, theirs = _without_agreeing(kept, sorted(expected, key=_place))
    for line, due in _pairs(mine, theirs):
        findings += _difference(line, due) if line else [_missing(due)] if due else []
    return findings


def _without_repeated(
    billed: list[InvoiceLine], expected: list[InvoiceLine]
) -> tuple[list[InvoiceLine], list[InvoiceLine]]:
    """A repeated identical line is a duplicate, unless the expectation holds as much."""
    alike, due = Counter(e.content for e in expected), _quantities(expected)
    seen: Counter[tuple[object, ...]] = Counter()
    kept: list[InvoiceLine] = []
    repeated: list[InvoiceLine] = []
    for line in billed:
        room = max(1, alike[line.content], _room(line, due[line.unit_price]))
        seen[line.content, line.performed_on] += 1
        (kept if seen[line.content, line.performed_on] <= room else repeated).append(line)
    return kept, repeated


def _quantities(lines: list[InvoiceLine]) -> defaultdict[Decimal | None, Decimal]:
    quantities: defaultdict[Decimal | None, Decimal] = defaultdict(Decimal)
    for line in lines:
        quantities[line.unit_price] += line.quantity
    return quantities


def _room(line: InvoiceLine, due: Decimal) -> int:
    """How many times the line's quantity fits into what is expected at its price."""
    return int(due // line.quantity) if line.quantity > 0 and due > 0 else 0


def _without_agreeing(
    billed: list[InvoiceLine], expected: list[InvoiceLine]
) -> tuple[list[InvoiceLine], list[InvoiceLine]]:
    """Lines that agree one by one go, then lines of one price that agree taken together."""
    twins = Counter(line.content for line in billed) & Counter(e.content for e in expected)
    billed, expected = _less(billed, twins), _less(expected, twins)
    mine, theirs = _by(billed, _price), _by(expected, _price)
    agreeing = {
        price for price in mine
        if theirs[price] and together(mine[price]).content == together(theirs[price]).content
    }  # fmt: skip
    return _other(billed, agreeing), _other(expected, agreeing)


def _less(lines: list[InvoiceLine], without: Counter[Content]) -> list[InvoiceLine]:
    left, rest = Counter(without), []
    for line in lines:
        if left[line.content]:
            left[line.content] -= 1
        else:
            rest.append(line)
    return rest


def _other(lines: list[InvoiceLine], prices: Collection[Decimal | None]) -> list[InvoiceLine]:
    return [line for line in lines if line.unit_price not in prices]


def _price(line: InvoiceLine) -> Decimal | None:
    return line.unit_price


def _pairs(
    billed: list[InvoiceLine], expected: list[InvoiceLine]
) -> list[tuple[InvoiceLine | None, InvoiceLine | None]]:
    """By price, taken together; then by quantity, then in order; the rest stands alone."""
    mine, theirs = _by(billed, _price), _by(expected, _price)
    prices = [price for price in mine if price in theirs]
    pairs: list[tuple[InvoiceLine | None, InvoiceLine | None]] = [
        (together(mine[price]), together(theirs[price])) for price in prices
    ]
    left = _by(_other(expected, prices), lambda line: line.quantity)
    unmatched = []
    for line in _other(billed, prices):
        if left[line.quantity]:
            pairs.append((line, left[line.quantity].pop(0)))
        else:
            unmatched.append(line)
    rest = sorted((line for lines in left.values() for line in lines), key=_place)
    return pairs + list(zip_longest(unmatched, rest))


def _duplicate(line: InvoiceLine) -> list[Finding]:
    why = f"{line.charge_code} is billed again with the same quantity, price and amount"
    return [line.finding(Rule.DUPLICATE, line.amount, ZERO, why)]


def _missing(due: InvoiceLine) -> Finding:
    rule = Rule.NEVER_BILLED if due.reference else Rule.MISSING
    of = f" for {due.reference}" if due.reference else ""
    why = f"{due.charge_code}: {plain(due.quantity)} performed{of}, not billed"
    return due.finding(rule, ZERO, due.amount, why)


def _difference(line: InvoiceLine, due: InvoiceLine | None) -> list[Finding]:
    if due is None:
        why = f"{line.charge_code}: {plain(line.quantity)} billed, no event shows the work"
        return [line.finding(Rule.NEVER_PERFORMED, line.amount, ZERO, why)]
    place = replace(due, invoice_id=line.invoice_id)
    wrong = [
        place.finding(rule, line.amount, due.amount, f"{due.charge_code}: {why}")
        for rule, why in _wrong(line, due)
    ]
    return [most_severe(wrong)] if wrong else []


def _wrong(line: InvoiceLine, due: InvoiceLine) -> Iterator[tuple[Rule, str]]:
    """Everything that is wrong with a line; the difference counts once (B10)."""
    if line.unit_price != due.unit_price:
        said, right = price_words(line.unit_price), price_words(due.unit_price)
        yield Rule.WRONG_RATE, f"billed at {said}, the rate card says {right}"
    if line.quantity != due.quantity:
        said, right = plain(line.quantity), plain(due.quantity)
        yield Rule.WRONG_QUANTITY, f"{said} billed, events show {right}"
    elif line.unit_price == due.unit_price and line.amount != due.amount:
        said, right = plain(line.amount), plain(due.amount)
        yield Rule.WRONG_RATE, f"the amount is {said}, it comes to {right}"
