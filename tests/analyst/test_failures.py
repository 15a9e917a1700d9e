"""One table says what follows a failure; one breaker a model, for all processes."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from e2a.analyst.asking import Answered
from e2a.analyst.scripted.answering import answers
from e2a.analyst.scripted.faults import FAULTS
from e2a.analyst.scripted.replies import Reply, completion, error
from e2a.warehouse.connection import Role
from tests.analyst.asking import JUDGE, breaker, narrating, request, rows
from tests.analyst.bad_answers import TEXT

CAPACITY = {"code": "capacity_exhausted", "retryable": True, "retry_after": 1}
FAILURES = [
    # what is said, the reason, how often it is asked, failures, whether the breaker opened
    (error(400, "context_length_exceeded"), "provider_request", 1, 0, False),
    (error(404, "privacy_restricted"), "provider_request", 1, 0, False),
    (error(413), "provider_request", 1, 0, False),
    (error(400, "content_policy_violation"), "refused", 1, 0, False),
    (error(403, "moderation"), "refused", 1, 0, False),
    (error(401), "provider_key", 1, 1, True),
    (error(403), "provider_key", 1, 1, True),
    (error(402, "openrouter_credits"), "provider_credit", 1, 1, True),
    (FAULTS["budget"](None), "provider_credit", 1, 1, True),
    (FAULTS["in_flight"](None), "rate_limited", 3, 0, False),
    (FAULTS["rate_limit"](None), "rate_limited", 3, "1.5", False),
    (error(408, "timeout"), "timeout", 2, 2, False),
    (error(500, "server"), "provider_error", 3, 3, False),
    (error(502, "provider_unavailable"), "provider_error", 3, 3, False),
    (error(503), "provider_error", 3, 3, False),
    (error(503, availability={"retryable": False}), "provider_error", 1, 1, False),
    (error(429, "capacity_exhausted", availability=CAPACITY), "rate_limited", 3, "1.5", False),
    (Reply(b"<html>Bad gateway</html>", 502), "provider_error", 3, 3, False),
    (Reply(b"", 302, {"location": "http://127.0.0.1:9/"}), "provider_request", 1, 0, False),
    (Reply(completion(TEXT, "error", usage=None)), "provider_error", 3, 3, False),
    (error(418), "provider_request", 1, 0, False),
]


@pytest.mark.parametrize(
    ("reply", "reason", "times", "failures", "opened"), FAILURES,
    ids=[f"{number} {row[1]}" for number, row in enumerate(FAILURES)],
)  # fmt: skip
def test_what_follows_a_failure_is_said_by_the_table(
    shared, provider, reply, reason, times, failures, opened
):
    provider.script, asked = lambda _: reply, request()
    with narrating(shared, provider.url, openrouter=False) as narrator:
        said = narrator.ask(asked, JUDGE)
        state = breaker(shared, narrator.settings.model)
    assert (said.reason, len(said.call_ids)) == (reason, times)
    assert (state["failures"], state["state"] == "open") == (Decimal(failures), opened)
    charged = {row["charged_tokens"] for row in rows(shared, asked.subject)}
    assert charged == {0} or reason == "timeout"


@pytest.mark.parametrize("retries", [0, 1])
def test_the_setting_bounds_repetitions(shared, provider, retries):
    provider.script = lambda _: error(500, "server")
    with narrating(shared, provider.url, retries=retries) as narrator:
        assert len(narrator.ask(request(), JUDGE).call_ids) == retries + 1


def test_a_pause_that_the_provider_asks_for_is_kept_and_never_beyond_the_deadline(shared, provider):
    pauses = []
    provider.script = lambda seen: (
        error(429, headers={"retry-after": "7"}) if seen.number % 2 else answers(seen)
    )
    provider.calls = 0
    with narrating(shared, provider.url) as narrator:
        object.__setattr__(narrator._questions, "sleep", pauses.append)
        assert isinstance(narrator.ask(request(), JUDGE), Answered)
    provider.script = lambda _: error(429, headers={"retry-after": "999"})
    with narrating(shared, provider.url) as narrator:
        object.__setattr__(narrator._questions, "sleep", pauses.append)
        assert len(narrator.ask(request(), JUDGE).call_ids) == 1
    assert pauses == [7.0]


def test_a_model_that_knows_no_schema_is_asked_another_way_and_remembered(shared, provider):
    provider.script = FAULTS["no_schema"]
    with narrating(shared, provider.url) as narrator:
        assert isinstance(narrator.ask(request(), JUDGE), Answered)
        provider.seen.clear()
        assert isinstance(narrator.ask(request(), JUDGE), Answered)
    assert ["response_format" in seen.body for seen in provider.seen] == [False]


def test_a_full_model_gives_way_to_the_next_where_the_provider_does_not_do_that(shared, provider):
    def full(seen):
        first = seen.body["model"] == "scripted/full"
        return error(429, "capacity_exhausted") if first else answers(seen)

    provider.script = full
    models = {"model": "scripted/full", "fallback_models": ("scripted/next",)}
    with narrating(shared, provider.url, openrouter=False, **models) as narrator:
        assert isinstance(narrator.ask(request(), JUDGE), Answered)


def test_a_dead_provider_opens_the_breaker_once_for_all_and_one_probe_closes_it(shared, provider):
    provider.script = lambda _: error(502, "provider_unavailable")
    with (
        narrating(shared, provider.url) as one,
        narrating(shared, provider.url, model=one.settings.model) as other,
        ThreadPoolExecutor(8) as pool,
    ):
        both = [one, other] * 8
        said = list(pool.map(lambda narrator: narrator.ask(request(), JUDGE), both))
        state = breaker(shared, one.settings.model)
        assert {one.reason for one in said} <= {"provider_error", "breaker_open"}
        assert (state["state"], state["openings"]) == ("open", 1)
        calls = provider.calls
        assert other.ask(request(), JUDGE).reason == "breaker_open"
        assert provider.calls == calls
        _let_probe(shared, one.settings.model)
        assert one.ask(request(), JUDGE).reason == "provider_error"
        assert provider.calls == calls + 1
        provider.script = answers
        _let_probe(shared, one.settings.model)
        probes = list(pool.map(lambda narrator: narrator.ask(request(), JUDGE), both[:8]))
        answered = [said for said in probes if isinstance(said, Answered)]
        assert answered
        state = breaker(shared, one.settings.model)
        assert (state["state"], state["openings"], state["failures"]) == ("closed", 1, 0)
        assert isinstance(other.ask(request(), JUDGE), Answered)


def test_an_open_breaker_lets_one_probe_through_at_a_time(shared, provider):
    provider.script = lambda _: error(401)
    with narrating(shared, provider.url) as narrator, ThreadPoolExecutor(8) as pool:
        narrator.ask(request(), JUDGE)
        _let_probe(shared, narrator.settings.model)
        calls = provider.calls
        said = list(pool.map(lambda _: narrator.ask(request(), JUDGE).reason, range(8)))
    assert provider.calls == calls + 1
    assert sorted(said) == ["breaker_open"] * 7 + ["provider_key"]


def test_half_of_twenty_rejected_stops_spending_on_a_prompt_until_one_is_good(shared, provider):
    asked = request()
    provider.script = lambda _: Reply(completion("no JSON"))
    with narrating(shared, provider.url) as narrator:
        reasons = [narrator.ask(asked, JUDGE).reason for _ in range(11)]
        assert reasons == ["malformed"] * 10 + ["quality"]
        provider.script = answers
        assert narrator.ask(asked, JUDGE).reason == "quality"
        assert isinstance(narrator.ask(request(), JUDGE), Answered)
        _let_probe(shared, narrator.settings.model)
        assert isinstance(narrator.ask(asked, JUDGE), Answered)
        assert isinstance(narrator.ask(asked, JUDGE), Answered)


def _let_probe(warehouse, model):
    """As if the breaker had cooled down."""
    with warehouse.connect(Role.OWNER, autocommit=True) as owner:
        owner.execute("update ops.ai_breakers set not_before = now() where model = %s", (model,))
