"""Which moves are legal, which code a problem has, how a promise is written."""

from itertools import pairwise
from typing import get_args

import pytest

from e2a.domain.errors import BadInputError
from e2a.domain.exceptions import (
    MOVES,
    SEVERITIES,
    STAGE_CODES,
    IllegalMoveError,
    Promise,
    Severity,
    Status,
    check_move,
    code_of,
    person,
)
from e2a.domain.policies import Stage

FORWARD = list(Status)


def test_the_documented_order_is_legal_from_beginning_to_end():
    for now, to in pairwise(FORWARD):
        check_move(now, to)


@pytest.mark.parametrize("now", list(Status))
def test_no_person_moves_back_but_to_take_up_what_did_not_hold(now):
    back = {to for to in MOVES[now] if FORWARD.index(to) <= FORWARD.index(now)}
    assert back == ({Status.IN_PROGRESS} if now is Status.RESOLVED else set())


def test_nobody_resolves_what_nobody_took_or_closes_what_is_not_resolved():
    assert Status.RESOLVED not in MOVES[Status.OPEN]
    assert [now for now in Status if Status.CLOSED in MOVES[now]] == [Status.RESOLVED]


@pytest.mark.parametrize(
    ("now", "to", "sentence"),
    [
        (Status.OPEN, Status.CLOSED, "does not move from OPEN to CLOSED. From OPEN it moves to "
         "ACKNOWLEDGED or IN_PROGRESS."),
        (Status.ACKNOWLEDGED, Status.ACKNOWLEDGED, "is ACKNOWLEDGED already"),
        (Status.CLOSED, Status.OPEN, "CLOSED is final"),
    ],
)  # fmt: skip
def test_an_illegal_move_is_refused_with_the_legal_ones(now, to, sentence):
    with pytest.raises(IllegalMoveError, match=sentence):
        check_move(now, to)


@pytest.mark.parametrize(
    ("kind", "code", "severity"),
    [
        ("pick", "PICK_DELAY", "MEDIUM"), ("pack", "PACK_DELAY", "MEDIUM"),
        ("ship", "CARRIER_ISSUE", "HIGH"), ("missing_scan", "MISSING_SCAN", "MEDIUM"),
        ("deliver", "DELIVERY_DELAY", "HIGH"), ("receive", "OTHER", "MEDIUM"),
        ("reported:stock_mismatch", "STOCK_MISMATCH", "HIGH"),
        ("reported:Address-Error", "ADDRESS_ERROR", "HIGH"),
        ("reported:system error", "SYSTEM_ERROR", "CRITICAL"),
        ("reported:the roof leaks", "OTHER", "MEDIUM"),
        ("reported:pick", "OTHER", "MEDIUM"),
    ],
)  # fmt: skip
def test_a_stage_or_a_report_has_a_code_and_the_code_a_severity(kind, code, severity):
    assert code_of(kind) == code
    assert SEVERITIES[code] == Severity(severity)


def test_every_stage_of_a_policy_has_a_code():
    assert set(STAGE_CODES) == set(get_args(Stage))


def test_the_vocabulary_has_the_ancestors_fourteen_codes():
    assert len(SEVERITIES) == 14
    assert set(STAGE_CODES.values()) <= set(SEVERITIES)


@pytest.mark.parametrize(
    ("text", "promise", "written"),
    [("ship", Promise("ship"), "ship#1"), (" ship#2 ", Promise("ship", 2), "ship#2")],
)
def test_a_promise_is_a_stage_and_an_instance(text, promise, written):
    assert Promise.parse(text) == promise
    assert str(promise) == written
    assert Promise.parse(promise.in_events) == promise


@pytest.mark.parametrize("text", ["", "lunch", "ship#", "ship#0", "ship#x", "ship#1#2"])
def test_what_is_no_promise_is_refused(text):
    with pytest.raises(BadInputError, match="is not a promise"):
        Promise.parse(text)


@pytest.mark.parametrize("name", ["", "  ", "system", "System "])
def test_the_system_is_no_person(name):
    with pytest.raises(BadInputError, match="cannot be the actor"):
        person(name, "actor")
