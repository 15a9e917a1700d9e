"""A promise that no scenario tries is told, once a kind."""

from datetime import date

import pytest

from e2a.domain.lint import lint, read, subject
from tests.domain.lint.seeds import FILES


def untried(*scenarios):
    texts = {stem: (f"{stem}.yaml", text) for stem, text in FILES.items()}
    trees = [read("scenario.yaml", text)[0] for text in scenarios]
    found = lint(subject("acme", texts, date(2026, 6, 1), scenarios=trees))
    assert {finding.rule for finding in found} <= {"L25"}
    return [finding.problem.removeprefix("no scenario tries ") for finding in found]


def test_without_scenarios_every_kind_of_promise_is_untried():
    assert untried() == [
        "pick with `within_minutes`",
        "pack with `within_minutes`",
        "ship with `by_close_of_day`",
        "deliver with `carrier_days`",
        "receive with `within_minutes`",
        "deliver with `by`",
    ]


def test_a_scenario_with_policies_of_its_own_tries_those_kinds():
    scenario = "policies: [{stages: {ship: {by_close_of_day: 2}, pick: {by_close_of_day: 0}}}]"
    assert "ship with `by_close_of_day`" not in untried(scenario)
    assert "pick with `within_minutes`" in untried(scenario)


@pytest.mark.parametrize("scenario", ["{tenant: acme, expect: {pick: met}}", "[acme, pick]"])
def test_a_scenario_that_names_the_tenant_tries_the_stages_it_asks_about(scenario):
    assert "pick with `within_minutes`" not in untried(scenario)
    assert "pack with `within_minutes`" in untried(scenario)
    assert "pick with `within_minutes`" in untried(scenario.replace("acme", "other"))


def test_a_scenario_that_does_not_parse_tries_nothing():
    assert len(untried("{")) == 6
