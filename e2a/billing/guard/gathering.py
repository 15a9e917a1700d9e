"""From rows of a validation's tables to findings: drafts, imported months, whole invoices."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, LiteralString

import psycopg
from psycopg.rows import dict_row

from e2a.billing.guard import imported, statements
from e2a.domain import invoice_checks as whole
from e2a.domain.findings import Finding, Rule
from e2a.domain.invoice_lines import InvoiceLine, Knowledge
from e2a.domain.itemised import rounding
from e2a.domain.matching import compare, compare_keyed, numbered
from e2a.domain.sifting import moved, sift

Month = tuple[str, date]
Invoice = tuple[str, str]
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Sums:
    """What an invoice adds up to before adjustments: lines, tax if said, lines by tax code."""

    lines: Decimal
    tax: Decimal | None
    bases: dict[str, Decimal]

    @property
    def total(self) -> Decimal:
        """Lines and tax."""
        return self.lines + (self.tax or ZERO)


def heads(connection: psycopg.Connection[Any]) -> dict[Invoice, dict[str, Any]]:
    """The invoices of the pass with what their card says."""
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(statements.INVOICES).fetchall()
    return {(row["tenant_id"], row["invoice_id"]): row for row in rows}


def sums(connection: psycopg.Connection[Any]) -> dict[Invoice, Sums]:
    """The sums of every invoice of the pass."""
    return {
        (tenant, invoice): Sums(lines, tax, {code: Decimal(base) for code, base in bases.items()})
        for tenant, invoice, lines, tax, bases in connection.execute(statements.SUMS)
    }


def of_wholes(
    connection: psycopg.Connection[Any],
    invoices: dict[Invoice, dict[str, Any]],
    added_up: dict[Invoice, Sums],
) -> Iterator[tuple[str, Finding]]:
    """Currency, total and tax of each invoice; nothing more of one in another currency."""
    percents: defaultdict[tuple[str, str], dict[str, Decimal]] = defaultdict(dict)
    for tenant, card, code, percent in connection.execute(statements.TAXES):
        percents[tenant, card][code] = percent
    for (tenant, invoice), head in invoices.items():
        of = added_up[tenant, invoice]
        rule = whole.TaxRule(
            percents[tenant, head["card_version"]], head["currency_exponent"] or 2,
            head["rounding_mode"] or "half_up",
        )  # fmt: skip
        for finding in _of_whole(invoice, head, of, rule):
            yield tenant, finding


def _of_whole(
    invoice: str, head: dict[str, Any], of: Sums, rule: whole.TaxRule
) -> Iterable[Finding]:
    if head["card_currency"] is None:
        return [whole.no_card(invoice, of.total)]
    if head["currency"] != head["card_currency"]:
        return [whole.wrong_currency(invoice, head["currency"], head["card_currency"], of.total)]
    if head["origin"] == "own":
        return whole.stale_tax(invoice, of.tax or ZERO, of.bases, rule)
    if head["issuer"] is not None:
        return whole.wrong_total(invoice, head["stated_total"], of.total)
    return [
        *whole.wrong_total(invoice, head["stated_total"], of.total),
        *whole.wrong_tax(invoice, of.tax, of.bases, rule),
    ]


def of_drafts(connection: psycopg.Connection[Any]) -> Iterator[tuple[str, Finding]]:
    """Our own drafts against their derivation, and what cannot be derived yet."""
    sides: defaultdict[Invoice, tuple[list[InvoiceLine], list[InvoiceLine]]]
    sides = defaultdict(lambda: ([], []))
    for tenant, invoice, is_billed, *said, tax_code in connection.execute(statements.OWN):
        line = replace(
            InvoiceLine(*said), tax_code=tax_code, invoice_id=invoice if is_billed else ""
        )
        sides[tenant, invoice][0 if is_billed else 1].append(line)
    for (tenant, invoice), (mine, theirs) in sides.items():
        for finding in compare_keyed(mine, theirs, invoice):
            yield tenant, finding
    for tenant, invoice, operation, reason, key, count, cost, _ in connection.execute(
        statements.HELD_BACK
    ):
        yield tenant, _held_back(invoice, operation, reason, key, count, cost)


def _held_back(
    invoice: str, operation: str, reason: str, key: str | None, count: int, cost: str | None
) -> Finding:
    if key is not None:
        why = (
            f"{cost} for {operation}: there is no exchange rate of that date, the line is left out"
        )
        return Finding(Rule.WRONG_CURRENCY, operation, key, ZERO, ZERO, why, invoice)
    why = f"{count} operations of {operation} are quarantined ({reason}) and are not on the draft"
    place = f"quarantined/{operation}/{reason}"
    return Finding(Rule.UNASSESSABLE, operation, place, ZERO, ZERO, why, invoice)


def of_months(connection: psycopg.Connection[Any]) -> Iterator[tuple[str, Finding]]:
    """Imported invoices, all of a month together."""
    for statement in (imported.NAMES, imported.BILLED, imported.BEFORE, imported.EXPECTED):
        connection.execute(statement)
    if connection.execute(imported.HAS_ITEMS).fetchone() is not None:
        connection.execute(imported.ITEMS)
    connection.execute(imported.DIFFERING)
    known = _knowledge(connection)
    elsewhere = _elsewhere(connection)
    last = {(t, p): invoice for t, p, invoice in connection.execute(imported.LAST)}
    for month, (billed, due) in _sides(connection).items():
        found, rest = sift(billed, month[1])
        found += moved(compare(rest, due, known[month], last.get(month, "")), elsewhere[month])
        for finding in numbered(found):
            yield month[0], finding
    for tenant, _, code, key, tax_code, items, once, invoice in connection.execute(
        imported.ROUNDING
    ):
        line = InvoiceLine(code, None, ZERO, once, line_key=key, tax_code=tax_code)
        item = InvoiceLine(code, None, ZERO, items or ZERO)
        for finding in rounding([line], [item], invoice):
            yield tenant, finding


def _sides(
    connection: psycopg.Connection[Any],
) -> dict[Month, tuple[list[InvoiceLine], list[InvoiceLine]]]:
    sides: defaultdict[Month, tuple[list[InvoiceLine], list[InvoiceLine]]]
    sides = defaultdict(lambda: ([], []))
    for tenant, period, is_billed, *said in connection.execute(imported.SIDES):
        sides[tenant, period][0 if is_billed else 1].append(InvoiceLine(*said))
    return sides


def _knowledge(connection: psycopg.Connection[Any]) -> defaultdict[Month, Knowledge]:
    charges: defaultdict[Month, set[str]] = defaultdict(set)
    for tenant, period, code in _rows(connection, statements.CHARGES):
        charges[tenant, period].add(code)
    uncertain: defaultdict[Month, dict[str, str]] = defaultdict(dict)
    for tenant, period, code, reason, count in _rows(connection, statements.UNCERTAIN):
        words = f"{count} operations of it are quarantined ({reason})"
        uncertain[tenant, period][code] = words
    known: defaultdict[Month, Knowledge] = defaultdict(lambda: Knowledge(frozenset(), {}))
    for month in {*charges, *uncertain}:
        known[month] = Knowledge(frozenset(charges[month]), uncertain[month])
    return known


def _elsewhere(
    connection: psycopg.Connection[Any],
) -> defaultdict[Month, dict[tuple[str, str], date]]:
    found: defaultdict[Month, dict[tuple[str, str], date]] = defaultdict(dict)
    for tenant, period, code, order, other in _rows(connection, imported.ELSEWHERE):
        found[tenant, period][code, order] = other
    return found


def _rows(connection: psycopg.Connection[Any], query: LiteralString) -> list[Any]:
    return connection.execute(query).fetchall()
