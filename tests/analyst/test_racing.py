"""Processes that race for one day's budget and are killed: never over the cap, and no cent lost."""

import multiprocessing
import os
import signal
import time
from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest

from e2a.analyst.ledger import Ledger
from e2a.warehouse.connection import Role
from tests.analyst.test_budget import HOLD, LEDGER_IS_THE_DAY, SUMS

LIMIT = 1_000_000
FORK = multiprocessing.get_context("fork")


def race(warehouse, seed: int, tries: int, limit: int) -> None:
    """Reserve, send and settle like a narrator, with what providers do to it."""
    dice = Random(seed)
    ledger = Ledger(lambda: warehouse.connect(Role.ANALYST, autocommit=True))
    for _ in range(tries):
        hold = replace(
            HOLD,
            tokens=dice.randint(100, 1_500),
            cost=Decimal(dice.randint(1, 10**6)).scaleb(-9),
            purpose=dice.choice(["breach_narrative", "policy_review"]),
            limit_tokens=(limit, limit, limit * 9 // 10),
            subject=str(seed),
        )
        call = ledger.reserve(hold)
        if isinstance(call, str) or not ledger.sent(call, 60):
            continue
        if dice.random() < 0.02:
            continue  # as if it had died here
        state = dice.choices(["settled", "presumed", "released"], [8, 1, 1])[0]
        used = int(hold.tokens * dice.choice([0.3, 0.9, 1.0, 1.3]))
        ledger.settle(call, state, used, hold.cost, {"outcome": "answered"})
        if dice.random() < 0.05:
            ledger.settle(call, "settled", used, hold.cost, {})
    ledger.close()


def run(warehouse, processes: int, tries: int, kills: int, limit: int = LIMIT) -> tuple[int, int]:
    """Race, kill some, watch the day all the while; how many watched and how many were killed."""
    dice, watched, killed = Random(1), 0, 0
    racers = [
        FORK.Process(target=race, args=(warehouse, seed, tries, limit)) for seed in range(processes)
    ]
    for racer in racers:
        racer.start()
    with warehouse.connect(Role.OWNER, autocommit=True) as owner:
        while any(racer.is_alive() for racer in racers):
            over = owner.execute(
                "select * from ops.ai_budget_days "
                "where held_tokens + used_tokens > limit_tokens + overrun_tokens"
            ).fetchall()
            assert over == []
            watched += 1
            alive = [racer for racer in racers if racer.is_alive()]
            calls = owner.execute("select count(*) from ops.ai_calls").fetchone()[0]
            if killed < kills and alive and calls > (killed + 1) * tries // 4:
                os.kill(dice.choice(alive).pid, signal.SIGKILL)
                killed += 1
            time.sleep(0.01)
        for racer in racers:
            racer.join()
        owner.execute("update ops.ai_calls set lease_until = now() - interval '1 second'")
    return watched, killed


def settled_up(warehouse) -> None:
    """After a sweep nothing is held, and the day is its ledger's sum in every scope."""
    ledger = Ledger(lambda: warehouse.connect(Role.ANALYST, autocommit=True))
    while ledger.sweep():
        pass
    with warehouse.connect(Role.OWNER) as owner:
        days, sums = owner.execute(LEDGER_IS_THE_DAY).fetchall(), owner.execute(SUMS).fetchall()
        assert days == sums
        assert {row[1] for row in days} == {0}
        states = owner.execute("select distinct state from ops.ai_calls").fetchall()
        assert {row[0] for row in states} == {"settled", "released", "presumed"}
        over = owner.execute(
            "select max(used_tokens - limit_tokens - overrun_tokens) from ops.ai_budget_days"
        ).fetchone()[0]
        assert over <= 0
    _a_new_day_is_fresh(warehouse, ledger)
    ledger.close()


def _a_new_day_is_fresh(warehouse, ledger) -> None:
    with warehouse.connect(Role.OWNER, autocommit=True) as owner:
        owner.execute("update ops.ai_budget_days set day = day - 1")
        owner.execute("update ops.ai_calls set day = day - 1")
        assert not isinstance(ledger.reserve(replace(HOLD, limit_tokens=(200,) * 3)), str)
        fresh = owner.execute(
            "select distinct held_tokens, used_tokens, overrun_tokens from ops.ai_budget_days "
            "where day = (now() at time zone 'utc')::date"
        ).fetchall()
    assert fresh == [(100, 0, 0)]


def test_processes_that_race_and_die_never_pass_the_cap(warehouse):
    watched, killed = run(warehouse, 4, 60, 1, limit=40_000)
    assert (watched > 0, killed) == (True, 1)
    settled_up(warehouse)


@pytest.mark.prove
def test_sixteen_processes_race_for_a_day_while_some_are_killed(warehouse):
    watched, killed = run(warehouse, 16, 400, 8)
    assert (watched > 100, killed) == (True, 8)
    settled_up(warehouse)
    with warehouse.connect(Role.OWNER) as owner:
        used = owner.execute(
            "select max(used_tokens) from ops.ai_budget_days where scope = 'global'"
        ).fetchone()[0]
    assert used > LIMIT * 0.9
