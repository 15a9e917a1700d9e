"""An invoice as a whole, lines of another month, charges billed before, items and their sum."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from e2a.domain.findings import Rule
from e2a.domain.invoice_checks import (
    TaxRule,
    no_card,
    stale_tax,
    wrong_currency,
    wrong_tax,
    wrong_total,
)
from e2a.domain.invoice_lines import InvoiceLine
from e2a.domain.itemised import is_itemised, rounding
from e2a.domain.matching import compare
from e2a.domain.sifting import moved, sift

D = Decimal
APRIL = date(2026, 4, 1)


def line(amount, *, charge="pack", tax=None, **more):
    return InvoiceLine(charge, None, D(1), D(amount), tax_code=tax, invoice_id="I", **more)


def test_an_invoice_in_another_currency_is_critical_and_claims_no_amount():
    finding = wrong_currency("I", "EUR", "USD", D(9))
    assert (finding.rule, finding.severity, finding.discrepancy) == (
        Rule.WRONG_CURRENCY, "critical", D(0)
    )  # fmt: skip


def test_an_invoice_of_a_month_without_a_card_is_unassessable():
    finding = no_card("I", D(9))
    assert (finding.rule, finding.discrepancy) == (Rule.UNASSESSABLE, D(0))


def test_a_total_that_is_the_sum_of_lines_and_tax_is_right():
    assert wrong_total("I", D("10.44"), D("10.44")) == []
    assert wrong_total("I", None, D("10.44")) == []


@pytest.mark.parametrize(("stated", "off"), [("10.45", "-0.01"), ("9.58", "0.86")])
def test_a_total_that_is_not_the_sum_of_its_lines_is_critical(stated, off):
    (finding,) = wrong_total("I", D(stated), D("10.44"))
    assert (finding.rule, finding.severity, finding.discrepancy) == (
        Rule.WRONG_TOTAL, "critical", D(off)
    )  # fmt: skip


VAT = TaxRule({"vat": D(9)})
P13 = {"vat": D("4.63") + D("4.95") + D("1.73")}


def test_p13_tax_is_once_on_the_sum_of_the_rounded_lines():
    assert wrong_tax("I", D("1.02"), P13, VAT) == []
    (finding,) = wrong_tax("I", D("1.03"), P13, VAT)
    assert (finding.rule, finding.discrepancy) == (Rule.WRONG_TAX, D("-0.01"))


def test_tax_that_is_billed_as_nothing_is_owed_and_tax_on_nothing_is_nothing():
    (finding,) = wrong_tax("I", D(0), P13, VAT)
    assert finding.discrepancy == D("1.02")
    assert wrong_tax("I", D(0), {}, VAT) == []
    assert wrong_tax("I", D(0), {"vat": D(-5), "": D(70)}, VAT) == []


def test_tax_of_which_the_invoice_does_not_speak_is_unassessable_where_some_is_due():
    (finding,) = wrong_tax("I", None, P13, VAT)
    assert (finding.rule, finding.discrepancy) == (Rule.UNASSESSABLE, D(0))
    assert wrong_tax("I", None, {"": D(9)}, VAT) == []


def test_a_tax_that_no_card_knows_is_unassessable():
    (finding,) = wrong_tax("I", D(1), {"gst": D(10)}, VAT)
    assert (finding.rule, finding.discrepancy) == (Rule.UNASSESSABLE, D(0))


def test_two_taxes_are_rounded_each_by_itself():
    rule = TaxRule({"vat": D("0.25"), "city": D("0.25")})
    assert rule.in_all({"vat": D(50), "city": D(50), "other": D(50)}) == D("0.26")


def test_tax_is_rounded_half_up_or_half_even_as_the_card_says():
    rule = TaxRule({"vat": D("0.25")})
    assert rule.due("vat", D(50)) == D("0.13")  # 0.125
    assert replace(rule, mode="half_even").due("vat", D(50)) == D("0.12")
    assert wrong_tax("I", D("0.13"), {"vat": D(50)}, rule) == []


def test_a_draft_of_ours_with_other_tax_than_its_lines_must_be_made_again():
    (finding,) = stale_tax("I", D("1.03"), P13, VAT)
    assert finding.severity == "critical"
    assert stale_tax("I", D("1.02"), P13, VAT) == []


def test_a_line_performed_outside_the_month_is_in_the_wrong_period():
    lines = [
        line("1", performed_on=date(2026, 3, 31)), line("2", performed_on=date(2026, 4, 1)),
        line("3", performed_on=date(2026, 4, 30)), line("4", performed_on=date(2026, 5, 1)),
        line("5"),
    ]  # fmt: skip
    found, rest = sift(lines, APRIL)
    assert [(f.rule, f.discrepancy) for f in found] == [
        (Rule.WRONG_PERIOD, D(-1)), (Rule.WRONG_PERIOD, D(-4))
    ]  # fmt: skip
    assert [one.amount for one in rest] == [D(2), D(3), D(5)]


def test_a_charge_billed_before_is_disputed_in_full_and_only_as_that():
    """B14, across all invoices; the month is wrong as well, and the duplicate speaks (B16)."""
    again = line("7.10", reference="wms:1", performed_on=date(2026, 3, 3), billed_before="INV-3")
    found, rest = sift([again], APRIL)
    assert [(f.rule, f.discrepancy) for f in found] == [(Rule.DUPLICATE, D("-7.10"))]
    assert rest == []
    assert "INV-3" in found[0].explanation


def test_an_item_whose_work_was_done_in_another_month_is_in_the_wrong_period():
    item = line("1", reference="wms:1")
    found = moved(compare([item], []), {("pack", "wms:1"): date(2026, 3, 1)})
    assert [f.rule for f in found] == [Rule.WRONG_PERIOD]
    assert [f.rule for f in moved(compare([item], []), {})] == [Rule.NEVER_PERFORMED]


def test_an_invoice_is_itemised_if_every_line_names_its_order():
    items = [line("1", reference="wms:1"), line("1", reference="wms:2")]
    assert is_itemised(items)
    assert not is_itemised([])
    assert not is_itemised([*items, line("1")])


def test_items_that_are_each_right_and_add_up_to_more_than_the_rounded_line_are_found():
    """37 x 0.125 is 4.625 and 4.63; rounded order by order it is 37 x 0.13 = 4.81 (B4)."""
    items = [line("0.13", reference=f"wms:{n}") for n in range(37)]
    whole = [InvoiceLine("pack", D("0.125"), D(37), D("4.63"), line_key="pack@c@0.125")]
    (finding,) = rounding(whole, items, "I")
    assert (finding.rule, finding.discrepancy) == (Rule.WRONG_RATE, D("-0.18"))
    assert finding.key == "I|wrong_rate|pack@c@0.125/rounding"
    assert rounding(whole, [line("4.63", reference="wms:1")], "I") == []
    assert rounding(whole, [], "I") == []
