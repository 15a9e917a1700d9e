"""What a narrative may say about a breach."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from e2a.domain.narrative import BreachFacts, duration

DUE = datetime(2026, 3, 2, 20, 5, tzinfo=UTC)


def facts(**changed) -> BreachFacts:
    given = {
        "tenant_id": "demo-3pl", "order_id": "shopify:5001", "stage": "pick", "instance": 1,
        "version": 1, "known_from": DUE, "zone": ZoneInfo("America/Chicago"), "site": "CHI1",
        "owner": "warehouse", "started_at": DUE - timedelta(hours=4), "due_at": DUE,
        "completed_at": DUE + timedelta(minutes=65), "is_provisional": False,
        "late": timedelta(minutes=65), "reported": (),
    }  # fmt: skip
    return BreachFacts(**{**given, **changed})


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"), (40, "40 s"), (59.999, "59 s"), (60, "1 min"), (3599, "59 min"),
        (3600, "1 h 0 min"), (3900, "1 h 5 min"), (86399, "23 h 59 min"), (86400, "1 day 0 h"),
        (2 * 86400 + 3 * 3600 + 3599, "2 days 3 h"),
    ],
)  # fmt: skip
def test_a_span_is_said_to_the_minute_rounded_down(seconds, words):
    assert duration(timedelta(seconds=seconds)) == words


@pytest.mark.parametrize(
    ("changed", "confidence"),
    [
        ({}, "0.95"),
        ({"completed_at": None}, "0.80"),
        ({"is_provisional": True}, "0.60"),
        ({"is_provisional": True, "completed_at": None}, "0.60"),
    ],
)
def test_confidence_follows_how_the_end_is_known(changed, confidence):
    assert facts(**changed).confidence == confidence


@pytest.mark.parametrize(
    ("stage", "reported", "label"),
    [
        ("pick", (), "PICK_DELAY"),
        ("pack", (), "PACK_DELAY"),
        ("ship", (), "CARRIER_ISSUE"),
        ("deliver", (), "DELIVERY_DELAY"),
        ("pick", ("inventory_shortage",), "INVENTORY_SHORTAGE"),
        ("deliver", ("strange", "damaged_package", "address_invalid"), "DAMAGED_PACKAGE"),
        ("pick", ("strange",), "PICK_DELAY"),
        ("pack", ("inventory_shortage",), "PACK_DELAY"),
        ("ship", ("address_invalid",), "CARRIER_ISSUE"),
    ],
)
def test_the_label_is_the_first_report_that_explains_the_stage_else_the_stage(
    stage, reported, label
):
    assert facts(stage=stage, reported=reported).label == label


def test_a_missing_scan_is_said_in_words():
    told = facts(stage="missing_scan")
    assert (told.label, told.texts()["stage"]) == ("MISSING_SCAN", "the next scan")


def test_instants_are_shown_by_the_warehouses_clock():
    assert facts().local(DUE) == "Mon 2 Mar 2026 14:05 CST"
    assert facts().local(datetime(2026, 3, 8, 8, tzinfo=UTC)) == "Sun 8 Mar 2026 03:00 CDT"


def test_an_open_breach_says_no_lateness_so_that_time_passing_rewrites_nothing():
    an_hour, two = (facts(completed_at=None, late=timedelta(hours=h)).texts() for h in (1, 2))
    assert an_hour == two
    assert an_hour["late"] is None


def test_the_texts_are_plain_words():
    said = facts(site=None, reported=("address_invalid",)).texts()
    assert said["order"] == "5001"
    assert said["site"] == "the warehouse"
    assert said["late"] == "1 h 5 min"
    assert said["reported"] == ["address invalid"]
