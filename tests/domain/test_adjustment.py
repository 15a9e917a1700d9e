"""What may be adjusted without a person (B11)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from e2a.domain.adjustment import Decision, Limits, decide

D = Decimal

YES, NO = Decision.WITHIN_LIMITS, Decision.NEEDS_APPROVAL
P15 = Limits(D(50), D(100), D(100))


def test_p15_adjusts_the_rate_and_the_missing_line_and_lets_the_duplicate_wait():
    found = [("a|duplicate", D(-120)), ("b|rate", D(-4)), ("c|missing", D(21))]
    assert list(decide(found, P15, D("816.50")).values()) == [NO, YES, YES]


@pytest.mark.parametrize(
    ("amount", "decision"), [("50", YES), ("-50", YES), ("50.01", NO), ("-50.01", NO)]
)
def test_the_limit_of_a_finding_is_inclusive_and_ignores_the_sign(amount, decision):
    assert decide([("a", D(amount))], P15, D(1000)) == {"a": decision}


@pytest.mark.parametrize(("last", "decision"), [("20", YES), ("20.01", NO)])
def test_the_limit_of_the_sum_is_inclusive_and_counts_absolute_amounts(last, decision):
    found = [("a", D(40)), ("b", D(-40)), ("c", D(last))]
    assert decide(found, P15, D(1000)) == {"a": YES, "b": YES, "c": decision}


def test_what_does_not_fit_is_passed_over_and_later_ones_are_still_tried():
    found = [("a", D(50)), ("b", D(45)), ("c", D(10)), ("d", D(5))]
    assert decide(found, P15, D(1000)) == {"a": YES, "b": YES, "c": NO, "d": YES}


def test_what_is_too_large_uses_nothing_up():
    assert decide([("a", D(90)), ("b", D(50)), ("c", D(50))], P15, D(1000)) == {
        "a": NO, "b": YES, "c": YES
    }  # fmt: skip


def test_findings_are_decided_in_the_order_of_their_keys_not_of_their_arrival():
    limits = Limits(D(50), D(50), D(100))
    assert decide([("b", D(30)), ("a", D(40))], limits, D(1000)) == {"a": YES, "b": NO}


@pytest.mark.parametrize(("total", "cap"), [("1000", "50"), ("2000", "100"), ("9000", "100")])
def test_the_sum_is_capped_by_the_lesser_of_amount_and_percentage(total, cap):
    assert Limits(D(50), D(100), D(5)).cumulative(D(total)) == D(cap)


def test_a_credit_note_is_capped_by_its_size():
    assert Limits(D(50), D(100), D(5)).cumulative(D(-1000)) == D(50)


def test_limits_of_zero_adjust_nothing():
    assert decide([("a", D("0.01"))], Limits(D(0), D(0), D(0)), D(1000)) == {"a": NO}


AMOUNTS = st.decimals(-200, 200, places=2)
PROPOSALS = st.dictionaries(st.text("abcdef", min_size=1, max_size=3), AMOUNTS, max_size=8)


@given(PROPOSALS, AMOUNTS.map(abs), AMOUNTS.map(abs), st.integers(0, 100), AMOUNTS)
def test_what_is_adjusted_never_exceeds_the_limits(found, single, fixed, percent, total):
    limits = Limits(single, fixed, D(percent))
    decisions = decide(found.items(), limits, total)
    adjusted = [abs(found[key]) for key, decision in decisions.items() if decision is YES]
    assert decisions.keys() == found.keys()
    assert sum(adjusted) <= limits.cumulative(total)
    assert all(amount <= single for amount in adjusted)
