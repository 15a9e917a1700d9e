"""A step of the hot lane: all of it or nothing, and exactly what the slower roads come to."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from e2a.domain.deliveries import Source
from e2a.radar.following import follow
from e2a.radar.reporting import Report, report
from e2a.sla.exceptions import Synced, sync
from e2a.sla.narratives import Narrated, narrate
from e2a.warehouse.connection import Role
from e2a.warehouse.drain import Reader
from e2a.warehouse.inbox import land
from e2a.warehouse.scope import leased, waiting
from e2a.warehouse.step import Stepper
from tests.sla.orders import DUE, LATER, done, episodes, paid, put, reported
from tests.warehouse.lane import deliver, event, parse, rows

JUST_AFTER = DUE + timedelta(microseconds=1)
READERS = [Reader(Source.WMS, parse, "v1"), Reader(Source.CARRIER, parse, "v1")]


@pytest.fixture
def hot(built, modelled):
    """Steps over the modelled database: `hot(now)`, with followers of one's own if wanted."""
    with built.connect(Role.APP) as work, ThreadPoolExecutor(1) as beside:

        def step(now, followers=follow):
            return Stepper(work, READERS, followers, beside).step(now)

        yield step


def test_what_arrived_is_judged_followed_and_read_in_one_step(hot, modelled):
    land(modelled, [deliver(*paid()), deliver(reported("stock_mismatch", 5))])
    step = hot(JUST_AFTER)
    assert (step.read.rows, step.read.events, step.orders) == (2, 3, 1)
    assert [row[0] for row in episodes(modelled, "promise")] == [
        "pick#1",
        "reported:stock_mismatch",
    ]
    assert waiting(modelled) == 0
    modelled.rollback()
    again = hot(JUST_AFTER)
    assert (again.read.rows, again.orders) == (0, 0)


def test_what_came_by_several_roads_is_read_in_one_step(hot, modelled):
    scan = deliver(event("c1", "delivered", "wms:2"), source=Source.CARRIER)
    land(modelled, [deliver(*paid()), scan])
    step = hot(JUST_AFTER)
    assert (step.read.rows, step.read.events, step.orders) == (2, 3, 2)
    assert rows(modelled, "select distinct outcome from landing.outcomes") == [("canonical",)]


def test_a_deadline_that_passes_with_no_event_opens_its_episode_in_the_next_step(hot, modelled):
    land(modelled, [deliver(*paid())])
    hot(DUE)
    assert episodes(modelled) == []
    hot(JUST_AFTER)
    assert [row[0] for row in episodes(modelled, "promise")] == ["pick#1"]


def test_a_deadline_is_not_forgotten_by_steps_that_fail(hot, modelled):
    land(modelled, [deliver(*paid())])
    hot(DUE)

    def broken(*_):
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="disk"):
        hot(JUST_AFTER, broken)
    hot(LATER)
    assert len(episodes(modelled)) == 1


def test_a_step_that_fails_leaves_nothing_and_the_next_does_it_all(hot, modelled):
    land(modelled, [deliver(*paid())])

    def broken(*_):
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="disk"):
        hot(LATER, broken)
    for table in ("landing.order_events", "sla.clocks", "ops.batches"):
        assert rows(modelled, f"select count(*) from {table}") == [(0,)]
    modelled.rollback()
    assert hot(LATER).read.events == 2


def test_no_step_is_taken_while_another_lane_derives_orders(hot, modelled, built):
    land(modelled, [deliver(*paid())])
    with leased(built):
        assert hot(LATER) is None
    assert hot(LATER).orders == 1


def test_steps_leave_nothing_for_a_pass_over_everything(hot, modelled):
    """Following the orders in scope and the deadlines that passed is as good as looking at all."""
    land(modelled, [deliver(*paid(1), *paid(2), *paid(3))])
    hot(DUE)
    hot(JUST_AFTER)
    land(modelled, [deliver(done("picked", 119, 2)), deliver(done("picked", 130, 3))])
    hot(LATER)
    modelled.rollback()
    assert sync(modelled, LATER) == Synced(0, 0, 0)
    assert narrate(modelled, LATER) == Narrated(2, 0, 0)
    assert [row[2] for row in episodes(modelled)] == [None, "retracted", "event_arrived"]


def test_a_report_tells_what_steps_read_since_the_last_one_by_source_and_day(hot, modelled):
    land(modelled, [deliver(*paid(1), at=DUE), deliver(*paid(2), at=DUE)])
    hot(LATER)
    first = report(modelled, 0)
    ((source, day, batches, read, events),) = [
        (one.source, one.day, one.batches, one.rows, one.events) for one in first.landed
    ]
    assert (source, day, batches, read, events) == ("wms", DUE.date(), 1, 2, 4)
    assert (first.steps, first.orders) == (1, 2)
    assert first.landed[0].lag_seconds > 0
    modelled.rollback()
    land(modelled, [deliver(done("picked", 5, 1), at=LATER)])
    hot(LATER)
    second = report(modelled, first.last_step)
    assert [(one.rows, one.first) for one in second.landed] == [(1, first.landed[0].last)]
    modelled.rollback()
    hot(LATER)
    assert report(modelled, second.last_step) == Report((), 0, 0, second.last_step)


def test_what_a_run_reads_is_told_by_the_run_itself(hot, modelled):
    put(modelled, *paid())
    assert report(modelled, 0).landed == ()
