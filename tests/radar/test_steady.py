"""Deadlines are judged by the database's clock, unless it jumps; what was missed is seen late."""

from datetime import UTC, datetime, timedelta

import pytest

from e2a.radar.steady import DOUBT, SANE, Steady
from e2a.warehouse.connection import Role
from e2a.warehouse.inbox import land
from tests.radar.test_step import JUST_AFTER, hot  # noqa: F401 - a fixture
from tests.sla.orders import DUE, LATER, episodes, paid, rows
from tests.warehouse.lane import deliver, event


@pytest.fixture
def ears(built, modelled):
    with built.connect(Role.APP, autocommit=True) as connection:
        yield connection


@pytest.fixture
def steady(ears):
    """A clock that has been believed once, and the uptime that it sees: (clock, [seconds])."""
    runs = [1000.0]
    clock = Steady(ears, lambda: runs[0])
    assert clock.now() is None
    clock.keep()
    return clock, runs


def jumped(ears, by):
    """The database's clock goes forward by so much, as seen by a watcher that begins."""
    ears.execute("update ops.lanes set trusted_at = trusted_at - %s", (by,))


def doubted(ears):
    return ears.execute("select doubted_at from ops.lanes").fetchone()[0]


@pytest.mark.parametrize("minutes", [10, -10])
def test_a_clock_that_jumps_is_doubted_and_the_time_that_ran_is_believed(ears, steady, minutes):
    jumped(ears, timedelta(minutes=minutes))
    clock = Steady(ears, lambda: 1001.0)
    told = ears.execute("select now()").fetchone()[0]
    assert abs(clock.now() - (told - timedelta(minutes=minutes))) < SANE
    assert doubted(ears) is not None


def test_a_jump_that_lasts_is_the_time_after_all(ears, steady):
    jumped(ears, timedelta(hours=1))
    runs = [1001.0]
    clock = Steady(ears, lambda: runs[0])
    assert clock.now() is not None
    runs[0] += DOUBT.total_seconds()
    assert clock.now() is None
    assert doubted(ears) is None


def test_a_clock_that_is_corrected_by_a_little_is_believed(ears, steady):
    jumped(ears, SANE / 2)
    assert Steady(ears, lambda: 1001.0).now() is None


def test_what_another_machine_believed_is_nothing_here(ears, steady):
    jumped(ears, timedelta(hours=1))
    ears.execute("update ops.lanes set trusted_boot = 'another'")
    assert Steady(ears, lambda: 1001.0).now() is None


def test_a_deadline_that_passed_while_nobody_looked_is_marked(hot, modelled):  # noqa: F811
    land(modelled, [deliver(*paid(1), *paid(2))])
    hot(DUE)
    hot(LATER)
    assert episodes(modelled, "detected_late") == [(True,), (True,)]


def test_one_that_is_found_at_once_or_only_now_heard_of_is_not(hot, modelled):  # noqa: F811
    land(modelled, [deliver(*paid(1))])
    hot(DUE)
    hot(JUST_AFTER)
    land(modelled, [deliver(*paid(2))])
    hot(LATER)
    assert episodes(modelled, "detected_late") == [(False,), (False,)]


def test_a_clock_that_was_set_back_judges_again_what_then_passes(hot, modelled):  # noqa: F811
    hot(LATER)
    land(modelled, [deliver(*paid(1))])
    hot(DUE)
    assert episodes(modelled) == []
    hot(JUST_AFTER)
    assert len(episodes(modelled)) == 1
    assert rows(modelled, "select judged_until from ops.lanes") == [(JUST_AFTER,)]
    assert datetime.now(UTC) > JUST_AFTER


def test_a_night_in_which_the_clocks_change_moves_no_deadline(hot, modelled):  # noqa: F811
    """In New York 2026-03-08 has no hour from two to three; two hours stay two hours."""
    paid_at = datetime(2026, 3, 8, 6, 30, tzinfo=UTC)
    order, first = "wms:dst", timedelta(microseconds=1)
    land(modelled, [deliver(
        event("c/dst", "order_created", order, occurred_at=paid_at),
        event("p/dst", "order_paid", order, occurred_at=paid_at), at=paid_at,
    )])  # fmt: skip
    due = paid_at + timedelta(minutes=120)
    hot(due)
    assert episodes(modelled) == []
    hot(due + first)
    assert episodes(modelled, "breached_at, detected_late") == [(due, False)]
