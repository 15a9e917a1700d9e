"""What many ask is asked once: kept answers and the one who is asking now; per tenant."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from e2a.analyst.asking import Answered
from e2a.analyst.flights import cache_key
from e2a.analyst.metrics import LedgerCollector, figures_of
from e2a.analyst.scripted.answering import answers
from e2a.analyst.scripted.replies import Reply, completion, error
from e2a.analyst.spending import spent
from e2a.domain.analysis.violations import Check, Violation
from e2a.warehouse.connection import Role
from tests.analyst.asking import CACHED, JUDGE, narrating, request, settings
from tests.analyst.bad_answers import TEXT, with_


def test_an_accepted_answer_is_kept_and_costs_nothing_again(shared, provider):
    provider.script, asked = answers, request(facts_key=CACHED)
    with narrating(shared, provider.url) as narrator:
        first, calls = narrator.ask(asked, JUDGE), provider.calls
        second = narrator.ask(replace(asked, subject="another order"), JUDGE)
    assert (first.cached, second.cached, provider.calls) == (False, True, calls)
    assert (second.value, second.call_ids) == (first.value, first.call_ids)


@pytest.mark.parametrize(
    "changes", [{"tenant_id": "other-3pl"}, {"locale": "de"}, {"facts_key": "other facts"}]
)
def test_another_tenant_locale_or_other_facts_are_another_question(shared, provider, changes):
    provider.script, asked = answers, request(facts_key=CACHED)
    with narrating(shared, provider.url) as narrator:
        narrator.ask(asked, JUDGE)
        assert not narrator.ask(replace(asked, **changes), JUDGE).cached


def test_the_key_holds_prompt_schema_and_models():
    asked, given = request(facts_key=CACHED), settings("http://127.0.0.1:1/v1")
    key = cache_key(asked, given)
    other = replace(asked.prompt, schema={"type": "object"})
    assert key != cache_key(replace(asked, prompt=other), given)
    assert key != cache_key(asked, replace(given, fallback_models=("m",)))
    assert key == cache_key(replace(asked, subject="x", user="y"), given)


@pytest.mark.parametrize(
    "script",
    [
        lambda seen: Reply(completion(TEXT if seen.is_again else "no JSON")),
        lambda _: Reply(completion(TEXT.replace('"', "'"))),
        lambda _: Reply(completion(with_(label="NONE"))),
    ],
    ids=["asked again", "mended", "rejected"],
)
def test_only_what_was_good_at_once_is_kept(shared, provider, script):
    provider.script, asked = script, request(facts_key=CACHED)
    with narrating(shared, provider.url) as narrator:
        narrator.ask(asked, JUDGE)
        calls = provider.calls
        narrator.ask(asked, JUDGE)
    assert provider.calls > calls


def test_a_kept_answer_is_judged_by_who_gets_it_and_makes_room(shared, provider):
    provider.script, asked = answers, request(facts_key=CACHED)

    def stricter(value):
        return [Violation(Check.TONE, "client_note", "not for me")] if len(heard) < 1 else []

    heard: list[int] = []
    with narrating(shared, provider.url) as narrator:
        narrator.ask(asked, JUDGE)

        def judge(value):
            found = stricter(value)
            heard.append(1)
            return found

        said = narrator.ask(asked, judge)
    assert isinstance(said, Answered)
    assert not said.cached


def test_many_who_ask_the_same_at_once_are_one_call(shared, provider):
    release = threading.Event()

    def slow(seen):
        release.wait(30)
        return answers(seen)

    provider.script, asked, before = slow, request(facts_key=CACHED), provider.calls
    with (
        narrating(shared, provider.url) as one,
        narrating(shared, provider.url, model=one.settings.model) as other,
        ThreadPoolExecutor(8) as pool,
    ):
        asking = [pool.submit(who.ask, asked, JUDGE) for who in (one, other) * 4]
        while provider.calls == before:
            release.wait(0.01)
        release.set()
        said = [one.result() for one in asking]
    assert provider.calls == before + 1
    assert sorted(one.cached for one in said) == [False] + [True] * 7


def test_no_more_calls_are_under_way_than_allowed_and_never_fewer_while_there_are_questions(
    shared, provider
):
    under_way, seen, lock = 0, [], threading.Lock()
    two = threading.Barrier(2)

    def counted(call):
        nonlocal under_way
        with lock:
            under_way += 1
            seen.append(under_way)
        two.wait(30)  # never gets over it alone
        with lock:
            under_way -= 1
        return answers(call)

    provider.script = counted
    with narrating(shared, provider.url, at_once=2) as narrator, ThreadPoolExecutor(6) as pool:
        said = list(pool.map(lambda n: narrator.ask(request(subject=str(n)), JUDGE), range(6)))
    assert [type(one) for one in said] == [Answered] * 6
    assert max(seen) == 2


def test_who_waited_hears_the_failure_and_who_asks_later_asks_anew(shared, provider):
    provider.script, before = _held(error(400, "context_length_exceeded")), provider.calls
    with narrating(shared, provider.url) as narrator:
        first, waiting = _one_waits(narrator, provider, JUDGE)
        assert {first.reason, waiting.reason} == {"provider_request"}
        assert provider.calls == before + 1
        narrator.ask(request(facts_key=CACHED), JUDGE)
    assert provider.calls == before + 2


def test_what_one_order_s_names_refuse_is_no_answer_to_who_waited(shared, provider):
    """Two orders with the same facts: one's customer stood in the words, not the other's."""
    provider.script = _held(Reply(completion(TEXT)))

    def named(value):
        return [Violation(Check.PERSONAL_DATA, "client_note", "a customer's name")]

    with narrating(shared, provider.url) as narrator:
        first, waiting = _one_waits(narrator, provider, named)
    assert first.reason == "pii"
    assert isinstance(waiting, Answered)


def _held(reply):
    """A script that answers when it is released."""

    def script(seen):
        script.entered.set()
        script.release.wait(30)
        return reply

    script.entered, script.release = threading.Event(), threading.Event()
    return script


def _one_waits(narrator, provider, judge):
    """What two hear who ask the same; the second looks while the first, with its judge, asks."""
    script, asked, looked = provider.script, request(facts_key=CACHED), threading.Event()
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(narrator.ask, asked, judge)
        script.entered.wait(30)
        sleep = narrator._flights.sleep
        object.__setattr__(narrator._flights, "sleep", lambda s: (looked.set(), sleep(s)))
        waiting = pool.submit(narrator.ask, asked, JUDGE)
        looked.wait(30)
        script.release.set()
        return first.result(), waiting.result()


def test_a_question_whose_asker_died_is_taken_over(shared, provider):
    provider.script, asked = answers, request(facts_key=CACHED)
    with narrating(shared, provider.url) as narrator:
        with shared.connect(Role.OWNER, autocommit=True) as owner:
            owner.execute(
                "insert into ops.ai_answers (tenant_id, key, state, holder, lease_until, purpose) "
                "values ('demo-3pl', %s, 'pending', gen_random_uuid(), now(), 'x')",
                (cache_key(asked, narrator.settings),),
            )
        assert isinstance(narrator.ask(asked, JUDGE), Answered)


def test_metrics_tell_tokens_costs_fallbacks_checks_budgets_and_breakers(shared, provider):
    provider.script, asked = answers, request(facts_key=CACHED)
    with narrating(shared, provider.url) as narrator:
        narrator.ask(asked, JUDGE)
        narrator.ask(asked, JUDGE)
        provider.script = lambda _: Reply(completion(with_(label="NONE")))
        narrator.ask(request(), JUDGE)
        provider.script = lambda _: error(401)
        narrator.ask(request(), JUDGE)
        model = narrator.settings.model
    with shared.connect(Role.ANALYST) as analyst:
        found = {
            (sample.name, *sample.labels.values()): sample.value
            for metric in LedgerCollector(figures_of(analyst)).collect()
            for sample in metric.samples
        }
        ratio = max(one.used_ratio for one in spent(analyst) if one.scope == "global")
    assert found["gen_ai_client_token_usage_bucket", "chat", model, "input", "+Inf"] == 3
    assert found["gen_ai_client_token_usage_bucket", "chat", model, "input", "256.0"] == 0
    assert found["gen_ai_client_token_usage_bucket", "chat", model, "input", "1024.0"] == 3
    assert found["gen_ai_client_operation_duration_seconds_count", "chat", model] == 4
    assert found["ai_cost_usd_total", "breach_narrative", "provider"] > 0
    assert found["ai_fallback_total", "breach_narrative", "schema"] >= 1
    assert found["ai_grounding_fail_total", "breach_narrative", "schema"] >= 1
    assert found["ai_cache_total", "breach_narrative", "hit"] >= 1
    assert 0 < found["ai_budget_used_ratio", "global"] < 1
    assert found["ai_budget_used_ratio", "global"] == pytest.approx(ratio)
    assert found["ai_ledger_up",] == 1
    assert found["ai_breaker_state", model, "transport"] == 1
