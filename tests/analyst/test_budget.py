"""The day's budget: held before a byte leaves, settled once, the same in every scope."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import psycopg
import pytest

from e2a.analyst.asking import Answered
from e2a.analyst.ledger import Hold, Ledger
from e2a.analyst.narrator import Narrator
from e2a.analyst.scripted.answering import answers
from e2a.analyst.scripted.replies import Reply, completion, usage
from e2a.analyst.spending import spent
from e2a.domain.exceptions import Severity
from e2a.warehouse.connection import Role
from tests.analyst.asking import JUDGE, narrating, request, rows
from tests.analyst.bad_answers import TEXT

HOLD = Hold(
    tenant="demo-3pl", purpose="breach_narrative", subject="x", base_url="u", model="m",
    prompt_sha="s", attempt_of=None, tokens=100, cost=Decimal("0.25"),
    limit_tokens=(1_000, 500, 300), limit_cost=(Decimal(10), Decimal(10), Decimal(10)),
    share=Decimal(1), lease_seconds=60.0,
)  # fmt: skip
LEDGER_IS_THE_DAY = """
select d.scope, d.held_tokens, d.held_cost, d.used_tokens, d.used_cost
from ops.ai_budget_days as d order by 1
"""
SUMS = """
select s.scope,
    coalesce(sum(c.held_tokens) filter (where c.state in ('held', 'sent')), 0)::bigint,
    coalesce(sum(c.held_cost) filter (where c.state in ('held', 'sent')), 0),
    sum(c.charged_tokens)::bigint, sum(c.charged_cost)
from ops.ai_calls as c cross join lateral analyst.scopes(c.tenant_id, c.purpose) as s
group by s.owner, s.scope order by 1
"""


@pytest.fixture
def clean(shared):
    yield shared
    with shared.connect(Role.OWNER, autocommit=True) as owner:
        owner.execute(
            "truncate ops.ai_budget_days, ops.ai_calls, ops.ai_answers, ops.ai_breakers, "
            "ops.ai_counts"
        )


@pytest.fixture
def ledger(clean):
    made = Ledger(lambda: clean.connect(Role.ANALYST, autocommit=True))
    yield made
    made.close()


def day(warehouse):
    with warehouse.connect(Role.OWNER) as owner:
        return owner.execute(LEDGER_IS_THE_DAY).fetchall(), owner.execute(SUMS).fetchall()


def test_a_call_is_held_in_every_scope_or_in_none(clean, ledger):
    calls = [ledger.reserve(HOLD) for _ in range(4)]
    assert calls[3] == "purpose:breach_narrative"
    assert {row[1] for row in day(clean)[0]} == {300}
    assert ledger.reserve(replace(HOLD, purpose="policy_review")) not in calls
    assert ledger.reserve(replace(HOLD, purpose="policy_review", tokens=101)) == "tenant"
    days, sums = day(clean)
    assert days == sums


def test_who_waits_for_a_reservation_counts_it(clean, ledger):
    """Two at once: the second has not looked before the first is there."""
    most = replace(HOLD, tokens=200)
    waits = "select from pg_stat_activity where %s = any(pg_blocking_pids(pid))"
    ledger.reserve(replace(HOLD, tokens=1))
    first = clean.connect(Role.ANALYST)
    inside = Ledger(lambda: first)
    with (
        clean.connect(Role.OWNER, autocommit=True) as owner,
        ThreadPoolExecutor(1) as pool,
        first.transaction(),  # ends first, and lets the second go on
    ):
        inside._own.connection = first
        assert not isinstance(inside.reserve(most), str)
        second = pool.submit(ledger.reserve, most)
        while (
            not second.done() and owner.execute(waits, (first.info.backend_pid,)).fetchone() is None
        ):
            pass
    assert second.result() == "purpose:breach_narrative"
    first.close()


def test_money_binds_as_tokens_do(ledger):
    dear = replace(HOLD, cost=Decimal("10.000000000001"))
    assert ledger.reserve(dear) == "global"


def test_a_call_is_on_disk_as_sent_before_its_first_byte_leaves(clean, ledger):
    call = ledger.reserve(HOLD)
    with clean.connect(Role.ANALYST) as session:
        session.execute("set local synchronous_commit = off")  # as all that a narrator writes
        assert session.execute("select analyst.sent(%s, 60)", (call,)).fetchone() == (True,)
        assert session.execute("show synchronous_commit").fetchone() == ("on",)


def test_a_call_is_settled_once_whatever_is_said_afterwards(clean, ledger):
    call = ledger.reserve(HOLD)
    assert ledger.sent(call, 60)
    assert not ledger.sent(call, 60)
    assert ledger.settle(call, "settled", 40, Decimal("0.1"), {"outcome": "answered"})
    assert not ledger.settle(call, "settled", 90, Decimal("0.2"), {})
    assert not ledger.settle(call, "released", 0, Decimal(0), {})
    days, sums = day(clean)
    assert days == sums
    assert {row[3] for row in days} == {40}


def test_what_was_used_beyond_the_reservation_is_recorded_and_not_refused(clean, ledger):
    call = ledger.reserve(HOLD)
    ledger.sent(call, 60)
    ledger.settle(call, "settled", 1_250, Decimal("0.3"), {})
    with clean.connect(Role.APP) as app:
        found = app.execute(
            "select distinct overrun_tokens, overrun_cost, used_tokens from ops.ai_budget_days"
        ).fetchall()
    assert found == [(1_150, Decimal("0.05"), 1_250)]
    assert ledger.reserve(HOLD) == "global"


def test_a_dead_process_gives_back_what_it_held_and_pays_what_it_sent(clean, ledger):
    held, sent = ledger.reserve(replace(HOLD, lease_seconds=0)), ledger.reserve(HOLD)
    ledger.sent(sent, 0)
    assert ledger.sweep() == 2
    assert ledger.sweep() == 0
    days, sums = day(clean)
    assert days == sums
    assert {row[1:4:2] for row in days} == {(0, 100)}
    assert not ledger.sent(held, 60)
    assert ledger.settle(sent, "settled", 30, Decimal("0.1"), {})
    assert not ledger.settle(sent, "settled", 30, Decimal("0.1"), {})
    assert day(clean)[0] == day(clean)[1]


def test_expired_calls_make_room_before_anybody_is_refused(clean, provider):
    provider.script = answers
    with narrating(clean, provider.url, max_daily_tokens=8_000) as narrator:
        ledger = Ledger(lambda: clean.connect(Role.ANALYST, autocommit=True))
        limits = (8_000,) * 3
        ledger.reserve(replace(HOLD, tokens=8_000, limit_tokens=limits, lease_seconds=0))
        ledger.close()
        assert isinstance(narrator.ask(request(), JUDGE), Answered)


def test_who_asks_first_ends_the_calls_of_the_dead(clean, ledger, provider):
    provider.script = answers
    ledger.reserve(replace(HOLD, lease_seconds=0))
    with narrating(clean, provider.url) as narrator:
        narrator.ask(request(), JUDGE)
    assert {row[1] for row in day(clean)[0]} == {0}


def test_a_new_day_is_fresh(clean, ledger):
    assert [type(ledger.reserve(HOLD)).__name__ for _ in range(4)][3] == "str"
    with clean.connect(Role.OWNER, autocommit=True) as owner:
        owner.execute("update ops.ai_budget_days set day = day - 1")
        owner.execute("update ops.ai_calls set day = day - 1")
    assert not isinstance(ledger.reserve(HOLD), str)


def test_nothing_is_sent_when_the_day_is_used(clean, provider):
    provider.script, before, asked = answers, provider.calls, request()
    with narrating(clean, provider.url, max_daily_tokens=100) as narrator:
        said = narrator.ask(asked, JUDGE)
    assert (said.reason, said.call_ids, provider.calls) == ("budget", (), before)
    assert rows(clean, asked.subject) == []


@pytest.mark.parametrize(
    ("severity", "used", "reason"),
    [
        (Severity.LOW, 0.70, None), (Severity.LOW, 0.81, "thinned"),
        (Severity.MEDIUM, 0.81, None), (Severity.MEDIUM, 0.96, "thinned"),
        (Severity.CRITICAL, 0.96, None), (None, 0.96, None), (Severity.LOW, 1.0, "budget"),
    ],
)  # fmt: skip
def test_a_day_nearly_used_is_kept_for_what_is_worse(clean, provider, severity, used, reason):
    provider.script = answers
    sampling = dict.fromkeys(Severity, 1.0)
    with narrating(clean, provider.url, max_daily_tokens=1_000_000, sampling=sampling) as narrator:
        narrator.ask(request(), JUDGE)
        with clean.connect(Role.OWNER, autocommit=True) as owner:
            owner.execute("update ops.ai_budget_days set used_tokens = %s", (used * 1_000_000,))
        said = narrator.ask(request(severity=severity), JUDGE)
    assert getattr(said, "reason", None) == reason


def test_what_is_not_sampled_is_not_asked_about_and_always_the_same(clean, provider):
    provider.script = answers
    with narrating(clean, provider.url) as narrator:
        narrator.ask(request(severity=Severity.HIGH), JUDGE)
        said = narrator.ask(request(severity=Severity.MEDIUM), JUDGE)
    assert said.reason == "sampled_out"


def test_without_a_key_everything_works_and_nothing_is_sent(clean, provider):
    before = provider.calls
    with narrating(clean, provider.url, key="") as narrator:
        assert narrator.ask(request(), JUDGE).reason == "no_key"
    assert provider.calls == before


@pytest.mark.parametrize(
    ("said", "more", "cost", "source"),
    [
        (0.000000037, {}, Decimal("0.000000037"), "provider"),
        (0, {}, Decimal(0), "provider"),
        (None, {"openrouter": True, "model": "openai/gpt-4o-mini"}, Decimal("0.00012"), "prices"),
        (None, {"prices": "own"}, Decimal("0.0012"), "prices"),
        (None, {}, Decimal("0.0135"), "assumed"),
    ],
)
def test_a_cost_is_exact_and_an_unknown_one_is_not_nothing(
    clean, provider, said, more, cost, source
):
    model = more.get("model", f"scripted/{uuid4().hex}")
    if "prices" in more:
        more = {"prices": {model: (Decimal(1), Decimal(8))}}
    provider.script = lambda _: Reply(completion(TEXT, model=model, usage=usage(400, 100, said)))
    asked = request()
    with narrating(clean, provider.url, **{"openrouter": False, "model": model} | more) as narrator:
        narrator.ask(asked, JUDGE)
    row = rows(clean, asked.subject)[0]
    assert (row["charged_cost"], row["cost_source"]) == (cost, source)
    assert row["charged_tokens"] == 500


def test_what_is_spent_and_left_is_told_by_scope(clean, provider):
    provider.script = lambda _: Reply(completion(TEXT, usage=usage(400, 100, 0.5)))
    with narrating(
        clean, provider.url, max_daily_cost=Decimal(20), tenant_share=Decimal("0.5")
    ) as narrator:
        narrator.ask(request(), JUDGE)
    with clean.connect(Role.APP) as app:
        told = {one.scope: (one.used_cost, one.left_cost) for one in spent(app)}
    assert told == {
        "global": (Decimal("0.5"), Decimal("19.5")),
        "tenant": (Decimal("0.5"), Decimal("9.5")),
        "purpose:breach_narrative": (Decimal("0.5"), Decimal("19.5")),
    }


@pytest.mark.parametrize(
    "statement",
    [
        "update ops.ai_budget_days set used_cost = 0",
        "insert into ops.ai_calls (tenant_id) values ('x')",
        "delete from ops.ai_breakers",
        "select * from ops.ai_answers",
        "select analyst.book('t', 'p', '2026-01-01', 0, 0, -9, 0, 0, 0)",
        "select * from landing.inbox",
        "select * from sla.exceptions",
        "create temp table mine (id integer)",
    ],
)
def test_who_asks_models_may_do_nothing_but_by_the_ledgers_functions(shared, statement):
    with (
        shared.connect(Role.ANALYST) as analyst,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        analyst.execute(statement)


def test_an_error_of_the_judge_settles_the_call_before_it_is_heard(clean, provider):
    provider.script, asked = answers, request()

    def broken(value):
        raise RuntimeError("a judge with a fault")

    with narrating(clean, provider.url) as narrator, pytest.raises(RuntimeError):
        narrator.ask(asked, broken)
    assert [row["state"] for row in rows(clean, asked.subject)] == ["settled"]
    assert isinstance(narrator, Narrator)
