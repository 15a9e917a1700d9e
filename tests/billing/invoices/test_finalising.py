"""Finalisation: by a person, of what stands there, once, with a number without a gap."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from e2a.billing import invoices as billing
from e2a.billing.invoices.months import months_touched
from e2a.domain.errors import BadInputError, RefusedError
from e2a.warehouse.connection import Role
from tests.billing.invoices.clerk import APRIL, WORK
from tests.billing.pricing.merchant import at, card


def test_a_finalised_invoice_has_a_number_a_person_and_a_closed_month(clerk):
    acme = clerk(WORK)
    acme.worked(100)
    assert acme.finalise() == "INV-000001"
    assert acme.invoice() == [("finalised", "INV-000001", "100", "0", "100")]
    moves = acme.rows(
        "select to_status, actor from billing.invoice_moves where tenant_id = %s order by move",
        acme.tenant,
    )
    assert moves == [("draft", "system"), ("review", "ann"), ("finalised", "ann")]
    closed = acme.rows(
        "select closed_at from billing.closed_periods where tenant_id = %s", acme.tenant
    )
    assert closed == [(at(APRIL),)]


def test_an_invoice_is_finalised_once(clerk):
    acme = clerk(WORK)
    acme.worked(100)
    acme.finalise()
    before = acme.everything()
    with pytest.raises(RefusedError, match="It never changes"):
        acme.finalise()
    assert acme.everything() == before


def test_drafting_leaves_a_finalised_invoice_as_it_is(clerk):
    acme = clerk(WORK)
    acme.worked(100)
    acme.finalise()
    before = acme.everything()
    acme.draft("2026-04-20 09:00")
    assert acme.everything() == before


@pytest.mark.parametrize("by", ["", " ", "system", "System"])
def test_a_person_finalises(clerk, by):
    acme = clerk(WORK)
    acme.worked(100)
    with pytest.raises(BadInputError, match="the one who finalises"):
        acme.finalise(by=by)


def test_a_month_is_finalised_when_it_is_over_where_it_is_billed(clerk):
    acme = clerk(WORK, zone="America/New_York")
    acme.worked(100, "2026-03-02 15:00")
    with pytest.raises(RefusedError, match="before its month is over"):
        acme.finalise(when="2026-04-01 03:59")
    assert acme.finalise(when="2026-04-01 04:00") == "INV-000001"


def test_what_changed_since_it_was_drafted_is_not_finalised(clerk):
    acme = clerk(WORK)
    acme.worked(100)
    acme.draft()
    acme.worked(1, "2026-03-06 09:00", "o2")
    before = acme.everything()
    with pytest.raises(RefusedError, match="no longer what its events call for"):
        acme.finalise(drafting=False)
    assert acme.everything() == before


def test_news_that_no_pass_has_seen_hinder_finalisation(clerk):
    acme = clerk(WORK)
    acme.worked(100)
    acme.draft()
    acme.merchant.work("kitting", 1, "2026-03-06 09:00", "o2")
    with pytest.raises(RefusedError, match="1 orders with news that no pass has seen"):
        acme.finalise(drafting=False)


def test_b9_work_without_an_exchange_rate_hinders_finalisation(clerk):
    acme = clerk(card("""
work: { operation: vas, code: kitting, model: per_unit, price: 1.00 }
freight: { operation: label, model: pass_through, markup_percent: 0 }
"""))  # fmt: skip
    acme.worked(100)
    acme.merchant.did(
        "label_purchased", "2026-03-14 09:00", shipment="s1",
        charge={"code": "label", "amount": "18.40", "currency": "EUR"},
    )  # fmt: skip
    acme.merchant.derive()
    acme.draft()
    assert acme.total() == "100"
    with pytest.raises(RefusedError, match=r"lacks 1 operations.* in EUR on 2026-03-14"):
        acme.finalise()


def test_b11_open_findings_hinder_finalisation(clerk):
    acme = clerk(WORK)
    acme.worked(100)
    acme.draft()
    with acme.connection.transaction():
        acme.connection.execute(
            "insert into billing.findings (tenant_id, invoice_id, finding_key, rule, severity, "
            "charge_code, billed, expected, discrepancy, explanation) values "
            "(%s, %s, 'k', 'wrong_currency', 'critical', 'work', 0, 0, 0, 'in EUR')",
            (acme.tenant, acme.id()),
        )
    with pytest.raises(RefusedError, match="blocked by 1 findings, such as k: in EUR"):
        acme.finalise()


def test_each_tenant_and_series_has_numbers_of_its_own(clerk):
    for word in ("acme", "other"):
        one = clerk(WORK)
        one.worked(100)
        one.worked(100, "2026-04-02 09:00", "o2")
        assert one.finalise() == "INV-000001", word
        assert one.finalise("2026-04", "2026-05-02 09:00") == "INV-000002", word


def test_a_hundred_finalisations_at_once_give_gapless_unique_numbers(clerk):
    """Ten months, each tried ten times: ten succeed, ninety are refused, no number is lost."""
    acme = clerk(WORK)
    months = [f"{month:%Y-%m}" for month in months_touched(
        at("2026-01-01 00:00"), at("2026-10-02 00:00"), "UTC"
    )]  # fmt: skip
    for number, month in enumerate(months):
        acme.merchant.work("kitting", 10 + number, f"{month}-02 09:00", f"o{number}")
    acme.merchant.derive()
    acme.draft("2026-11-02 09:00")

    def attempt(month):
        with acme.built.connect(Role.APP) as connection:
            try:
                return billing.finalise(
                    connection, acme.tenant, acme.id(month), by="ann", now=at("2026-11-02 09:00")
                )
            except RefusedError:
                return None

    with ThreadPoolExecutor(25) as pool:
        found = list(pool.map(attempt, months * 10))
    given = sorted(number for number in found if number)
    assert given == [f"INV-{n:06d}" for n in range(1, 11)]
    stored = acme.rows(
        "select number from billing.invoices where tenant_id = %s order by ordinal", acme.tenant
    )
    assert [number for (number,) in stored] == given


def test_a_finalisation_that_is_rolled_back_takes_no_number(clerk):
    acme = clerk(WORK)
    acme.worked(100)
    acme.draft()
    with acme.connection.transaction(force_rollback=True):
        assert acme.finalise() == "INV-000001"
    assert acme.finalise() == "INV-000001"


def test_a_void_invoice_keeps_its_number_and_its_month_may_be_billed_again(clerk):
    acme = clerk(WORK)
    acme.worked(100)
    acme.finalise()
    acme.void()
    acme.worked(1, "2026-03-06 09:00", "o2")
    acme.draft()
    assert acme.invoice() == [("draft", None, "101", "0", "101")]
    number = billing.finalise(
        acme.connection, acme.tenant, f"{acme.id()}/2", by="ann", now=at("2026-04-03 09:00")
    )
    assert number == "INV-000002"
    stored = acme.rows(
        "select status, number, total::int from billing.invoices where tenant_id = %s order by 2",
        acme.tenant,
    )
    assert stored == [("void", "INV-000001", 100), ("finalised", "INV-000002", 101)]


def test_an_invoice_whose_month_a_later_one_corrects_is_not_voided(clerk):
    acme = clerk(WORK)
    acme.worked(100)
    acme.worked(7, "2026-04-02 09:00", "o2")
    acme.finalise()
    acme.worked(3, "2026-03-06 09:00", "o3", recorded="2026-04-06 09:00")
    acme.finalise("2026-04", "2026-05-02 09:00")
    with pytest.raises(RefusedError, match="invoice INV-000002 corrects its month"):
        acme.void()
