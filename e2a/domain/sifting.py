"""Billed lines that are wrong whatever was performed: another month's, or billed before (B14).

What is sifted out takes no part in the comparison of `matching`, so that it is counted once.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from e2a.domain.findings import Finding, Rule
from e2a.domain.invoice_lines import ZERO, InvoiceLine


def sift(lines: Iterable[InvoiceLine], period: date) -> tuple[list[Finding], list[InvoiceLine]]:
    """Findings about lines that do not belong on the invoice, and the other lines.

    Args:
        lines: as billed.
        period: first day of the invoice's month; dates of lines are local to the billing zone (B1).
    """
    findings: list[Finding] = []
    rest: list[InvoiceLine] = []
    for line in lines:
        finding = _repeated(line) or _of_another_month(line, period)
        if finding is None:
            rest.append(line)
            findings += _suspicious(line)
        else:
            findings.append(finding)
    return findings, rest


def _suspicious(line: InvoiceLine) -> list[Finding]:
    """Another amount for the same work is no duplicate yet: a suspicion, which claims nothing."""
    if line.nearly_before is None:
        return []
    why = (
        f"{line.charge_code} for {line.reference} of {line.performed_on} was billed by "
        f"{line.nearly_before} already, with another amount"
    )
    return [line.finding(Rule.NEAR_DUPLICATE, line.amount, line.amount, why)]


def _repeated(line: InvoiceLine) -> Finding | None:
    if line.billed_before is None:
        return None
    why = (
        f"{line.charge_code} for {line.reference} of {line.performed_on} was billed by "
        f"{line.billed_before} already, with the same amount"
    )
    return line.finding(Rule.DUPLICATE, line.amount, ZERO, why)


def _of_another_month(line: InvoiceLine, period: date) -> Finding | None:
    performed = line.performed_on
    if performed is None or performed.replace(day=1) == period:
        return None
    why = f"{line.charge_code}: performed on {performed}, billed for {period:%Y-%m}"
    return line.finding(Rule.WRONG_PERIOD, line.amount, ZERO, why)


def moved(findings: Iterable[Finding], elsewhere: dict[tuple[str, str], date]) -> list[Finding]:
    """Itemised work that no event of the month shows, but events of another month do.

    Args:
        findings: of `matching`.
        elsewhere: (charge code, reference) -> first day of the month in which it was performed.
    """
    return [_moved(finding, elsewhere) for finding in findings]


def _moved(finding: Finding, elsewhere: dict[tuple[str, str], date]) -> Finding:
    month = elsewhere.get((finding.charge_code, finding.reference or ""))
    if finding.rule is not Rule.NEVER_PERFORMED or month is None:
        return finding
    why = f"{finding.charge_code} for {finding.reference}: performed in {month:%Y-%m}"
    return replace(finding, rule=Rule.WRONG_PERIOD, explanation=why)
