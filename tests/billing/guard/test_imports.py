"""Files on their way into invoices: once, replaced by a correction, refused when settled."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from e2a.billing import guard
from e2a.billing.imports.formats import Format, import_file, read_landed
from e2a.domain.errors import BadInputError, UnknownTenantError
from tests.billing.guard.audited import P15_CARD
from tests.billing.imports.test_x12 import SAMPLES

D = Decimal
NOW = datetime(2026, 4, 2, 9, tzinfo=UTC)
FILES = Path(__file__).parents[1] / "imports"
HEADER = "invoice_number,tenant,period,currency,charge_code,quantity,unit_price,amount\n"


@pytest.fixture
def acme(merchant):
    return merchant(P15_CARD)


def csv(acme, folder, *lines, name="march.csv"):
    file = folder / name
    rows = (f"INV-1,{acme.tenant},2026-03,USD,{line}\n" for line in lines)
    file.write_text(HEADER + "".join(rows))
    return file


def bring(acme, file, **more):
    format = more.pop("format", Format.E2A_CSV)
    return import_file(acme.connection, file, format, NOW, **more)


def test_a_file_is_landed_stored_audited_and_reading_it_again_writes_nothing(acme, tmp_path):
    acme.work("pack", 3)
    file = csv(acme, tmp_path, "pack,4,1.00,4.00")
    (first,) = bring(acme, file)
    assert (first.invoice_id, first.lines, first.is_new) == ("billed/INV-1", 1, True)
    assert not bring(acme, file)[0].is_new
    assert read_landed(acme.connection) == 0
    acme.audit()
    assert acme.found() == [("wrong_quantity", "pack", "-1", "applied")]
    before = acme.everything()
    assert read_landed(acme.connection) == 0
    assert acme.everything() == before


def test_a_corrected_file_takes_the_place_of_the_first_and_so_does_the_first_sent_again(
    acme, tmp_path
):
    acme.work("pack", 3)
    wrong = csv(acme, tmp_path, "pack,4,1.00,4.00", "returns,1,3.50,3.50")
    bring(acme, wrong)
    bring(acme, csv(acme, tmp_path, "pack,3,1.00,3.00", name="again.csv"))
    assert acme.invoice()[2] == "3"
    assert read_landed(acme.connection) == 0
    assert acme.invoice()[2] == "3"


@pytest.mark.parametrize(
    ("tenant", "error"), [("nobody", UnknownTenantError), ("demo-3pl", BadInputError)]
)
def test_a_file_of_another_tenant_is_a_sentence(acme, tmp_path, tenant, error):
    file = csv(acme, tmp_path, "pack,3,1.00,3.00")
    if error is UnknownTenantError:
        file.write_text(file.read_text().replace(acme.tenant, "nobody"))
        tenant = None
    with pytest.raises(error):
        bring(acme, file, tenant=tenant)
    assert acme.rows("select from landing.inbox") == []


def test_a_freight_invoice_does_not_know_its_tenant(acme):
    with pytest.raises(BadInputError, match=r"does not say whose it is\. Give --tenant"):
        bring(acme, FILES / "freight.edi", format=Format.X12_210)


def test_a_file_that_is_not_there_is_a_sentence(acme, tmp_path):
    with pytest.raises(BadInputError, match="There is no file"):
        bring(acme, tmp_path / "none.csv")


def freight(acme, file, tender=None):
    done = bring(acme, file, format=Format.X12_210, tenant=acme.tenant, tender=tender)
    acme.audit()
    return done


def test_freight_without_a_tender_is_unassessable_and_with_it_right(acme):
    freight(acme, FILES / "freight.edi")
    assert acme.found() == [("unassessable", "linehaul", "0", "waiting")]
    freight(acme, FILES / "freight.edi", FILES / "tender.edi")
    assert acme.found() == []
    assert acme.invoice("carrier/LNHL/F-100")[2] == "128.4"
    assert acme.audit() == (0, 0)


def test_a_carrier_s_second_invoice_for_the_same_load_and_day_is_disputed_in_full(acme, tmp_path):
    freight(acme, FILES / "freight.edi", FILES / "tender.edi")
    again = tmp_path / "again.edi"
    again.write_bytes((FILES / "freight.edi").read_bytes().replace(b"F-100", b"F-101"))
    freight(acme, again)
    assert [(rule, off) for rule, _, off, _ in acme.found()] == [("duplicate", "-18.4"),
        ("duplicate", "-10"), ("duplicate", "-100")]  # fmt: skip
    assert {status for *_, status in acme.found()} == {"waiting"}


def test_freight_is_held_against_what_events_say_that_it_costs(acme):
    cost = {"code": "label", "amount": "120.00", "currency": "USD"}
    acme.did("label_purchased", shipment="LOAD-1", charge=cost)
    freight(acme, FILES / "freight.edi")
    assert acme.found() == [("wrong_rate", "linehaul", "-8.4", "waiting")]
    assert acme.blocked() == ["wrong_rate"]
    acme.decide(guard.approve, "load/")
    assert acme.invoice("carrier/LNHL/F-100")[2] == "120"


@pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"no real samples in {SAMPLES}")
def test_the_real_freight_invoice_is_found_wrong_and_waits(merchant):
    acme = merchant(P15_CARD.replace("2026-01-01", "2016-01-01"))
    name = "{}-MGCTLYST-SAMPLE.EDI"
    freight(acme, SAMPLES / name.format(210), SAMPLES / name.format(204))
    assert acme.found() == [
        ("wrong_rate", "FUE", "0.02", "waiting"), ("wrong_rate", "linehaul", "-102.21", "waiting")
    ]  # fmt: skip
    assert acme.audit() == (0, 0)


def test_findings_as_json(acme, tmp_path):
    """What `e2a adjustments list --json` prints is text and numbers of people."""
    from e2a.billing.guard.listing import Filter, listed

    acme.work("pack", 3)
    bring(acme, csv(acme, tmp_path, "pack,400,1.00,400.00"))
    acme.audit()
    rows, count = listed(acme.connection, Filter(acme.tenant))
    (row,) = json.loads(json.dumps(rows))
    assert count == 1
    assert (row["rule"], row["discrepancy"], row["adjustment"], row["blocks"]) == (
        "wrong_quantity", "-397", "waiting", True
    )  # fmt: skip
