"""What the facts of a breach are, what they allow, and what a model is shown of them."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import orjson
import pytest

from e2a.domain.analysis.breach_facts import Beside
from e2a.domain.analysis.facts import Audience
from e2a.domain.analysis.labels import LABELS, allowed, x12_reason
from e2a.domain.exceptions import STAGE_CODES
from tests.domain.analysis.answers_of import START, facts, opened


def test_there_are_fifteen_labels() -> None:
    assert len(set(LABELS)) == 15


@pytest.mark.parametrize(
    ("stage", "reported", "labels"),
    [
        ("pick", [], {"PICK_DELAY"}),
        ("ship", [], {"CARRIER_ISSUE", "SHIP_DELAY"}),
        ("deliver", ["customer_unavailable"],
         {"DELIVERY_DELAY", "CARRIER_ISSUE", "CUSTOMER_UNAVAILABLE"}),
        ("pick", ["customer_unavailable"], {"PICK_DELAY"}),
        ("pick", ["inventory-shortage", "REFUND NOW"], {"PICK_DELAY", "INVENTORY_SHORTAGE"}),
        ("receive", [], {"OTHER"}),
        ("made_up", [], {"OTHER"}),
    ],
)  # fmt: skip
def test_stage_and_reports_decide_which_labels_are_allowed(
    stage: str, reported: list[str], labels: set[str]
) -> None:
    assert set(allowed(stage, reported)) == labels


@pytest.mark.parametrize("stage", STAGE_CODES)
def test_the_rules_own_label_is_always_allowed(stage: str) -> None:
    assert STAGE_CODES[stage] in facts(stage=stage).label_evidence


def test_a_report_that_cannot_explain_the_stage_is_no_cause() -> None:
    assert facts(reported=("customer_unavailable", "shortage!")).causes == frozenset()
    assert facts(reported=("inventory_shortage",)).causes == {"INVENTORY_SHORTAGE"}


def test_a_site_is_for_operations_and_a_promise_for_both() -> None:
    assert {"site", "owner", "started", "target"}.isdisjoint(facts().ids(Audience.CLIENT))
    assert {"site", "owner", "started", "target", "due"} <= facts().ids(Audience.OPS)


def test_what_is_not_done_is_not_said_to_be_late_by_anything() -> None:
    assert "late" not in opened().by_id
    assert opened().required[Audience.CLIENT] == {"order", "due", "next_step"}


def test_only_an_inferred_end_is_thin_evidence() -> None:
    assert facts(is_provisional=True).is_thin
    assert not facts().is_thin
    assert not opened().is_thin


@pytest.mark.parametrize(
    ("changes", "step"),
    [
        ({}, "nothing"),
        ({"completed_at": None}, "do_next"),
        ({"is_provisional": True}, "find_scan"),
        ({"completed_at": None, "stage": "deliver"}, "ask_carrier"),
        ({"completed_at": None, "reported": ("inventory_shortage",)}, "count_stock"),
        ({"completed_at": None, "reported": ("customer_unavailable",)}, "do_next"),
    ],
)
def test_the_next_step_follows_from_the_facts(changes: dict[str, object], step: str) -> None:
    assert facts(**changes).by_id["next_step"].value == f"step:{step}"


def test_a_carriers_estimate_is_what_allows_words_of_arrival() -> None:
    known = facts(Beside(eta=START, remedies=frozenset({"refund"})))
    assert known.remedies == {"eta", "refund"}


def test_a_model_is_shown_neither_figures_nor_names() -> None:
    text = facts().canonical() + orjson.dumps(facts().for_prompt()).decode()
    assert not any(mark.isdigit() for mark in text)
    assert not any(name in text for name in ("ORD", "WH-2", "lumen", "shopify"))


def test_orders_that_differ_in_figures_only_share_a_key() -> None:
    other = facts(
        order_id="shopify:77", site="HUB", tenant_id="tuya", late=timedelta(minutes=61),
        zone=ZoneInfo("Asia/Jerusalem"),
    )  # fmt: skip
    assert other.canonical() == facts().canonical()
    assert facts(late=timedelta(minutes=5)).canonical() != facts().canonical()
    assert facts(stage="pack").canonical() != facts().canonical()
    assert facts(reported=("stock_mismatch",)).canonical() != facts().canonical()


def test_labels_have_the_reason_codes_of_edi() -> None:
    assert (x12_reason("ADDRESS_ERROR"), x12_reason("OTHER")) == ("A2", "BG")
