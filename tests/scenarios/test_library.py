"""The library: every scenario of policies/scenarios, one run of the engine for all."""

import pytest

from e2a.domain.scenarios import parse
from e2a.scenarios import run
from e2a.warehouse.scratch import scratch
from tests.scenarios.conftest import PROJECT, quiet

FILES = sorted((PROJECT / "policies" / "scenarios").rglob("*.yaml"))
READ = [parse(str(path.relative_to(PROJECT)), path.read_text()) for path in FILES]
SCENARIOS = [written for found, _ in READ for written in found]
NAMES = [written.scenario.scenario for written in SCENARIOS]


@pytest.fixture(scope="module")
def results(installation):
    with scratch(installation, quiet) as place:
        found = run(place.connection, SCENARIOS, quiet)
    return {result.written.scenario.scenario: result for result in found}


def test_every_file_of_the_library_is_a_scenario():
    assert [str(problem) for _, problems in READ for problem in problems] == []


def test_ids_are_unique():
    assert sorted(NAMES) == sorted(set(NAMES))


def test_every_case_worked_by_hand_is_there():
    assert {f"P{number:02}" for number in range(1, 11)} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_is_answered_as_expected(name, results):
    assert results[name].wrong == []
