"""How sure an answer is counts after its words: caps from what code saw, and an exact gate."""

from decimal import Decimal

import pytest

from e2a.domain.analysis.judging import accepts, effective_confidence
from tests.domain.analysis.answers_of import facts


@pytest.mark.parametrize(
    ("said", "is_accepted"),
    [("0.55", True), ("0.550", True), (0.55, True), ("0.5499999", False), (0.5499999, False),
     (0.54, False), (1.0, True), (0, False)],
)  # fmt: skip
def test_the_gate_is_inclusive_and_exact(said: float | str, is_accepted: bool) -> None:
    assert accepts(effective_confidence(said, facts(), "PICK_DELAY")) is is_accepted


@pytest.mark.parametrize(
    ("changes", "label", "was_helped", "cap"),
    [
        ({}, "PICK_DELAY", False, "0.99"),
        ({}, None, False, "0.99"),
        ({}, "PICK_DELAY", True, "0.5"),
        ({}, "OTHER", False, "0.3"),
        ({}, "WEATHER", True, "0.3"),
        ({"is_provisional": True}, "PICK_DELAY", False, "0.54"),
        ({"is_provisional": True}, "OTHER", True, "0.3"),
        ({"reported": ("payment_failed",)}, "PAYMENT_FAILED", False, "0.99"),
    ],
)
def test_confidence_is_capped_by_what_code_saw(
    changes: dict[str, object], label: str | None, was_helped: bool, cap: str
) -> None:
    known = facts(**changes)
    assert effective_confidence(0.99, known, label, was_helped=was_helped) == Decimal(cap)
    assert effective_confidence(0.1, known, label, was_helped=was_helped) == Decimal("0.1")
