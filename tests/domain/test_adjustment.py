"""What may be adjusted without a person (B11)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from e2a.domain.adjustment import (
    NEXT,
    Decision,
    Limits,
    Proposal,
    Status,
    check_approver,
    check_move,
)
from e2a.domain.adjustment import decide as decide_proposals
from e2a.domain.errors import BadInputError

D = Decimal
ZERO = D(0)

YES, NO = Decision.WITHIN_LIMITS, Decision.NEEDS_APPROVAL
P15 = Limits(D(50), D(100), D(100))


def decide(found, limits, total, used=ZERO):
    return decide_proposals([Proposal(key, amount) for key, amount in found], limits, total, used)


def test_p15_adjusts_the_rate_and_the_missing_line_and_lets_the_duplicate_wait():
    found = [("a|duplicate", D(-120)), ("b|rate", D(-4)), ("c|missing", D(21))]
    assert list(decide(found, P15, D("816.50")).values()) == [NO, YES, YES]  # 25 of 100 used


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


@pytest.mark.parametrize(("used", "decision"), [("60", YES), ("60.01", NO)])
def test_what_was_adjusted_before_on_the_invoice_counts_to_the_sum(used, decision):
    assert decide([("a", D(40))], P15, D(1000), D(used)) == {"a": decision}


@given(PROPOSALS, st.integers(0, 8), AMOUNTS.map(abs), AMOUNTS.map(abs))
def test_findings_that_come_in_two_runs_are_decided_within_the_same_sum(found, cut, single, fixed):
    limits = Limits(single, fixed, D(100))
    first, second = dict(sorted(found.items())[:cut]), dict(sorted(found.items())[cut:])
    one = decide(first.items(), limits, D(10_000))
    used = sum((abs(first[key]) for key, d in one.items() if d is YES), D(0))
    two = decide(second.items(), limits, D(10_000), used)
    assert {**one, **two} == decide(found.items(), limits, D(10_000))


def test_a_rule_that_is_not_active_adjusts_nothing_and_uses_nothing_up():
    found = [Proposal("a", D(40), may_adjust=False), Proposal("b", D(50)), Proposal("c", D(50))]
    assert decide_proposals(found, P15, D(1000)) == {"a": NO, "b": YES, "c": YES}


def test_a_finding_without_an_amount_is_for_a_person():
    assert decide([("a", D(0))], P15, D(1000)) == {"a": NO}


def test_nothing_leads_back_to_applied_once_it_was_reversed():
    """An adjustment is applied at most once: the mutant that re-applies it dies here."""
    reached, todo = set(), [Status.REVERSED]
    while todo:
        for status in NEXT[todo.pop()] - reached:
            reached.add(status)
            todo.append(status)
    assert reached == set()
    assert Status.APPLIED not in NEXT[Status.APPLIED]


@pytest.mark.parametrize(
    ("status", "to", "sentence"),
    [
        (Status.APPLIED, Status.APPLIED, "is applied: it cannot be applied. Reverse it"),
        (Status.REVERSED, Status.APPLIED, "is reversed: it cannot be applied. A reversal is final"),
        (
            Status.REJECTED,
            Status.APPLIED,
            "is rejected: it cannot be applied. A rejection is final",
        ),
        (
            Status.WAITING,
            Status.REVERSED,
            "is waiting: it cannot be reversed. Approve it or reject",
        ),
    ],
)
def test_a_move_that_cannot_be_says_how_it_stands_and_what_to_do(status, to, sentence):
    with pytest.raises(BadInputError, match=sentence):
        check_move("k", status, to)


@pytest.mark.parametrize("approver", ["ann", "Ann", " ann "])
def test_who_proposed_cannot_approve(approver):
    with pytest.raises(BadInputError, match="Have another person approve it"):
        check_approver("k", "ann", approver)


def test_nobody_is_no_approver():
    with pytest.raises(BadInputError, match="Nobody approves"):
        check_approver("k", "guard", " ")
