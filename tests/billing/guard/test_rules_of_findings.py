"""Every rule in both directions over real models; what cannot be known stays unassessable."""

from datetime import date
from decimal import Decimal

import pytest

from tests.billing.guard.audited import P15_CARD, billed

D = Decimal
LIMITS = "  limits: { per_finding: 50, total: 100, total_percent: 100 }\n"


def card(charges, more=""):
    lines = "".join(f"    {line}\n" for line in charges.strip().splitlines())
    return f"- valid_from: 2026-01-01\n  currency: USD\n{LIMITS}{more}  charges:\n{lines}"


WORK = card("work: { operation: vas, code: kitting, model: per_unit, price: 1.00 }")


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (("work", 10, "1.00"), []),
        (("work", 10, "1.10"), [("wrong_rate", "work", "-1", "applied")]),
        (("work", 10, "0.90"), [("wrong_rate", "work", "1", "applied")]),
        (("work", 12, "1.00"), [("wrong_quantity", "work", "-2", "applied")]),
        (("work", 8, "1.00"), [("wrong_quantity", "work", "2", "applied")]),
        (
            ("photo", 40, "1.00"),
            [("missing", "work", "10", "applied"), ("unassessable", "photo", "0", "waiting")],
        ),
    ],
)
def test_differences_of_a_line_in_both_directions(merchant, line, found):
    acme = merchant(WORK)
    acme.work("kitting", 10)
    acme.bill(line)
    acme.audit()
    assert acme.found() == found
    assert acme.audit() == (0, 0)


def test_a_charge_without_any_work_was_never_performed(merchant):
    acme = merchant(P15_CARD)
    acme.work("pack", 3)
    acme.bill(("pack", 3, "1.00"), ("returns", 2, "3.50"))
    acme.audit()
    assert acme.found() == [("never_performed", "returns", "-7", "applied")]


def test_an_invoice_of_another_currency_is_critical_claims_nothing_and_blocks(merchant):
    acme = merchant(WORK)
    acme.work("kitting", 10)
    acme.bill(("work", 10, "9.00"), currency="EUR")
    acme.audit()
    assert acme.found() == [("wrong_currency", "*", "0", None)]
    assert acme.blocked() == ["wrong_currency"]


def test_a_month_without_a_rate_card_is_unassessable(merchant):
    acme = merchant(WORK)
    acme.bill(("work", 10, "1.00"), month="2025-03")
    acme.audit()
    assert acme.found() == [("unassessable", "*", "0", "waiting")]
    assert acme.blocked() == ["unassessable"]


@pytest.mark.parametrize(("total", "found"), [("10.00", []), ("11.00", [("wrong_total", "-1")])])
def test_a_stated_total_must_be_lines_and_tax_added_up(merchant, total, found):
    acme = merchant(WORK)
    acme.work("kitting", 10)
    acme.bill(("work", 10, "1.00"), total=D(total))
    acme.audit()
    assert [(rule, off) for rule, _, off, _ in acme.found()] == found
    assert acme.blocked() == [rule for rule, _ in found]


TAXED = card(
    "work: { operation: vas, code: kitting, model: per_unit, price: 1.00, tax: vat }",
    "  taxes: { vat: 9 }\n",
)


def test_tax_is_checked_on_the_invoice_s_own_lines_and_corrected_as_tax(merchant):
    acme = merchant(TAXED)
    acme.work("kitting", 100)
    acme.bill(("work", 100, "1.00"), tax=D("9.50"))
    assert acme.invoice() == ("100", "9.5", "109.5")
    acme.audit()
    assert acme.found() == [("wrong_tax", "tax", "-0.5", "applied")]
    assert acme.invoice() == ("100", "9", "109")


def test_a_wrong_line_is_one_finding_and_its_tax_follows(merchant):
    """B10: the tax on what was billed is right; the adjustment takes its own tax along (B6)."""
    acme = merchant(TAXED)
    acme.work("kitting", 100)
    acme.bill(("work", 110, "1.00"), tax=D("9.90"))
    acme.audit()
    assert acme.found() == [("wrong_quantity", "work", "-10", "applied")]
    assert acme.invoice() == ("100", "9", "109")
    assert acme.audit() == (0, 0)


def test_an_invoice_that_does_not_speak_of_tax_that_is_due_is_unassessable(merchant):
    acme = merchant(TAXED)
    acme.work("kitting", 100)
    acme.bill(("work", 100, "1.00"))
    acme.audit()
    assert acme.found() == [("unassessable", "tax", "0", "waiting")]


def test_a_line_dated_in_another_month_is_in_the_wrong_period(merchant):
    acme = merchant(WORK)
    acme.work("kitting", 10)
    acme.bill(("work", 10, "1.00"), billed("work", 2, "1.00", performed_on=date(2026, 2, 28)))
    acme.audit()
    assert acme.found() == [("wrong_period", "work", "-2", "applied")]


ORDERS = [f"o{n}" for n in range(1, 5)]


def items(*orders, **more):
    return [billed("work", 1, "1.00", reference=f"wms:{order}", **more) for order in orders]


def test_an_itemised_invoice_is_compared_order_by_order(merchant):
    """Four orders were kitted, in February a fifth: o4 is left out, o9 invented, o5 too early."""
    acme = merchant(WORK)
    for order in ORDERS:
        acme.work("kitting", 1, order=order)
    acme.work("kitting", 1, "2026-02-10 09:00", order="o5")
    acme.bill(*items("o1", "o2", "o3", "o9", "o5"))
    acme.audit()
    assert acme.found() == [
        ("never_billed", "work", "1", "applied"),
        ("never_performed", "work", "-1", "applied"),
        ("wrong_period", "work", "-1", "applied"),
    ]
    assert acme.invoice()[2] == "4"
    assert acme.audit() == (0, 0)


def test_an_order_may_be_named_without_its_namespace_and_billed_in_parts(merchant):
    acme = merchant(WORK)
    acme.work("kitting", 2, order="o1")
    acme.bill(*[billed("work", 1, "1.00", reference="o1")] * 2)
    acme.audit()
    assert acme.found() == []


def test_the_same_work_on_an_order_billed_once_too_often_is_a_duplicate(merchant):
    acme = merchant(WORK)
    for order in ORDERS:
        acme.work("kitting", 1, order=order)
    acme.bill(*items(*ORDERS, "o1"))
    acme.audit()
    assert acme.found() == [("duplicate", "work", "-1", "applied")]


def test_items_rounded_one_by_one_add_up_to_more_than_the_line_rounded_once(merchant):
    """B4: 4 x 0.125 is 0.50; order by order it is 4 x 0.13 = 0.52."""
    acme = merchant(card("work: { operation: vas, code: kitting, model: per_unit, price: 0.125 }"))
    for order in ORDERS:
        acme.work("kitting", 1, order=order)
    acme.bill(*[billed("work", 1, "0.125", "0.13", reference=f"wms:{o}") for o in ORDERS])
    acme.audit()
    assert acme.found() == [("wrong_rate", "work", "-0.02", "applied")]
    assert acme.invoice()[2] == "0.5"


def test_a_charge_that_another_invoice_billed_before_is_disputed_in_full(merchant):
    """B14: across invoices, same work, date and amount; even where both would fit the month."""
    acme = merchant(WORK)
    acme.work("kitting", 2, order="o1")
    day = date(2026, 3, 2)
    acme.bill(*items("o1", performed_on=day), number="INV-1")
    acme.bill(*items("o1", performed_on=day), number="INV-2")
    acme.audit()
    assert acme.rows(
        "select invoice_id, rule, discrepancy::int from billing.findings where tenant_id = %s "
        "order by rule",
        acme.tenant,
    ) == [("billed/INV-2", "duplicate", -1), ("billed/INV-1", "wrong_quantity", 1)]


def test_a_charge_of_another_month_s_invoice_is_a_duplicate_and_not_also_of_another_period(
    merchant,
):
    acme = merchant(WORK)
    acme.work("kitting", 1, order="o1")
    day = date(2026, 3, 2)
    acme.bill(*items("o1", performed_on=day), number="INV-1")
    acme.bill(*items("o1", performed_on=day), number="INV-2", month="2026-04")
    acme.audit()
    assert acme.found() == [("duplicate", "work", "-1", "applied")]


def test_two_invoices_of_a_month_are_right_together_and_the_second_bears_what_is_billed_twice(
    merchant,
):
    acme = merchant(P15_CARD)
    acme.work("pack", 3)
    acme.work("return", 2)
    acme.bill(("pack", 3, "1.00"), number="INV-1")
    acme.bill(("returns", 2, "3.50"), number="INV-2")
    acme.audit()
    assert acme.found() == []
    acme.bill(("pack", 3, "1.00"), number="INV-3")
    acme.audit()
    assert acme.found() == [("duplicate", "pack", "-3", "applied")]
    assert acme.invoice("billed/INV-1")[2] == "3"
    assert acme.invoice("billed/INV-3")[2] == "0"


def test_another_amount_for_the_same_work_is_noted_in_shadow_and_blocks_nothing(merchant):
    acme = merchant(WORK)
    acme.work("kitting", 3, order="o1")
    day = date(2026, 3, 2)
    acme.bill(*items("o1", performed_on=day), number="INV-1")
    acme.bill(billed("work", 2, "1.00", reference="wms:o1", performed_on=day), number="INV-2")
    acme.audit()
    assert acme.found() == [("near_duplicate", "work", "0", None)]
    assert acme.blocked() == []


FREIGHT = card("""
work: { operation: vas, code: kitting, model: per_unit, price: 1.00 }
freight: { operation: charge, code: freight, model: pass_through, markup_percent: 0 }
""")


def test_a_cost_without_an_exchange_rate_makes_its_charge_unassessable_not_wrong(merchant):
    """P16 (a) on the other side: what may be due cannot be known (B9)."""
    acme = merchant(FREIGHT)
    acme.work("kitting", 10)
    cost = {"code": "freight", "amount": "18.40", "currency": "EUR"}
    acme.did("charge_recorded", charge=cost)
    acme.bill(("work", 10, "1.00"), billed("freight", 1, None, "19.95"))
    acme.audit()
    assert acme.found() == [("unassessable", "freight", "0", "waiting")]


TOLERANT = card(
    "work: { operation: vas, code: kitting, model: per_unit, price: 1.00 }\n"
    "photo: { operation: vas, code: photo, model: per_unit, price: 1.00 }",
    "  tolerances: { line: 0.50, line_percent: 1 }\n",
)


@pytest.mark.parametrize(
    ("amount", "standing"),
    [("100.50", "accepted"), ("99.50", "accepted"), ("100.51", "open")],
)
def test_a_variance_within_tolerance_is_accepted_logged_and_not_adjusted(
    merchant, amount, standing
):
    acme = merchant(TOLERANT)
    acme.work("kitting", 100)
    acme.bill(billed("work", 100, "1.00", amount))
    acme.audit()
    (row,) = acme.rows(
        "select standing, discrepancy from billing.findings where tenant_id = %s", acme.tenant
    )
    assert row == (standing, D(100) - D(amount))
    if standing == "accepted":
        assert acme.invoice()[2] == str(D(amount).normalize())
        assert acme.blocked() == []
