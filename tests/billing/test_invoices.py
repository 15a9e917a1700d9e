"""Drafts, findings and proposals over real models: run twice, they write once (B10, B11)."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from e2a.billing.billed import delivery, read_landed
from e2a.billing.drafts import Drafted, draft
from e2a.billing.validation import Proposed, propose, validate
from e2a.domain.deliveries import Source
from e2a.warehouse.inbox import land
from e2a.warehouse.scope import refresh
from tests.warehouse.lane import TENANT, deliver, event, read, rows

D = Decimal

APRIL = datetime(2026, 4, 10, 12, tzinfo=UTC)
HEADER = "invoice_number,tenant,period,currency,charge_code,quantity,unit_price,amount\n"


def work(app, *, orders=2, units=3, start=1, at=APRIL):
    """Pick and pack so many orders of so many units each, and derive the expected lines."""
    lines = [{"line": "1", "quantity": units}]
    made = []
    for n in range(start, start + orders):
        for type in ("pick_completed", "pack_completed"):
            made.append(event(f"{type}/{n}", type, f"wms:{n}", lines=lines, occurred_at=at))
    read(app, deliver(*made))
    derive(app)


def derive(app):
    refresh(app)
    with app.transaction():
        app.execute("select ops.refresh_expected_invoice_lines()")


def bill(app, tmp_path, *lines, number="INV-1", currency="USD"):
    file = tmp_path / f"{number}.csv"
    body = [f"{number},{TENANT},2026-04,{currency},{line}\n" for line in lines]
    file.write_text(HEADER + "".join(body))
    land(app, [delivery(file, APRIL)])
    return read_landed(app)


RIGHT = ("pick_first,2,2.50,5.00", "pick_additional,4,0.50,2.00", "pack,2,1.00,2.00")


def expected(app):
    return rows(
        app,
        "select charge_code, quantity::int, amount from billing.expected_invoice_lines "
        "order by charge_code",
    )


def findings(app):
    return rows(
        app,
        "select rule, charge_code, discrepancy, open from billing.findings order by finding_key",
    )


def test_expected_lines_follow_from_the_events(modelled):
    work(modelled)
    assert expected(modelled) == [
        ("pack", 2, D("2.00")), ("pick_additional", 4, D("2.00")), ("pick_first", 2, D("5.00"))
    ]  # fmt: skip


def test_drafting_twice_writes_once(modelled):
    work(modelled)
    assert draft(modelled) == Drafted(1, 1)
    before = rows(modelled, "select l::text from billing.invoice_lines as l order by 1")
    assert draft(modelled) == Drafted(1, 0)
    assert rows(modelled, "select l::text from billing.invoice_lines as l order by 1") == before
    (total,) = rows(modelled, "select total from billing.invoices")
    assert total == (D("9.00"),)


def test_a_draft_follows_its_events_and_others_stay(modelled):
    work(modelled)
    work(modelled, start=5, at=datetime(2026, 3, 10, tzinfo=UTC))
    assert draft(modelled) == Drafted(2, 2)
    work(modelled, orders=1, start=9)
    assert draft(modelled) == Drafted(2, 1)


def test_a_draft_without_events_disappears(modelled):
    work(modelled, orders=1)
    draft(modelled)
    voids = event(
        "v", "event_voided", "wms:1", corrects=["pick_completed/1", "pack_completed/1"],
        occurred_at=APRIL,
    )  # fmt: skip
    read(modelled, deliver(voids))
    derive(modelled)
    assert draft(modelled) == Drafted(0, 0)
    assert rows(modelled, "select from billing.invoices") == []


def test_an_invoice_that_agrees_has_no_finding_and_no_proposal(modelled, tmp_path):
    work(modelled)
    bill(modelled, tmp_path, *RIGHT)
    result = validate(modelled)
    assert (result.invoices, result.findings, result.changed) == (1, 0, 0)
    assert propose(modelled) == Proposed(0, 0, 0)


def test_validating_and_proposing_twice_writes_once(modelled, tmp_path):
    work(modelled)
    bill(modelled, tmp_path, RIGHT[0], "pick_additional,4,0.55,2.20", RIGHT[2], RIGHT[2])
    first = validate(modelled)
    assert (first.findings, first.changed) == (2, 2)
    proposed = propose(modelled)
    assert proposed.changed == 2
    again = validate(modelled)
    assert (again.findings, again.changed) == (2, 0)
    assert propose(modelled).changed == 0
    assert findings(modelled) == [
        ("duplicate", "pack", D("-2.00"), True), ("wrong_rate", "pick_additional", D("-0.20"), True)
    ]  # fmt: skip


def test_two_lines_of_one_charge_that_nobody_performed_are_both_found_and_found_once(
    modelled, tmp_path
):
    work(modelled)
    bill(modelled, tmp_path, *RIGHT, "label,1,,18.40", "label,1,,7.10")
    validate(modelled)
    assert sum(discrepancy for _, _, discrepancy, _ in findings(modelled)) == D("-25.50")
    assert validate(modelled).changed == 0


def test_a_finding_that_no_longer_holds_is_closed_with_its_proposal_and_kept(modelled, tmp_path):
    work(modelled)
    bill(modelled, tmp_path, *RIGHT[:2], "pack,3,1.00,3.00")
    validate(modelled)
    propose(modelled)
    work(modelled, orders=1, start=9)  # a late pack makes the bill right, and picks are missing
    validate(modelled)
    propose(modelled)
    found = findings(modelled)
    assert ("wrong_quantity", "pack", D("-1.00"), False) in found
    assert {(charge, open) for _, charge, _, open in found} == {
        ("pack", False), ("pick_first", True), ("pick_additional", True)
    }  # fmt: skip
    proposals = rows(
        modelled,
        "select f.charge_code, a.open from billing.adjustments as a "
        "inner join billing.findings as f using (tenant_id, finding_key) order by 1",
    )
    assert proposals == [("pack", False), ("pick_additional", True), ("pick_first", True)]


def test_an_invoice_in_another_currency_has_one_critical_finding(modelled, tmp_path):
    work(modelled)
    bill(modelled, tmp_path, *RIGHT, currency="EUR")
    validate(modelled)
    assert [(rule, d) for rule, _, d, _ in findings(modelled)] == [("wrong_currency", D(0))]
    assert propose(modelled) == Proposed(0, 0, 0)


def test_work_of_a_month_that_was_billed_empty_is_missing(modelled, tmp_path):
    work(modelled)
    bill(modelled, tmp_path, RIGHT[0])
    validate(modelled)
    assert {(rule, charge) for rule, charge, _, _ in findings(modelled)} == {
        ("missing", "pick_additional"), ("missing", "pack")
    }  # fmt: skip


def test_proposals_obey_the_limits_of_the_card(modelled, tmp_path):
    """Limits 50 a finding, 100 in all, 10 % of the invoice: here 10 % of 109.00 rules."""
    work(modelled)
    bill(modelled, tmp_path, *RIGHT, "storage_pallet_day,100,1.00,100.00")
    validate(modelled)
    assert propose(modelled) == Proposed(0, 1, 1)


def test_reading_a_landed_invoice_again_writes_nothing(modelled, tmp_path):
    assert bill(modelled, tmp_path, *RIGHT) == 1
    assert read_landed(modelled) == 0
    assert len(rows(modelled, "select from billing.invoice_lines")) == 3


def test_a_corrected_invoice_under_the_same_number_is_not_silently_dropped(modelled, tmp_path):
    """`An invoice is identified by its number and content`: the second content is another one."""
    bill(modelled, tmp_path, *RIGHT)
    assert bill(modelled, tmp_path, *RIGHT[:2]) == 1


def test_work_that_another_source_saw_is_not_billed(modelled):
    read(modelled, deliver(event("a", order="wms:1", occurred_at=APRIL), source=Source.FILE))
    derive(modelled)
    assert expected(modelled) == []


@pytest.mark.parametrize("instant", ["2026-05-01T04:59:59Z", "2026-05-01T05:00:00Z"])
def test_a_month_ends_at_midnight_of_the_billing_zone(modelled, instant):
    work(modelled, orders=1, at=datetime.fromisoformat(instant))
    draft(modelled)
    ((period,),) = rows(modelled, "select billing_period from billing.invoices")
    assert period.month == (4 if "04:59" in instant else 5)
