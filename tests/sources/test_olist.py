"""The Olist archive as deliveries of the file lane."""

from datetime import UTC, datetime

import pytest

from e2a.domain.events import TimeFlag
from e2a.sources.olist import SourceFileError, deliveries
from tests.sources.samples import DATA, RECEIVED, events, needs_data

ORDERS = (
    "order_id,order_status,order_purchase_timestamp,order_approved_at,order_delivered_carrier_date,"
    "order_delivered_customer_date,order_estimated_delivery_date"
)
ITEMS = "order_id,product_id,seller_id,shipping_limit_date"


def archive(folder, order, *items, header=ORDERS):
    (folder / "olist_orders_dataset.csv").write_text(f"{header}\n{order}\n")
    (folder / "olist_order_items_dataset.csv").write_text("\n".join([ITEMS, *items]) + "\n")
    return [event for d in deliveries(folder, "acme", RECEIVED) for event in events(d)]


def test_milestones_are_local_times_known_when_they_happened(tmp_path):
    row = "o1,delivered,2018-05-01 10:00:00,2018-05-01 11:00:00,2018-05-02 09:00:00,"
    found = archive(tmp_path, row + "2018-05-09 12:00:00,2018-05-10 00:00:00")
    assert [event.event_type.value for event in found] == [
        "order_created",
        "order_released",
        "shipped",
        "delivered",
    ]
    assert found[0].occurred_at == datetime(2018, 5, 1, 13, tzinfo=UTC)
    assert all(event.recorded_at == event.occurred_at for event in found)
    assert {str(event.order) for event in found} == {"olist:o1"}


def test_trap_13_the_promise_holds_until_the_day_ends_and_the_last_limit_is_the_orders(tmp_path):
    row = "o1,created,2018-05-01 10:00:00,,,,2018-05-10 00:00:00"
    items = (
        "o1,p1,s1,2018-05-03 10:00:00",
        "o1,p1,s1,2018-05-04 10:00:00",
        "o1,p2,s1,2018-05-02 10:00:00",
    )
    (created,) = archive(tmp_path, row, *items)
    assert created.promised_at == datetime(2018, 5, 11, 3, tzinfo=UTC)
    assert created.ship_by == datetime(2018, 5, 4, 13, tzinfo=UTC)
    assert [(line.sku, line.quantity) for line in created.lines] == [("p1", 2), ("p2", 1)]


def test_an_order_of_one_seller_names_it_and_one_of_several_names_nobody(tmp_path):
    row = "o1,created,2018-05-01 10:00:00,,,,2018-05-10 00:00:00"
    limit = "2018-05-03 10:00:00"
    (alone,) = archive(tmp_path, row, f"o1,p1,s1,{limit}", f"o1,p2,s1,{limit}")
    (mixed,) = archive(tmp_path, row, f"o1,p1,s1,{limit}", f"o1,p2,s2,{limit}")
    assert (alone.attributes["seller"], mixed.attributes["seller"]) == ("s1", "several")


def test_c2_a_day_that_ends_in_the_gap_at_midnight_ends_with_the_gap(tmp_path):
    """Sao Paulo skipped 00:00-01:00 on 2018-11-04."""
    (created,) = archive(tmp_path, "o1,created,2018-10-01 10:00:00,,,,2018-11-03 00:00:00")
    assert created.promised_at == datetime(2018, 11, 4, 3, tzinfo=UTC)


@pytest.mark.parametrize("status", ["canceled", "unavailable"])
def test_an_end_without_a_time_takes_the_purchase_and_is_flagged(tmp_path, status):
    found = archive(tmp_path, f"o1,{status},2018-05-01 10:00:00,,,,2018-05-10 00:00:00")
    cancelled = found[-1]
    assert (cancelled.event_type.value, cancelled.reason) == ("order_cancelled", status)
    assert cancelled.occurred_at == cancelled.recorded_at == found[0].occurred_at
    assert TimeFlag.ASSUMED_TIME in cancelled.time_flags


def test_a_delivered_order_was_not_cancelled_whatever_its_status_says(tmp_path):
    row = "o1,canceled,2018-05-01 10:00:00,,,2018-05-09 12:00:00,2018-05-10 00:00:00"
    assert [event.event_type.value for event in archive(tmp_path, row)] == [
        "order_created",
        "delivered",
    ]


def test_a_missing_file_is_named_with_the_fix(tmp_path):
    with pytest.raises(SourceFileError, match=r"olist_order_items_dataset\.csv.*folder"):
        list(deliveries(tmp_path / "nowhere", "acme", RECEIVED))


def test_a_missing_column_and_an_unreadable_time_are_named(tmp_path):
    with pytest.raises(SourceFileError, match="order_estimated_delivery_date"):
        archive(tmp_path, "o1", header=ORDERS.replace(",order_estimated_delivery_date", ""))
    with pytest.raises(SourceFileError, match="order_purchase_timestamp"):
        archive(tmp_path, "o1,created,yesterday,,,,2018-05-10 00:00:00")


@needs_data
def test_the_real_archive_reads_whole():
    found = list(deliveries(DATA / "datasets" / "olist", "acme", RECEIVED))
    assert len(found) == 8135
    kinds = [event.event_type.value for delivery in found for event in events(delivery)]
    assert kinds.count("order_created") == 8135
    assert kinds.count("order_released") == 8135 - 146
    assert kinds.count("shipped") == 8135 - 1782
    assert kinds.count("delivered") == 8135 - 2965
