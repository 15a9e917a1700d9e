"""Why an invoice is adjusted: amounts by slot, parts that sum exactly, nobody blamed."""

from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from e2a.domain.analysis.adjustment_facts import Adjusted, facts_of_adjustment
from e2a.domain.analysis.facts import Facts
from e2a.domain.analysis.judging import rationale_judge
from e2a.domain.analysis.rationale_contract import schema
from e2a.domain.analysis.violations import Check
from e2a.domain.findings import Rule

UTC = ZoneInfo("UTC")
RATIONALE = (
    "What the line [[charge]] of invoice [[invoice]] shows: [[rule]]. It says [[billed]], while by"
    " [[clause]] the events come to [[expected]]. The adjustment is [[adjustment]]."
)
ANSWER = {
    "reasoning": "What was billed and what was expected differ by the adjustment.",
    "confidence": 0.9,
    "rationale": RATIONALE,
}


def adjusted(**changes: Any) -> Adjusted:
    said: dict[str, Any] = {
        "invoice_id": "INV-7", "rule": Rule.WRONG_RATE, "charge_code": "STORAGE", "currency": "USD",
        "amount": Decimal("-10.00"), "billed": Decimal("30.00"), "expected": Decimal("20.00"),
        "clause": "rate card 3",
    }  # fmt: skip
    return Adjusted(**said | changes)


def adjustment(**changes: Any) -> Facts:
    return facts_of_adjustment(adjusted(**changes), UTC)


def checks(known: Facts | None = None, **changes: object) -> set[Check]:
    found = rationale_judge(known or adjustment(), "en")(ANSWER | changes)
    return {violation.check for violation in found}


def test_a_good_rationale_is_accepted() -> None:
    assert rationale_judge(adjustment(), "en")(ANSWER) == []


@given(st.decimals(-10000, 10000, places=4), st.decimals(-10000, 10000, places=4))
def test_parts_are_exactly_the_adjustment_or_there_are_no_facts(
    billed: Decimal, expected: Decimal
) -> None:
    right = expected - billed
    assert adjustment(amount=right, billed=billed, expected=expected).parts
    with pytest.raises(ValueError, match="do not sum"):
        adjustment(amount=right + Decimal("0.0001"), billed=billed, expected=expected)


def test_what_was_adjusted_before_is_a_part_that_must_be_said() -> None:
    known = adjustment(amount=Decimal("-4.00"), already=Decimal("-6.00"))
    assert checks(known) == {Check.OMISSION, Check.ARITHMETIC}
    more = f"{RATIONALE} [[already]] was adjusted before."
    assert checks(known, rationale=more) == set()


def test_one_part_alone_is_not_the_adjustment() -> None:
    text = RATIONALE.replace("[[billed]]", "more")
    assert Check.ARITHMETIC in checks(rationale=text)


def test_a_finding_without_an_amount_has_no_parts() -> None:
    known = adjustment(rule=Rule.WRONG_TOTAL, amount=Decimal(0))
    text = "Invoice [[invoice]] contradicts itself: [[rule]]. It is adjusted by [[adjustment]]."
    assert known.parts == {}
    assert checks(known, rationale=text) == set()


@pytest.mark.parametrize(
    ("said", "check"),
    [
        ("That is 10.00 less.", Check.GROUNDING),
        ("That is a third less.", Check.GROUNDING),
        ("It is your mistake, you are to blame.", Check.TONE),
        ("We admit that.", Check.TONE),
        ("We guarantee it.", Check.PROMISE),
        ("It was busy.", Check.CAUSE),
        ("See INV-OLD.", Check.OTHER_IDS),
        ("See [[site]].", Check.GROUNDING),
    ],
)
def test_a_rationale_says_what_differs_and_no_more(said: str, check: Check) -> None:
    assert check in checks(rationale=f"{RATIONALE} {said}")


def test_a_credit_may_be_called_one() -> None:
    assert checks(rationale=f"{RATIONALE} It is a credit: the price was too high.") == set()


def test_figures_of_an_adjustment_are_not_in_its_key() -> None:
    assert not any(mark.isdigit() for mark in adjustment(rate=Decimal(2)).canonical())


def test_the_schema_is_the_subset_that_every_vendor_takes() -> None:
    assert schema() == {
        "type": "object",
        "properties": {
            "reasoning": {"type": "string"},
            "confidence": {"type": "number"},
            "rationale": {"type": "string"},
        },
        "required": ["reasoning", "confidence", "rationale"],
        "additionalProperties": False,
    }
