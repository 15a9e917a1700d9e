"""Whatever a provider answers: an outcome, a row for each attempt, a cost; never an exception."""

import tracemalloc
from decimal import Decimal
from typing import get_args

import pytest

from e2a.analyst.asking import Answered
from e2a.domain.analysis.narrative_contract import Label
from tests.analyst.asking import JUDGE, breaker, narrating, request, rows
from tests.analyst.bad_answers import BAD, Bad

STATES = {"A": "settled", "P": "presumed", "0": "released"}
SLOW = ("17b", "17c")


def _outcome(said) -> str:
    return f"accept {said.parse_path}" if isinstance(said, Answered) else said.reason.value


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
def test_a_bad_answer_has_exactly_its_outcome_cost_and_effect(shared, provider, bad: Bad):
    provider.script = bad.reply
    asked = request()
    more = {"timeout": 1.0, "retries": 0} if bad.name.startswith(SLOW) else {}
    with narrating(shared, provider.url, openrouter=bad.openrouter, **more) as narrator:
        said = narrator.ask(asked, JUDGE)
        model = narrator.settings.model
    attempts = rows(shared, asked.subject)
    assert _outcome(said) in bad.outcome.split("|")
    assert [row["state"] for row in attempts] == [STATES[charge] for charge in bad.charges]
    assert said.call_ids == tuple(row["call_id"] for row in attempts)
    assert {row["attempt_of"] for row in attempts[1:]} <= {attempts[0]["call_id"]}
    state = breaker(shared, model)
    assert (state["failures"], state["state"]) == (Decimal(str(bad.weight)), "closed")
    if isinstance(said, Answered):
        assert JUDGE(dict(said.value)) == []
        assert said.value["label"] in get_args(Label)
        assert said.reasked == (len(attempts) > 1)


@pytest.mark.parametrize("charge", "AP0")
def test_a_call_is_charged_what_it_used_or_was_held_for_or_nothing(shared, provider, charge):
    bad = {"A": BAD[0], "P": BAD[-2], "0": next(b for b in BAD if b.charges == "000")}[charge]
    provider.script, asked = bad.reply, request()
    with narrating(shared, provider.url, openrouter=False) as narrator:
        narrator.ask(asked, JUDGE)
    row = rows(shared, asked.subject)[0]
    charged = row["charged_tokens"], row["charged_cost"], row["cost_source"]
    used = row["input_tokens"] or 0, row["output_tokens"] or 0
    assert (
        charged
        == {
            "A": (sum(used), Decimal("0.00014"), "provider"),
            "P": (row["held_tokens"], row["held_cost"], "reserved"),
            "0": (0, 0, "none"),
        }[charge]
    )


@pytest.mark.parametrize("name", ["17a forty megabytes", "17b a byte now and then"])
def test_a_body_without_end_takes_no_memory(shared, provider, name):
    provider.script = next(bad.reply for bad in BAD if bad.name == name)
    with narrating(shared, provider.url, openrouter=False, timeout=1.0) as narrator:
        narrator.ask(request(), JUDGE)
        tracemalloc.start()
        narrator.ask(request(), JUDGE)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 5_000_000


def test_what_is_wrong_is_told_in_one_list_without_the_values(shared, provider):
    provider.script = next(bad.reply for bad in BAD if bad.name.startswith("6 "))
    provider.seen.clear()
    with narrating(shared, provider.url, openrouter=False) as narrator:
        narrator.ask(request(), JUDGE)
    again = provider.seen[-1]
    objection = again.body["messages"][-1]["content"]
    assert again.is_again
    assert [f"- {name}:" in objection for name in ("confidence", "ops_note", "client_note")] == [
        True, True, True,
    ]  # fmt: skip
    assert "['a', 'b']" not in objection


def test_a_rejected_answer_is_kept_as_a_draft_with_what_is_wrong(shared, provider):
    provider.script = next(bad.reply for bad in BAD if bad.name.startswith("9 "))
    with narrating(shared, provider.url, openrouter=False) as narrator:
        said = narrator.ask(request(), JUDGE)
    assert said.draft["ops_note"]
    assert {violation.field for violation in said.violations} == {"client_note"}
