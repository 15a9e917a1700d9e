"""Order notes that give orders: they arrive harmless, and an answer that obeys is not accepted."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from e2a.analyst.prompts import load
from e2a.domain.analysis.inputs import breach_inputs
from e2a.domain.analysis.judging import Known, accepts, effective_confidence, narrative_judge
from e2a.domain.analysis.notes import OrderNote, is_invisible
from tests.domain.analysis.answers_of import GOOD, answer, facts

PAYLOADS = yaml.safe_load((Path(__file__).parent / "payloads.yaml").read_text())
CASES = [pytest.param(case, id=case["name"]) for case in PAYLOADS]


def is_taken(value: dict[str, Any]) -> bool:
    """Whether words and confidence pass, as the narrator decides it."""
    prompt = load("breach_narrative")
    known = Known(("Dana Levi", "dana@example.com"), ("ORD-77", "Glow"), prompt.examples)
    if narrative_judge(facts(), "en", known)(value):
        return False
    return accepts(effective_confidence(value["confidence"], facts(), value["label"]))


def test_an_honest_answer_is_taken() -> None:
    assert is_taken(GOOD)


@pytest.mark.parametrize("case", CASES)
def test_an_answer_that_obeys_is_not_taken(case: dict[str, Any]) -> None:
    assert not is_taken(answer(**case["obeyed"]))


@pytest.mark.parametrize("case", CASES)
def test_a_note_arrives_as_data_and_cannot_end_its_block(case: dict[str, Any]) -> None:
    notes = [OrderNote("customer", text) for text in case["note"]]
    user = load("breach_narrative").user(**breach_inputs(facts(), "en", notes))
    assert not any(map(is_invisible, user))
    assert "<" not in user
    assert len([line for line in user.splitlines() if line]) == 6


@pytest.mark.parametrize("case", CASES)
def test_a_note_moves_neither_labels_nor_what_is_required(case: dict[str, Any]) -> None:
    notes = [OrderNote("customer", text) for text in case["note"]]
    with_notes, without = breach_inputs(facts(), "en", notes), breach_inputs(facts(), "en")
    with_notes.pop("notes")
    without.pop("notes")
    assert with_notes == without
