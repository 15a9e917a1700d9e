"""Drafts: replaced whole where their lines changed, left alone where they did not (B4, B6)."""

from decimal import Decimal

import pytest

from e2a.billing.invoices import Scope
from e2a.billing.invoices.generating import generate
from e2a.domain.errors import RefusedError
from tests.billing.invoices.clerk import APRIL, TAXED, WORK
from tests.billing.pricing.merchant import at, card
from tests.billing.pricing.test_credits import CREDIT, SLA, shipped


def inputs(clerk, month="2026-03"):
    ((found,),) = clerk.rows(
        "select inputs from billing.invoices where tenant_id = %s and billing_period = %s",
        clerk.tenant, f"{month}-01",
    )  # fmt: skip
    return found


def test_drafting_twice_writes_once(clerk):
    acme = clerk(TAXED)
    acme.worked(100)
    assert acme.draft().written == (acme.id(),)
    before = acme.everything()
    again = acme.draft("2026-04-09 12:00")
    assert (again.invoices, again.written, again.removed) == (1, (), ())
    assert acme.everything() == before


def test_a_draft_follows_its_events_and_other_months_stay(clerk):
    acme = clerk(WORK)
    acme.worked(100)
    acme.worked(30, "2026-04-02 09:00", "o2")
    assert len(acme.draft("2026-05-02 09:00").written) == 2
    acme.worked(5, "2026-04-03 09:00", "o3")
    assert acme.draft("2026-05-02 09:00").written == (acme.id("2026-04"),)
    assert (acme.total(), acme.total("2026-04")) == ("100", "35")


def test_only_the_month_that_is_asked_for_is_drafted(clerk):
    acme = clerk(WORK)
    acme.worked(100)
    acme.worked(30, "2026-04-02 09:00", "o2")
    assert acme.draft("2026-05-02 09:00", "2026-04").written == (acme.id("2026-04"),)
    assert acme.invoice("2026-03") == []


def test_a_draft_without_lines_disappears(clerk):
    acme = clerk(WORK)
    acme.worked(100, id="wrong")
    acme.draft()
    acme.merchant.did("event_voided", "2026-03-03 09:00", corrects=["wrong"])
    acme.merchant.derive()
    assert acme.draft().removed == (acme.id(),)
    assert acme.everything()["invoices"] == []


def test_p13_a_tax_is_rounded_once_on_the_sum_of_its_rounded_lines(clerk):
    acme = clerk(
        card(
            """
a: { operation: vas, code: a, model: per_unit, price: 0.125, tax: vat }
b: { operation: vas, code: b, model: per_unit, price: 0.115, tax: vat }
c: { operation: vas, code: c, model: per_unit, price: 0.345, tax: vat }
""",
            more="  taxes: { vat: 9 }\n",
        )
    )
    for code, quantity in (("a", 37), ("b", 43), ("c", 5)):
        acme.merchant.work(code, quantity, order=f"o-{code}")
    acme.merchant.derive()
    acme.draft()
    assert acme.invoice() == [("draft", None, "11.31", "1.02", "12.33")]


def test_what_a_draft_is_made_from_stands_on_it(clerk):
    acme = clerk(WORK)
    acme.worked(100, recorded="2026-03-02 09:05")
    acme.worked(1, "2026-03-04 09:00", "o2", recorded="2026-03-05 10:00")
    acme.draft()
    found = inputs(acme)
    assert found["operations"] == 2
    assert at("2026-03-05 10:00").isoformat() == found["high_water_mark"] == found["known_at"]
    assert len(found["rate_cards"]) == 1


def test_work_that_is_not_billed_is_noted_without_replacing_the_lines(clerk):
    acme = clerk(WORK)
    acme.worked(100)
    acme.draft()
    acme.review()
    acme.merchant.work("polishing", 3, "2026-03-06 09:00", "o9")  # not on the card
    acme.merchant.derive()
    before = acme.everything()
    assert acme.draft("2026-04-03 09:00").written == ()
    after = acme.everything()
    assert inputs(acme)["operations"] == 2
    assert before["invoices"] != after["invoices"]
    assert before["invoice_lines"] == after["invoice_lines"]
    assert acme.invoice()[0][0] == "review"


def test_a_review_whose_lines_change_is_a_draft_again(clerk):
    acme = clerk(WORK)
    acme.worked(100)
    acme.draft()
    acme.review()
    acme.worked(1, "2026-03-06 09:00", "o2")
    acme.draft()
    assert acme.invoice() == [("draft", None, "101", "0", "101")]
    moves = acme.rows(
        "select from_status, to_status, actor, reason from billing.invoice_moves "
        "where tenant_id = %s order by move",
        acme.tenant,
    )
    assert moves == [
        (None, "draft", "system", None),
        ("draft", "review", "ann", None),
        ("review", "draft", "system", "its lines changed"),
    ]


def test_what_is_in_review_is_not_reviewed_again(clerk):
    acme = clerk(WORK)
    acme.worked(100)
    acme.draft()
    acme.review()
    with pytest.raises(RefusedError, match="is review and cannot become review"):
        acme.review()


MINIMUM = card(
    "work: { operation: vas, code: kitting, model: per_unit, price: 1.00 }",
    more="  minimum: { amount: 500 }\n",
)


@pytest.mark.parametrize("asked", [(), ("2026-03",)])
def test_b5_a_minimum_is_due_though_nothing_was_done_in_the_month(clerk, asked):
    acme = clerk(MINIMUM)
    acme.worked(100, "2026-02-10 09:00")
    acme.draft(APRIL, *asked)
    assert acme.lines() == [("true_up", "minimum", "500")]
    assert acme.draft(APRIL, *asked).written == ()


def test_months_before_a_tenant_was_served_are_not_billed(clerk):
    acme = clerk(MINIMUM)
    acme.draft(APRIL, "2026-02")
    acme.worked(100)
    acme.draft(APRIL, "2026-02")
    assert acme.invoice("2026-02") == []


def test_an_sla_credit_stands_on_the_draft_once_its_month_is_over(clerk):
    """While the month runs, a promise that is open would count as broken."""
    acme = clerk(CREDIT, sla=SLA)
    acme.merchant.work("pick_pack", 10000)
    shipped(acme.merchant, 9, 60)
    shipped(acme.merchant, 1, None, start=9)
    acme.merchant.derive()
    acme.draft("2026-03-20 09:00")
    assert acme.lines() == [("charge", "pick_pack", "100")]
    acme.draft("2026-04-01 00:00")
    assert acme.lines() == [("charge", "pick_pack", "100"), ("sla_credit", "sla_credit", "-10")]
    found = inputs(acme)
    assert found["verdicts"]["sla_credit/ship"]["breached"] == 1
    assert len(found["policies"]) == 1


def test_a_dry_run_lists_every_line_that_would_change_and_writes_nothing(clerk):
    acme = clerk(TAXED)
    acme.worked(100)
    acme.draft()
    acme.merchant.work("kitting", 7, "2026-03-06 09:00", "o2")  # not derived yet
    acme.merchant.work("kitting", 2, "2026-04-01 09:00", "o3")
    before = acme.everything()
    scopes = [Scope(acme.tenant)]
    would = generate(acme.connection, at(APRIL), scopes, dry_run=True)
    assert acme.everything() == before
    assert [(c.change, c.period, c.total_before, c.total_after) for c in would.changes] == [
        ("changed", "2026-03", 120, Decimal("128.4")),
        ("new", "2026-04", None, Decimal("2.4")),
    ]
    assert [(n.change, n.quantity_before, n.quantity_after, n.amount_after) for n in would.lines] \
        == [("changed", 100, 107, 107), ("new", None, 2, 2)]  # fmt: skip
    acme.merchant.derive()
    did = generate(acme.connection, at(APRIL), scopes)
    assert did.changes == would.changes
    assert generate(acme.connection, at(APRIL), scopes).changes == ()
