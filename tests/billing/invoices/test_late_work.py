"""Late work (B7): the finalised month stays, the next open invoice carries the difference."""

import pytest

from tests.billing.invoices.clerk import TAXED, WORK
from tests.billing.pricing.merchant import card

TIERS = "tiers: [ { up_to: 1000, price: 2.40 }, { price: 2.10 } ]"
GRADUATED = card(f"work: {{ operation: vas, code: kitting, model: graduated, {TIERS} }}")
DEARER = GRADUATED + card(
    "work: { operation: vas, code: kitting, model: graduated, tiers: [ { price: 2.60 } ] }",
    since="2026-07-01",
)
JULY, AUGUST, SEPTEMBER = "2026-07-03 09:00", "2026-08-03 09:00", "2026-09-03 09:00"


@pytest.mark.parametrize(("rates", "july"), [(GRADUATED, "1015.5"), (DEARER, "1095.5")])
def test_p14_late_work_is_re_rated_in_its_own_month(clerk, rates, july):
    acme = clerk(rates)
    acme.worked(990, "2026-06-10 09:00")
    acme.worked(400, "2026-07-01 09:00", "o2")
    acme.finalise("2026-06", JULY)
    before = acme.everything()
    acme.worked(25, "2026-06-11 09:00", "o3", recorded="2026-07-06 09:00")
    acme.draft("2026-07-07 09:00")
    assert acme.lines("2026-07")[-1] == ("prior_period", "2026-06", "55.5")
    assert acme.total("2026-07") == july
    june = acme.id("2026-06")
    for table in ("invoices", "invoice_lines"):
        kept = [row for row in acme.everything()[table] if june in row[0]]
        assert kept == [row for row in before[table] if june in row[0]]
        assert kept
    assert acme.total("2026-06") == "2376"


def test_late_work_is_billed_once_though_it_is_drafted_again_and_again(clerk):
    acme = clerk(WORK)
    acme.worked(5, "2026-06-10 09:00")
    acme.worked(7, "2026-07-10 09:00", "o2")
    acme.worked(9, "2026-08-10 09:00", "o3")
    acme.finalise("2026-06", JULY)
    acme.worked(3, "2026-06-11 09:00", "o4", recorded="2026-07-06 09:00")
    for when in ("2026-07-07 09:00", "2026-07-08 09:00", AUGUST):
        acme.draft(when)
    assert (acme.total("2026-07"), acme.total("2026-08")) == ("10", "9")
    acme.finalise("2026-07", AUGUST)
    acme.draft(SEPTEMBER)
    assert (acme.total("2026-07"), acme.total("2026-08")) == ("10", "9")


def test_a_correction_of_a_correction_is_the_difference_to_all_that_was_billed(clerk):
    acme = clerk(WORK)
    acme.worked(5, "2026-06-10 09:00")
    acme.worked(7, "2026-07-10 09:00", "o2")
    acme.worked(9, "2026-08-10 09:00", "o3")
    acme.finalise("2026-06", JULY)
    acme.worked(3, "2026-06-11 09:00", "o4", recorded="2026-07-06 09:00", id="mistaken")
    acme.finalise("2026-07", AUGUST)
    acme.merchant.did(
        "event_voided", "2026-08-05 09:00", order="o4", corrects=["mistaken"]
    )  # fmt: skip
    acme.merchant.derive()
    acme.draft("2026-08-06 09:00")
    assert acme.lines("2026-08") == [("charge", "work", "9"), ("prior_period", "2026-06", "-3")]
    assert acme.total("2026-07") == "10"


def test_where_no_later_month_has_work_an_invoice_is_opened_for_the_late_charge(clerk):
    acme = clerk(WORK)
    acme.worked(5, "2026-06-10 09:00")
    acme.finalise("2026-06", JULY)
    acme.worked(3, "2026-06-11 09:00", "o2", recorded="2026-07-06 09:00")
    acme.draft("2026-07-07 09:00")
    assert acme.lines("2026-07") == [("prior_period", "2026-06", "3")]
    acme.draft("2026-07-08 09:00")
    assert acme.finalise("2026-07", AUGUST) == "INV-000002"


def test_it_goes_to_the_next_open_month_and_not_to_an_older_one(clerk):
    acme = clerk(WORK)
    acme.worked(1, "2026-05-10 09:00", "o0")
    acme.worked(5, "2026-06-10 09:00")
    acme.worked(7, "2026-07-10 09:00", "o2")
    acme.finalise("2026-06", JULY)
    acme.worked(3, "2026-06-11 09:00", "o3", recorded="2026-07-06 09:00")
    acme.draft("2026-07-11 09:00")
    assert acme.lines("2026-05") == [("charge", "work", "1")]
    assert acme.lines("2026-07")[-1] == ("prior_period", "2026-06", "3")


def test_late_work_bears_the_tax_of_its_own_month(clerk):
    rates = TAXED + TAXED.replace("2026-01-01", "2026-07-01").replace("vat: 20", "vat: 10")
    acme = clerk(rates)
    acme.worked(100, "2026-06-10 09:00")
    acme.worked(200, "2026-07-10 09:00", "o2")
    acme.finalise("2026-06", JULY)
    acme.worked(10, "2026-06-11 09:00", "o3", recorded="2026-07-06 09:00")
    acme.draft("2026-07-11 09:00")
    assert acme.invoice("2026-07") == [("draft", None, "210", "22", "232")]


def test_what_becomes_known_after_the_look_back_is_not_billed_and_says_why(clerk):
    acme = clerk(WORK)
    acme.worked(5, "2026-06-10 09:00")
    acme.finalise("2026-06", JULY)
    acme.worked(3, "2026-06-11 09:00", "o2", recorded="2026-09-30 00:00:01", id="too-late")
    acme.worked(7, "2026-09-12 09:00", "o3")
    acme.draft("2026-10-01 09:00")
    assert acme.lines("2026-09") == [("charge", "work", "7")]
    assert acme.merchant.standings()["too-late"] == "beyond_look_back"


def test_what_became_known_in_time_is_billed_though_nobody_drafted_in_time(clerk):
    acme = clerk(WORK)
    acme.worked(5, "2026-06-10 09:00")
    acme.finalise("2026-06", JULY)
    acme.worked(3, "2026-06-11 09:00", "o2", recorded="2026-09-28 00:00")
    acme.worked(7, "2026-09-12 09:00", "o3")
    acme.draft("2026-12-20 09:00")
    assert acme.lines("2026-09") == [("charge", "work", "7"), ("prior_period", "2026-06", "3")]


def test_late_lines_of_a_void_invoice_are_billed_again(clerk):
    acme = clerk(WORK)
    acme.worked(5, "2026-06-10 09:00")
    acme.worked(7, "2026-07-10 09:00", "o2")
    acme.finalise("2026-06", JULY)
    acme.worked(3, "2026-06-11 09:00", "o3", recorded="2026-07-06 09:00")
    acme.finalise("2026-07", AUGUST)
    acme.void("2026-07", AUGUST)
    acme.draft("2026-08-04 09:00")
    assert acme.lines("2026-07") == [("charge", "work", "7"), ("prior_period", "2026-06", "3")]


def test_a_credit_note_is_no_correction_and_is_not_billed_back(clerk):
    acme = clerk(WORK)
    acme.worked(5, "2026-06-10 09:00")
    acme.worked(7, "2026-07-10 09:00", "o2")
    acme.finalise("2026-06", JULY)
    acme.credit("2026-06", {1: "2.00"}, when=JULY)
    acme.draft("2026-07-11 09:00")
    assert acme.lines("2026-07") == [("charge", "work", "7")]
