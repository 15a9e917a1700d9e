"""Invoices as a billing system issued them: a mistake is named by line and column."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from e2a.billing.billed import delivery, rows
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
