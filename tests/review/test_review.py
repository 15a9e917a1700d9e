"""A review over a real socket: what is asked, what is kept, and what it may never do."""

from e2a.domain.lint import lint
from e2a.review.opening import Nobody
from e2a.review.review import Became, review
from e2a.warehouse.connection import Role
from tests.review.conftest import NOTHING, PICK, answer, claim, policy


def test_the_findings_that_hold_are_kept_and_the_others_counted(asks):
    asks.answers(answer(findings=[claim(), claim(value="7"), claim(pointer="/x")]))
    told = review(asks, policy(), [])
    assert [f.rule for f in told.findings] == ["A01"]
    assert told.dropped == {"pointer_leads_nowhere": 1, "value_does_not_stand_there": 1}
    assert (told.reason, told.document()["written_by"]) == (None, "model")


def test_the_same_policy_is_asked_about_once_whatever_its_layout(asks, provider):
    asks.answers(answer(findings=[claim(value="121")]))
    first = review(asks, policy(sla=("within_minutes: 120", "within_minutes: 121")), [])
    again = policy(sla=("within_minutes: 120", "within_minutes:    121 "))
    second = review(asks, again, [])
    assert (first.is_cached, second.is_cached, len(provider.seen)) == (False, True, 1)


def test_budget_and_cache_go_by_the_folder_and_never_by_what_the_text_calls_itself(asks, shared):
    asks.answers(NOTHING)
    review(asks, policy(tenant=("tenant: acme", "tenant: nordic-beauty")), [])
    with shared.connect(Role.OWNER) as owner:
        tenants = owner.execute("select distinct tenant_id from ops.ai_calls").fetchall()
    assert tenants == [("acme",)]


def test_an_answer_of_another_shape_is_asked_about_again_and_then_given_up(asks, provider):
    asks.answers({"findings": "none"}, answer(findings=[claim(severity="FATAL")]))
    told = review(asks, policy(sla=("within_minutes: 60", "within_minutes: 61")), [])
    assert (told.reason, told.findings, len(provider.seen)) == ("schema", (), 2)


def test_the_models_words_never_reach_the_summary_with_a_figure_of_their_own(asks):
    said = f"Picking may take [[{PICK}]] minutes."
    asks.answers(answer(summary=said))
    assert review(asks, policy(), [], prose="a").summary == "Picking may take 120 minutes."
    for wrong in ("It takes 2 hours.", "It takes [[/sla/9]] minutes.", ""):
        asks.answers(answer(summary=wrong))
        assert review(asks, policy(), [], prose=wrong or "b").summary is None


def test_no_test_of_a_broken_policy_is_run(asks, engine):
    asks.answers(answer(tests=[{"title": "t", "because": "b", "scenario": "x"}]))
    broken = policy(sla=("within_minutes: 60", "within_minutes: 2h"))
    told = review(asks, broken, lint(broken), engine=engine)
    assert [test.became for test in told.tests] == [Became.NOT_RUN]


def test_without_a_key_there_is_nothing_and_it_says_so():
    told = review(Nobody(), policy(), [])
    assert (told.reason, told.findings) == ("no_key", ())
    assert "AI_API_KEY" in told.detail


def test_a_policy_that_is_too_long_is_not_sent():
    long = policy(tenant=("name: Acme", f"name: {'a' * 90_000}"))
    assert review(Nobody(), long, []).reason == "too_large"


SCENARIO = """
events:
  - {{ at: 2026-03-10 10:00, type: order_created, order: O-1, site: JFK1, lines: {{ A: 1 }} }}
  - {{ at: 2026-03-10 10:00, type: order_paid, order: O-1 }}
questions:
  - {{ as_of: 2026-03-10 13:00, stage: pick, expect: {{ state: {state} }} }}
"""


def test_a_test_that_the_engine_denies_is_a_finding_and_one_that_it_confirms_is_none(asks, engine):
    """JFK1 pauses from 12:00 to 12:30: two hours from 10:00 end at 12:30, not at 12:00."""
    texts = [SCENARIO.format(state=state) for state in ("on_track", "breached")] + ["nonsense"]
    tests = [{"title": text[:1], "because": "b", "scenario": text} for text in texts]
    asks.answers(answer(tests=tests))
    told = review(asks, policy(), [], prose="engine", engine=engine)
    assert [test.became for test in told.tests] == [Became.DENIED, Became.AGREED, Became.REFUSED]
    (found,) = told.findings
    assert (found.rule, found.severity) == ("A02", "warning")
    assert "the engine says breached" in found.problem
    assert told.dropped == {"not_a_scenario": 1}
