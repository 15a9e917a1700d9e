"""Credit notes of stored invoices (B15): never beyond the invoice, exactly it when exhausted."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from e2a.billing import invoices as billing
from e2a.domain.errors import BadInputError, RefusedError
from e2a.warehouse.connection import Role
from tests.billing.invoices.clerk import APRIL, TAXED, WORK
from tests.billing.pricing.merchant import at, card, plain

P18 = card(
    "\n".join(
        f"{code}: {{ operation: vas, code: {code}, model: per_unit, price: {price}, tax: vat }}"
        for code, price in (("a", "68.33"), ("b", "57.50"), ("c", "85.00"), ("d", "68.33"))
    ),
    more="  taxes: { vat: 20 }\n",
)


@pytest.fixture
def p18(clerk):
    acme = clerk(P18)
    for code in "abcd":
        acme.merchant.work(code, 1, order=f"o-{code}")
    acme.merchant.derive()
    acme.finalise()
    return acme


def test_p18_the_note_that_exhausts_the_invoice_absorbs_rounding(p18):
    assert p18.total() == "334.99"
    totals = [p18.credit(lines={number: None}).note.total for number in (1, 2, 3, 4)]
    assert [f"{total:.2f}" for total in totals] == ["82.00", "69.00", "102.00", "81.99"]
    assert p18.invoice()[0][0] == "credited"
    notes = p18.rows(
        "select number, total from billing.credit_notes where tenant_id = %s order by ordinal",
        p18.tenant,
    )
    assert [number for number, _ in notes] == [f"INV-CN-{n:06d}" for n in range(1, 5)]
    assert plain(sum(total for _, total in notes)) == "334.99"


def test_a_credited_invoice_takes_no_more(p18):
    p18.credit()
    with pytest.raises(RefusedError, match="is credited"):
        p18.credit(lines={1: "0.01"})


def test_the_rest_is_all_that_is_left_of_lines_and_tax(p18):
    p18.credit(lines={1: "10.00", 2: None})
    done = p18.credit()
    assert (done.status, plain(done.note.total)) == ("credited", "253.99")


def test_an_amount_is_spread_over_the_lines_to_the_cent(p18):
    done = p18.credit(amount="100.00")
    assert sum(done.note.lines.values()) == 100
    assert plain(done.note.tax) == "20"
    parts = [f"{part:.2f}" for part in done.note.lines.values()]
    assert parts == ["24.48", "20.60", "30.45", "24.47"]


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ({1: "68.34"}, r"Line 1 has 68\.33 left to credit, not 68\.34"),
        ({1: "-1.00"}, "with the sign of the line"),
        ({1: "0"}, "Line 1 has"),
        ({9: None}, "no line 9"),
        ({1: "1.005"}, "more decimals than the currency"),
    ],
)
def test_more_than_there_is_cannot_be_credited(p18, lines, sentence):
    before = p18.everything()
    with pytest.raises(RefusedError, match=sentence):
        p18.credit(lines=lines)
    assert p18.everything() == before


def test_a_draft_is_not_credited(clerk):
    acme = clerk(WORK)
    acme.worked(10)
    acme.draft()
    with pytest.raises(RefusedError, match="Only a finalised invoice"):
        acme.credit(lines={1: None})


@pytest.mark.parametrize(("by", "reason"), [("system", "x"), ("", "x"), ("ann", " ")])
def test_a_person_credits_for_a_reason(p18, by, reason):
    with pytest.raises(BadInputError):
        billing.credit(p18.connection, p18.tenant, p18.id(), 1, reason=reason, by=by, now=at(APRIL))


def test_credits_and_corrections_of_the_invoice_limit_what_can_be_credited(clerk):
    """A line of 100, a void of 40: the invoice comes to 60, and so do its credits."""
    acme = clerk(TAXED)
    acme.worked(40, "2026-02-10 09:00", id="wrong")
    acme.finalise("2026-02", "2026-03-02 09:00")
    acme.merchant.did("event_voided", "2026-03-05 09:00", corrects=["wrong"])
    acme.worked(100, "2026-03-06 09:00", "o2")
    acme.finalise()
    assert acme.invoice() == [("finalised", "INV-000002", "60", "12", "72")]
    with pytest.raises(RefusedError, match=r"has 60\.00 left before tax, not 100"):
        acme.credit(lines={1: None})
    done = acme.credit(lines={1: "60.00"})
    assert (plain(done.note.total), done.status) == ("72", "credited")


def test_a_hundred_credits_at_once_never_exceed_the_invoice(clerk):
    acme = clerk(TAXED)
    acme.worked(10)
    acme.finalise()

    def attempt(_):
        with acme.built.connect(Role.APP) as connection:
            try:
                return billing.credit(
                    connection, acme.tenant, acme.id(), 1, net=Decimal("0.33"), reason="damaged",
                    by="ann", now=at(APRIL),
                )[1]  # fmt: skip
            except RefusedError:
                return Decimal(0)

    with ThreadPoolExecutor(20) as pool:
        credited = list(pool.map(attempt, range(100)))
    assert sum(1 for total in credited if total) == 30
    assert sum(credited) <= 12
    acme.credit()
    ((total, numbers),) = acme.rows(
        "select sum(total), array_agg(ordinal order by ordinal) from billing.credit_notes "
        "where tenant_id = %s",
        acme.tenant,
    )
    assert (plain(total), numbers) == ("12", list(range(1, 32)))
