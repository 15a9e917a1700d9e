"""A proposed test brings events and questions; the policy is always the one under review."""

import pytest

from e2a.domain.analysis.review_contract import ProposedTest
from e2a.review.given import documents_of
from e2a.review.proposals import read
from tests.review.conftest import policy

GOOD = """
events:
  - { at: 2026-03-10 10:00, type: order_created, order: O-1, site: JFK1, lines: { A: 1 } }
  - { at: 2026-03-10 10:00, type: order_paid, order: O-1 }
questions:
  - { as_of: 2026-03-10 11:00, stage: pick, expect: { state: on_track } }
"""


def proposed(text):
    test = ProposedTest(title="t", because="b", scenario=text)
    return read(test, documents_of(policy()), "ai-1")


def test_a_proposal_is_put_on_top_of_the_reviewed_policy():
    found = proposed(GOOD)
    assert found.refused is None
    assert [entry.policy for entry in found.written.scenario.policies] == ["standard", "express"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no yaml: [",
        "- a list",
        GOOD + "policies: [ { stages: { pick: { within_minutes: 1 } } } ]\n",
        GOOD + "zone: Mars\n",
        GOOD + "covers: [C4]\n",
        GOOD.replace("order_paid", "order_praised"),
        GOOD.replace("stage: pick", "stage: dance"),
        GOOD.replace("lines: { A: 1 }", "lines: { A: 1 }, repeat: 5000"),
        GOOD.replace("2026-03-10 11:00", "2099-03-10 11:00"),
        GOOD.replace("events:", "events: &a").replace("questions:", "questions:  # *a"),
        GOOD + "#" * 9000,
        "events: []\nquestions: []\n",
        "events: {}\nquestions: {}\n",
        "[" * 5000,
    ],
)
def test_what_is_no_small_scenario_about_that_policy_is_refused_with_a_reason(text):
    found = proposed(text)
    assert found.written is None
    assert found.refused
