"""The canonical event: a closed list and a strict shape."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import ValidationError

from e2a.domain.errors import PortInUseError, UnknownTenantError
from e2a.domain.events import CanonicalEvent, EventType, Line, Reference, ScanStatus

NOW = datetime(2026, 5, 4, tzinfo=UTC)
LIST = """
order_created order_paid order_released order_edited order_cancelled order_reopened
reship_requested hold_placed hold_released pick_started pick_completed pack_started
pack_completed label_purchased label_voided manifested shipped carrier_scan delivered
shipment_split shipment_merged shipment_moved return_received restocked receipt_arrived
receipt_completed stock_counted vas_performed charge_recorded exception_reported sla_excused
event_voided
"""
RULES = Path(__file__).parents[3] / "shared" / "rules" / "domain.md"


def make(**changed) -> CanonicalEvent:
    return CanonicalEvent(
        **{"source_event_id": "a", "event_type": "shipped", "occurred_at": NOW, **changed}
    )


def test_the_types_are_the_closed_list_of_the_rules():
    assert {t.value for t in EventType} == set(LIST.split())


@pytest.mark.skipif(not RULES.is_file(), reason="the rules are not beside this checkout")
def test_the_closed_list_is_that_of_the_rules_page():
    section = RULES.read_text().split("### 4.1")[1].split("## 5.")[0]
    table = re.findall(r"^\| ([a-z_, ]+) \|", section, re.MULTILINE)
    named = {word for row in table for word in row.split(", ")} - {"type"}
    assert named == {t.value for t in EventType}


def test_delivered_is_a_type_and_no_status_of_a_scan():
    assert "delivered" not in {s.value for s in ScanStatus}


@pytest.mark.parametrize(
    "changed",
    [
        {"colour": "red"},
        {"event_type": "order_eaten"},
        {"occurred_at": datetime(2026, 5, 4)},  # noqa: DTZ001
        {"source_event_id": ""},
        {"order": {"namespace": "Shopify", "value": "1"}},
        {"order": {"namespace": "shopify", "value": ""}},
        {"lines": [{"line": "1", "quantity": 0}]},
        {"lines": [{"line": "1", "quantity": -1}]},
        {"lines": [{"line": "1", "quantity": 1.5}]},
        {"charge": {"code": "f", "amount": "1", "currency": "usd"}},
        {"charge": {"code": "f", "amount": "NaN", "currency": "USD"}},
        {"quantity": "Infinity"},
        {"destination_country": "Denmark"},
        {"status": "delivered"},
        {"promised_at": "2026-05-04T10:00:00"},
    ],
)
def test_what_the_rules_do_not_know_is_refused(changed):
    with pytest.raises(ValidationError):
        make(**changed)


def test_an_event_does_not_change():
    with pytest.raises(ValidationError, match="frozen"):
        make().site = "CPH1"


def test_units_add_up_over_lines_and_are_unknown_without():
    lines = (Line(line="1", quantity=2), Line(line="2", quantity=3))
    assert make(lines=lines).units == 5
    assert make().units is None


def test_a_name_is_shown_with_who_gave_it():
    assert str(Reference(namespace="shopify", value=" 5001 ")) == "shopify:5001"


def test_an_amount_is_exact():
    charge = {"code": "freight", "amount": "0.1", "currency": "EUR"}
    assert make(charge=charge).charge.amount == Decimal("0.1")


def test_an_error_is_a_problem_and_a_fix():
    error = UnknownTenantError("acme2", ["acme", "zeta"])
    assert str(error) == (
        "Tenant 'acme2' is not known: there is no folder policies/acme2. Did you mean acme?"
    )
    assert str(PortInUseError("Port 1 is in use", "Choose another")) == (
        "Port 1 is in use. Choose another."
    )
    assert "Known are: none" in str(UnknownTenantError("a", []))
