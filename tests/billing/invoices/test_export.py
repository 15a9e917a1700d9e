"""Exports: what is stored, exactly; and nothing that a browser or a spreadsheet would run."""

import csv
import io
import json
from html.parser import HTMLParser

import pytest

from e2a.billing.imports import e2a_csv
from e2a.billing.invoices.export import as_csv, as_html, as_json
from e2a.billing.invoices.reading import listed, shown
from tests.billing.invoices.clerk import TAXED, WORK
from tests.billing.pricing.merchant import card

HOSTILE = '<script>alert("x")</script>'


def read(clerk, month="2026-03"):
    return shown(clerk.connection, clerk.id(month), clerk.tenant)


@pytest.fixture
def march(clerk):
    """1,015.50 before tax, 203.10 tax; a credit note of 12.00."""
    acme = clerk(TAXED)
    acme.worked("1015.5")
    acme.finalise()
    acme.credit(lines={1: "10.00"})
    return acme


def test_the_csv_is_exact_and_can_be_imported_again(march):
    (row,) = csv.DictReader(io.StringIO(as_csv(read(march))))
    assert (row["quantity"], row["unit_price"], row["amount"]) == ("1015.5", "1.00", "1015.50")
    assert (row["invoice_number"], row["invoice_total"]) == ("INV-000001", "1218.60")
    (line,) = e2a_csv.rows(as_csv(read(march)).encode(), "march.csv")
    assert str(line["amount"]) == "1015.50"


def test_a_spreadsheet_runs_nothing_of_the_csv(march):
    seen = read(march)
    seen["lines"][0] |= {"charge_code": "=cmd()", "reference": "@x", "tax_code": "+1"}
    seen["lines"][0]["amount"] = -seen["lines"][0]["amount"]
    (row,) = csv.DictReader(io.StringIO(as_csv(seen)))
    assert (row["charge_code"], row["reference"], row["tax_code"]) == ("'=cmd()", "'@x", "'+1")
    assert row["amount"] == "-1015.50"


def test_the_json_keeps_amounts_as_text(march):
    seen = json.loads(as_json(read(march)))
    assert (seen["total"], seen["credited"], seen["taxes"][0]["amount"]) \
        == ("1218.60", "12.00", "203.10")  # fmt: skip
    assert [move["to_status"] for move in seen["moves"]] == ["draft", "review", "finalised"]


def test_the_page_says_number_customer_lines_tax_total_and_what_is_credited(march):
    page = as_html(read(march), "Acme 3PL; 1 Dock Street; VAT 123")
    assert "<strong>Acme 3PL</strong><br>1 Dock Street<br>VAT 123" in page
    for text in (
        "Invoice INV-000001", "A merchant", "Acme 3PL", "VAT 123", "1,015.50", "203.10",
        "1,218.60", "INV-CN-000001", "damaged", "-12.00", "1,206.60", "2026-04-02",
    ):  # fmt: skip
        assert text in page, text


@pytest.mark.parametrize(
    ("status", "mark"),
    [("draft", "Draft, not an invoice"), ("void", "Void"), ("credited", "Credited in full")],
)
def test_the_page_says_what_is_no_invoice_to_be_paid(march, status, mark):
    assert f'<span class="status">{mark}</span>' in as_html({**read(march), "status": status})


class _Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.attributes = set(), set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


def test_every_text_on_the_page_is_escaped_and_it_loads_nothing(march):
    seen = read(march)
    seen |= {"customer": HOSTILE, "number": HOSTILE, "tenant_id": HOSTILE, "currency": HOSTILE}
    seen["lines"][0] |= {"charge_code": HOSTILE, "tax_code": HOSTILE, "tier": HOSTILE}
    seen["taxes"][0]["tax_code"] = HOSTILE
    seen["credit_notes"][0] |= {"reason": HOSTILE, "number": HOSTILE}
    page = as_html(seen, f"{HOSTILE}; {HOSTILE}")
    tags = _Tags()
    tags.feed(page)
    assert "<script" not in page
    assert not tags.tags & {"script", "img", "link", "iframe", "object", "a", "form"}
    assert not tags.attributes & {"src", "href", "onload", "onclick", "style"}
    assert "url(" not in page
    assert "@import" not in page


def test_a_line_says_what_it_is_for(clerk):
    acme = clerk(WORK)
    acme.worked(5, "2026-02-10 09:00", "o9")
    acme.finalise("2026-02", "2026-03-02 09:00")
    acme.worked(3, "2026-02-11 09:00", "o2", recorded="2026-03-06 09:00")
    acme.worked(100)
    acme.draft()
    page = as_html(read(acme))
    assert "<td>Work</td>" in page
    assert "Late work and corrections of 2026-02" in page


def test_a_currency_without_cents_is_written_without_them(clerk):
    acme = clerk(
        card("work: { operation: vas, model: per_unit, price: 45.5 }").replace("USD", "JPY")
    )
    acme.worked(3)
    acme.draft()
    (row,) = listed(acme.connection, acme.tenant)
    assert str(row["total"]) == "137"
    assert "45.5</td>" in as_html(read(acme))
