"""X12 210 and 204: what is read, what a carrier's invoice is held against, what is refused."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from e2a.billing.imports.x12_210 import LoadTender, invoices, tenders
from e2a.domain.errors import BadInputError
from e2a.domain.findings import Rule
from e2a.domain.freight import FreightLine, Tender, audit
from e2a.domain.invoice_lines import InvoiceLine

D = Decimal
HERE = Path(__file__).parent
FREIGHT, TENDER = (HERE / "freight.edi").read_bytes(), (HERE / "tender.edi").read_bytes()
NOW = datetime(2026, 4, 12, tzinfo=UTC)
SAMPLES = HERE.parents[3] / "shared" / "data" / "rates_invoices" / "edi_net_samples"


def read(body=FREIGHT, name="210.edi"):
    (found,) = invoices(body, name, "demo-3pl", "USD")
    return found


def freight_lines(invoice):
    return [
        FreightLine(
            InvoiceLine(one.charge_code, one.unit_price, one.quantity, one.amount,
                        reference=one.reference, invoice_id=invoice.invoice_id),
            one.description or "", one.price_per, one.percent,
        )
        for one in invoice.lines
    ]  # fmt: skip


def test_money_has_two_implied_decimals_and_the_ship_date_is_the_contract_s():
    found = read()
    assert (found.invoice_id, found.currency, found.total, found.period) == (
        "carrier/LNHL/F-100", "USD", D("128.40"), date(2026, 4, 1)
    )  # fmt: skip
    assert [(o.charge_code, o.quantity, o.amount, o.percent) for o in found.lines] == [
        ("linehaul", D(500), D("100.00"), None), ("FUE", D(1), D("18.40"), D("18.4")),
        ("LFT", D(1), D("10.00"), None),
    ]  # fmt: skip
    assert {o.performed_on for o in found.lines} == {date(2026, 4, 8)}
    assert {o.reference for o in found.lines} == {"LOAD-1"}


def test_a_tender_says_weight_and_charge_of_its_load():
    assert tenders(TENDER, "204.edi") == [LoadTender("LNHL", "LOAD-1", D(500), D("128.40"), None)]


def test_separators_are_those_of_the_file():
    other = FREIGHT.replace(b"*", b"|").replace(b"~\n", b"'\r\n")
    assert read(other) == read()
    lines = FREIGHT.replace(b"~\n", b"\n")
    assert read(lines) == read()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ((b"ISA", b"UNB"), "210.edi is no X12 interchange"),
        ((b"ST*210", b"ST*810"), "210.edi holds no 210"),
        ((b"SE*18*0001", b"SE*18*0002"), "transaction 0001 is closed as 0002"),
        ((b"SE*18*0001~\n", b""), "ends within a transaction"),
        ((b"F-100", b""), "B302 is empty"),
        ((b"*10000~", b"*ten~"), "L104 of segment 10 is 'ten'"),
        ((b"*10000~", b"~"), "L104 of segment 10 is empty"),
        ((b"20260408", b"20261308"), "the ship date '20261308' is no date"),
        ((b"B3**", b"B4**"), "has no segment B3"),
    ],
)
def test_a_mistake_is_named_by_file_and_segment(change, sentence):
    with pytest.raises(BadInputError) as error:
        read(FREIGHT.replace(*change))
    assert sentence in str(error.value)


def test_a_freight_invoice_that_is_as_tendered_has_no_finding():
    found = read()
    tender = Tender("LOAD-1", D(500), D("128.40"))
    assert audit(found.invoice_id, freight_lines(found), tender) == []


def test_a_load_of_which_nothing_is_known_is_unassessable():
    found = read()
    (finding,) = audit(found.invoice_id, freight_lines(found), None)
    assert (finding.rule, finding.discrepancy) == (Rule.UNASSESSABLE, D(0))


def test_a_heavier_load_at_the_tendered_price_is_a_wrong_quantity():
    found = read()
    (finding,) = audit(
        found.invoice_id, freight_lines(found), Tender("LOAD-1", D(400), D("128.40"))
    )
    assert (finding.rule, finding.discrepancy) == (Rule.WRONG_QUANTITY, D(0))


def test_a_rate_that_does_not_give_the_charge_is_a_wrong_rate_once():
    found = read(FREIGHT.replace(b"*10000~", b"*10100~").replace(b"12840", b"12940"))
    findings = audit(found.invoice_id, freight_lines(found), Tender("LOAD-1", D(500), D("128.40")))
    first = findings[0]
    assert (first.rule, first.charge_code, first.discrepancy) == (
        Rule.WRONG_RATE, "linehaul", D("-1.00")
    )  # fmt: skip
    total = sum(one.amount for one in found.lines)
    assert total + sum(f.discrepancy for f in findings) == D("128.40")


@pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"no real samples in {SAMPLES}")
def test_trap_12_the_real_210_says_one_fuel_percentage_and_bills_another_and_twice_its_tender():
    """26.27 is neither 26.18 nor 26.29; 5,472 pounds and 557.21 were tendered."""
    found = read((SAMPLES / "210-MGCTLYST-SAMPLE.EDI").read_bytes())
    assert (found.total, sum(line.amount for line in found.lines)) == (D("659.40"), D("659.40"))
    (load,) = tenders((SAMPLES / "204-MGCTLYST-SAMPLE.EDI").read_bytes(), "204.edi")
    assert (load.reference, load.weight, load.amount) == ("75027674", D(5472), D("557.21"))
    tender = Tender(load.reference, load.weight, load.amount)
    fuel, whole = audit(found.invoice_id, freight_lines(found), tender)
    assert "26.18 of the linehaul and 26.29 with accessorials; billed 26.27" in fuel.explanation
    assert "557.21 for 5472 pounds, billed 659.4 for 7889" in whole.explanation
    assert D("659.40") + fuel.discrepancy + whole.discrepancy == D("557.21")
