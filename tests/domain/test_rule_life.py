"""Shadow, active, quarantined: what a rule may do, and what moves it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from e2a.domain.errors import BadInputError
from e2a.domain.findings import Rule
from e2a.domain.rule_life import (
    BORN_ACTIVE,
    BackTest,
    Life,
    may_adjust,
    must_quarantine,
    promoted,
)

NOW = datetime(2026, 5, 1, tzinfo=UTC)
NEW = Rule.NEAR_DUPLICATE


def test_only_an_active_rule_adjusts():
    assert [life for life in Life if may_adjust(life)] == [Life.ACTIVE]


def test_a_rule_without_worked_cases_begins_in_shadow():
    assert NEW not in BORN_ACTIVE
    assert Rule.DUPLICATE in BORN_ACTIVE


@pytest.mark.parametrize(
    ("confirmed", "contradicted", "passed"),
    [(0, 0, False), (1, 0, True), (0, 1, False), (19, 1, True), (18, 1, False), (95, 5, True)],
)
def test_a_back_test_passes_if_people_agreed_with_95_of_a_hundred(confirmed, contradicted, passed):
    test = BackTest(NEW, 10, 200, Decimal(1), confirmed, contradicted)
    assert test.passed is passed


def test_a_rule_is_promoted_after_a_back_test_that_passed():
    assert promoted(NEW, Life.SHADOW, NOW, NOW, True) is Life.ACTIVE


@pytest.mark.parametrize(
    ("life", "tested_at", "passed", "sentence"),
    [
        (Life.SHADOW, None, False, "has no back-test since it went to shadow"),
        (Life.SHADOW, NOW - timedelta(seconds=1), True, "has no back-test since"),
        (Life.SHADOW, NOW, False, "did not pass"),
        (Life.ACTIVE, NOW, True, "is active"),
    ],
)
def test_without_one_it_is_not(life, tested_at, passed, sentence):
    with pytest.raises(BadInputError, match=sentence):
        promoted(NEW, life, NOW, tested_at, passed)


def test_from_quarantine_the_way_leads_through_shadow():
    assert promoted(NEW, Life.QUARANTINED, NOW, NOW, True) is Life.SHADOW


@pytest.mark.parametrize(("reversals", "quarantined"), [(2, False), (3, True)])
def test_more_reversals_than_are_borne_quarantine_a_rule(reversals, quarantined):
    assert must_quarantine(Life.ACTIVE, reversals) is quarantined
    assert not must_quarantine(Life.SHADOW, 9)
