"""What Olist's buyers owe and what they paid, as deliveries of the file lane."""

from datetime import date
from decimal import Decimal

import pytest

from e2a.billing.imports import e2a_csv
from e2a.sources.olist import SourceFileError
from e2a.sources.olist_payments import deliveries
from tests.sources.samples import RECEIVED, events

ORDERS = "order_id,order_purchase_timestamp", "o1,2018-05-31 22:00:00", "o2,2018-06-02 10:00:00"
ITEMS = "order_id,price,freight_value", "o1,10.10,2.35", "o1,0.20,1.00"
PAYMENTS = "order_id,payment_value", "o1,10.00", "o1,3.65", "o2,7.00"


def archive(folder, orders=ORDERS, items=ITEMS, payments=PAYMENTS):
    for name, rows in {"orders": orders, "order_items": items, "order_payments": payments}.items():
        (folder / f"olist_{name}_dataset.csv").write_text("\n".join(rows) + "\n")
    return list(deliveries(folder, "acme", RECEIVED))


def test_an_order_owes_the_prices_and_freights_of_its_items(tmp_path):
    [charge] = events(archive(tmp_path)[0])
    assert (charge.event_type.value, str(charge.order)) == ("charge_recorded", "olist:o1")
    assert (charge.charge.code, charge.charge.amount) == ("purchase", Decimal("13.65"))


def test_the_payments_of_a_local_month_are_one_invoice_with_a_line_an_order(tmp_path):
    may, june = (e2a_csv.invoice(d.body, d.delivery_id) for d in archive(tmp_path)[1:])
    assert (may.number, may.period, may.total) == (
        "PAID-2018-05",
        date(2018, 5, 1),
        Decimal("13.65"),
    )
    [line] = june.lines
    assert (line.reference, line.amount, line.performed_on) == (
        "olist:o2",
        Decimal("7.00"),
        date(2018, 6, 2),
    )


def test_an_amount_that_is_none_and_an_order_that_is_not_there_are_said(tmp_path):
    with pytest.raises(SourceFileError, match="price of order o1 holds 'ten', which is no amount"):
        archive(tmp_path, items=(ITEMS[0], "o1,ten,2.35"))
    with pytest.raises(SourceFileError, match="has no order o9"):
        archive(tmp_path, items=(ITEMS[0], "o9,1.00,2.35"))
