"""Poison found only in a step: set aside there, the others go on, a replay brings it back."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from e2a.domain.deliveries import Source
from e2a.radar.following import follow
from e2a.radar.reporting import report
from e2a.warehouse import step
from e2a.warehouse.connection import Role
from e2a.warehouse.drain import Reader
from e2a.warehouse.held import aside, dead_letters
from e2a.warehouse.inbox import land
from e2a.warehouse.scope import waiting
from e2a.warehouse.step import Stepper
from tests.sla.orders import LATER, after, episodes, paid
from tests.warehouse.beyond import big, defect, held
from tests.warehouse.lane import deliver, event, parse, rows

READER = Reader(Source.WMS, parse, "v1")


@pytest.fixture
def planted(built):
    with defect(built) as mend:
        yield mend


@pytest.fixture
def hot(built, modelled):
    with built.connect(Role.APP) as work, ThreadPoolExecutor(1) as beside:

        def step(followers=follow):
            return Stepper(work, [READER], followers, beside).step(LATER)

        yield step


def test_an_order_that_no_model_can_take_is_set_aside_and_the_others_go_on(hot, planted, modelled):
    land(modelled, [deliver(*paid(n)) for n in range(5)])
    land(modelled, [deliver(big(3), event("note/3", "pick_started", "wms:3"))])
    step = hot()
    assert (step.orders, step.held) == (5, 1)
    cause = "NumericValueOutOfRange: numeric field overflow"
    assert held(modelled) == [("big/3", "step_failed", cause, "quarantined", 1)]
    assert len(episodes(modelled)) == 5
    assert waiting(modelled) == 0
    assert report(modelled, 0).held == 1
    modelled.rollback()
    assert hot().held == 0


def test_once_the_cause_is_mended_a_replay_brings_the_fact_back(hot, planted, modelled):
    land(modelled, [deliver(*paid(1)), deliver(big(1))])
    assert hot().held == 1
    planted()
    choice = dead_letters.Choice(dead_letters.Kind.QUARANTINED, reason=aside.REASON)
    assert dead_letters.replay(modelled, [READER], choice, LATER).settled == 1
    assert hot().orders == 1
    assert held(modelled) == []
    assert rows(modelled, "select quantity from billing.billable_operations") == [(90000000000000,)]


def test_a_replay_before_that_is_set_aside_again(hot, planted, modelled):
    land(modelled, [deliver(*paid(1)), deliver(big(1))])
    hot()
    choice = dead_letters.Choice(dead_letters.Kind.QUARANTINED)
    dead_letters.replay(modelled, [READER], choice, LATER)
    assert hot().held == 1
    assert len(held(modelled)) == 1


def test_a_fault_of_the_database_moves_nothing(hot, modelled):
    def full(connection):
        raise psycopg.errors.DiskFull("No space left on device")

    land(modelled, [deliver(*paid(1))])
    with pytest.raises(psycopg.errors.DiskFull):
        hot(full)
    assert held(modelled) == []
    assert rows(modelled, "select count(*) from landing.outcomes") == [(0,)]
    modelled.rollback()
    assert hot().orders == 1


def test_what_fails_without_any_fact_is_nobodys_fact(hot, modelled):
    def broken(connection):
        raise LookupError("a defect of ours")

    land(modelled, [deliver(*paid(1))])
    with pytest.raises(LookupError, match="defect"):
        hot(broken)
    assert held(modelled) == []


def test_if_most_orders_fail_it_is_the_models_and_nothing_is_set_aside(
    hot, planted, modelled, monkeypatch
):
    monkeypatch.setattr(step, "MOST", 1)
    land(modelled, [deliver(*paid(n), big(n)) for n in (1, 2)])
    with pytest.raises(aside.ModelsFailError, match="2 of 2 orders or more"):
        hot()
    assert held(modelled) == []


def test_a_backlog_with_more_poison_than_a_pass_may_set_aside_is_taken_in_parts(
    hot, planted, modelled, monkeypatch
):
    """Fault row 17 at length: a radar that had fallen behind failed for ever."""
    monkeypatch.setattr(step, "MOST", 1)
    monkeypatch.setattr(step, "FEW", 2)
    land(modelled, [one for n in range(3) for one in (deliver(*paid(n)), deliver(big(n)))])
    assert [hot().held for _ in range(3)] == [1, 1, 1]
    assert waiting(modelled) == 0
    assert len(held(modelled)) == 3


def test_a_fact_of_two_orders_in_one_parcel_leaves_both(hot, planted, modelled):
    parcel = "tracking:1Z"
    both = [event(f"ship/{n}", "shipped", f"wms:{n}", shipment=parcel, occurred_at=after(60))
            for n in (1, 2)]  # fmt: skip
    bad = event("big/p", "vas_performed", None, shipment=parcel, code="kitting",
                quantity="90000000000000", occurred_at=after(61))  # fmt: skip
    land(modelled, [deliver(*paid(1), *paid(2), *both), deliver(bad)])
    assert hot().held == 1
    assert [row[0] for row in held(modelled)] == ["big/p"]
