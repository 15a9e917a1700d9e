"""`e2a-csv`: invoices as any billing system exports them; a mistake is named by line and column."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from e2a.billing.imports.e2a_csv import OPTIONAL, REQUIRED, delivery, invoice, rows
from e2a.domain.errors import BadInputError

HEADER = "invoice_number,tenant,period,currency,charge_code,quantity,unit_price,amount\n"
GOOD = "INV-1,demo-3pl,2026-04,USD,pack,2,1.00,2.00\n"
NOW = datetime(2026, 5, 1, tzinfo=UTC)


def read(text: str | bytes):
    body = text if isinstance(text, bytes) else text.encode()
    return list(rows(body, "april.csv"))


def test_numbers_are_exact_and_an_empty_price_is_a_pass_through():
    (row,) = read(HEADER + GOOD.replace("1.00,2.00", ",0.10"))
    assert row["unit_price"] is None
    assert str(row["amount"]) == "0.10"
    assert row["quantity"] == Decimal(2)


def test_a_byte_order_mark_is_no_part_of_the_first_column():
    assert read(b"\xef\xbb\xbf" + (HEADER + GOOD).encode())[0]["invoice_number"] == "INV-1"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("2026-04", "2026-13"), r"april\.csv:3: period '2026-13' is no month\. Write YYYY-MM"),
        (("2026-04", "April"), r"april\.csv:3: period 'April'"),
        ((",2.00\n", ",two\n"), r"april\.csv:3: amount 'two' is not a number\. Write it as 12\.34"),
        ((",2.00\n", ",NaN\n"), r"april\.csv:3: amount 'NaN'"),
        ((",2.00\n", ",Infinity\n"), r"april\.csv:3: amount 'Infinity'"),
        ((",1.00,", ",$1,"), r"april\.csv:3: unit_price '\$1'"),
        ((",2,1.00", ",,1.00"), r"april\.csv:3: quantity ''"),
        (("INV-1,", ","), r"april\.csv:3: invoice_number is empty"),
        (("pack", " "), r"april\.csv:3: charge_code is empty"),
        (("USD", "dollars"), r"april\.csv:3: currency 'dollars' is no currency\. Write its three"),
        ((",2.00\n", ",1,234.50\n"), r"april\.csv:3 has more values than columns\. Quote texts"),
        ((",2.00\n", ",9" + "9" * 20 + "\n"), r"april\.csv:3: amount '9+' is not a number"),
    ],
)
def test_a_mistake_names_line_column_and_fix(change, sentence):
    with pytest.raises(BadInputError, match=sentence):
        read(HEADER + GOOD + GOOD.replace(*change))


def test_a_short_line_is_a_sentence_and_no_traceback():
    with pytest.raises(BadInputError, match=r"april\.csv:3"):
        read(HEADER + GOOD + "INV-1,demo-3pl,2026-04,USD,pack\n")


@pytest.mark.parametrize("column", ["invoice_number", "period", "amount"])
def test_a_missing_column_is_named(column):
    with pytest.raises(BadInputError, match=f"april.csv has no column {column}"):
        read(HEADER.replace(column, "other") + GOOD)


def test_a_file_in_another_encoding_is_a_sentence():
    with pytest.raises(BadInputError, match=r"april.csv is not UTF-8"):
        read((HEADER + GOOD).encode("utf-16"))


@pytest.mark.parametrize("text", ["", HEADER])
def test_a_file_without_lines_is_a_sentence(tmp_path, text):
    file = tmp_path / "april.csv"
    file.write_text(text)
    with pytest.raises(BadInputError, match=r"april\.csv"):
        delivery(file, NOW)


def test_a_file_of_two_tenants_is_refused(tmp_path):
    file = tmp_path / "april.csv"
    file.write_text(HEADER + GOOD + GOOD.replace("demo-3pl", "olist"))
    with pytest.raises(BadInputError, match="several values of tenant: demo-3pl, olist"):
        delivery(file, NOW)


@pytest.mark.parametrize(
    "change", [("INV-1", "INV-2"), ("2026-04", "2026-05"), ("USD", "EUR")], ids=lambda c: c[1]
)
def test_a_file_holds_one_invoice(tmp_path, change):
    """Only the first line's number, period and currency were read: the rest was billed under it."""
    file = tmp_path / "april.csv"
    file.write_text(HEADER + GOOD + GOOD.replace(*change))
    with pytest.raises(BadInputError, match=r"april\.csv"):
        delivery(file, NOW)


def test_the_content_is_the_identity_of_the_delivery(tmp_path):
    file = tmp_path / "april.csv"
    file.write_text(HEADER + GOOD)
    first = delivery(file, NOW)
    assert first.delivery_id == delivery(file, NOW).delivery_id
    file.write_text(HEADER + GOOD + GOOD)
    assert first.delivery_id != delivery(file, NOW).delivery_id
    assert first.tenant_id == "demo-3pl"


WHOLE = (
    "invoice_number,tenant,period,currency,charge_code,quantity,unit_price,amount,operation_date,"
    "reference,description,tax_code,invoice_tax,invoice_total\n"
    "INV-1,demo-3pl,2026-04,USD,pack,2,1.00,2.00,2026-04-03,wms:7,Packing,vat,0.18,2.18\n"
)


def test_every_column_is_read():
    found = invoice(WHOLE.encode(), "april.csv")
    (line,) = found.lines
    assert (found.tax, found.total, found.issuer) == (Decimal("0.18"), Decimal("2.18"), None)
    assert found.invoice_id == "billed/INV-1"
    assert (line.reference, line.description, line.tax_code) == ("wms:7", "Packing", "vat")
    assert line.performed_on == date(2026, 4, 3)


def test_what_is_empty_is_not_said():
    found = invoice((HEADER + GOOD).encode(), "april.csv")
    assert (found.tax, found.total) == (None, None)
    assert (found.lines[0].reference, found.lines[0].performed_on) == (None, None)


def test_a_date_that_is_none_names_line_and_column():
    with pytest.raises(BadInputError, match=r"april\.csv:2: operation_date '3 April'.*YYYY-MM-DD"):
        invoice(WHOLE.replace("2026-04-03", "3 April").encode(), "april.csv")


def test_tax_and_total_are_the_same_on_every_row():
    second = WHOLE.splitlines()[1].replace("2.18", "2.19")
    with pytest.raises(BadInputError, match=r"several values of invoice_total: 2\.18, 2\.19"):
        invoice((WHOLE + second).encode(), "april.csv")


def test_the_page_names_every_column():
    page = (Path(__file__).parents[3] / "docs" / "invoice-csv.md").read_text()
    assert [name for name in (*REQUIRED, *OPTIONAL) if f"`{name}`" not in page] == []
