"""Facts survive being stored, to the last digit; figures in edited notes count as slots."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from e2a.domain.analysis.adjustment_facts import Adjusted, facts_of_adjustment
from e2a.domain.analysis.breach_facts import Beside, facts_of_breach
from e2a.domain.analysis.edited_notes import judge_edited, with_slots
from e2a.domain.analysis.judging import Known
from e2a.domain.analysis.stored import from_json, to_json
from e2a.domain.findings import Rule
from e2a.domain.narrative import BreachFacts

DUE = datetime(2026, 4, 14, 14, tzinfo=UTC)
BREACH = BreachFacts(
    "demo-3pl", "wms:ZK-7", "pick", 1, 1, DUE, ZoneInfo("America/Chicago"), "MEM1", "warehouse",
    DUE - timedelta(hours=2), DUE, DUE + timedelta(minutes=65, microseconds=7), False,
    timedelta(minutes=65, microseconds=7), ("inventory_shortage",),
)  # fmt: skip
FACTS = facts_of_breach(BREACH, Beside(target=timedelta(hours=2), held=timedelta(1), holds=2))


def test_facts_of_a_breach_come_back_as_they_were():
    assert from_json(json.loads(json.dumps(to_json(FACTS)))) == FACTS


def test_facts_of_an_adjustment_come_back_to_the_last_digit():
    adjusted = Adjusted(
        "INV-7", Rule.WRONG_RATE, "pick", "USD", Decimal("-4.000000000001"), Decimal("44"),
        Decimal("39.999999999999"), rate=Decimal("0.1"), quantity_billed=Decimal("80.5"),
    )  # fmt: skip
    facts = facts_of_adjustment(adjusted, ZoneInfo("UTC"))
    assert from_json(json.loads(json.dumps(to_json(facts)))) == facts


def test_figures_that_are_facts_count_as_their_slots_however_they_are_spaced():
    text = "Your order zk-7 took 1 hour  5 minutes longer than we planned."
    assert with_slots(text, FACTS, "en") == (
        "Your order [[order]] took [[late]] longer than we planned."
    )


def test_a_note_that_a_person_writes_is_judged_as_a_draft_is():
    good = "Your order ZK-7 took 1 hour 5 minutes longer than we planned. You need not do anything."
    assert judge_edited(good, FACTS, "en", Known()) == []
    named = judge_edited(f"{good} Dear Dana, sorry.", FACTS, "en", Known(personal=("Dana",)))
    assert {str(one.check) for one in named} == {"personal_data"}
    made_up = judge_edited(good.replace("1 hour 5", "2 hours 5"), FACTS, "en", Known())
    assert "grounding" in {str(one.check) for one in made_up}
