"""A watcher that hangs is cut off, one at work is not; failures are raised by threes."""

from contextlib import contextmanager, suppress
from threading import Thread

import psycopg
import pytest

from e2a.radar import watch
from e2a.radar.presence import beat, cut_off_hung, is_first
from e2a.warehouse.connection import Role
from e2a.warehouse.inbox import land
from e2a.warehouse.step import Step
from tests.radar.test_watching import paid, wait_for
from tests.sla.orders import episodes
from tests.warehouse.lane import rows

AGE = "update ops.lanes set beat_at = beat_at - interval '11 seconds'"


@pytest.fixture
def hung(built, modelled):
    """A watcher's two sessions, amid a transaction, that have not been heard of for 11 seconds."""
    with (
        psycopg.connect(built.conninfo(Role.APP), autocommit=True) as ears,
        psycopg.connect(built.conninfo(Role.APP)) as worker,
    ):
        assert is_first(ears)
        worker.execute("select pg_advisory_xact_lock(hashtext('e2a.transform'))")
        beat(ears, "radar", worker.info.backend_pid)
        ears.execute(AGE)
        yield ears, worker


def looking(times):
    looked = iter(range(times))
    return lambda: next(looked, None) is not None


def test_who_comes_second_takes_over_from_a_watcher_that_hangs(hung, built, modelled):
    land(modelled, [paid("late", 121)])
    assert watch(built, "sensor", looking(5)) == 1
    assert len(episodes(modelled)) == 1
    for session in hung:
        with pytest.raises(psycopg.OperationalError):
            session.execute("select 1")
    assert rows(modelled, "select holder from ops.lanes") == [("sensor",)]


def test_one_that_says_it_lives_is_left_alone(hung, built):
    ears, worker = hung
    beat(ears, "radar", worker.info.backend_pid)
    assert watch(built, "sensor", looking(1)) is None
    ears.execute("select 1")


def test_one_whose_statement_the_server_executes_is_left_alone(hung, modelled):
    _, worker = hung
    modelled.autocommit = True

    def work():
        with suppress(psycopg.errors.QueryCanceled):
            worker.execute("select pg_sleep(60)")

    working = Thread(target=work)
    working.start()
    wait_for(modelled, f"select from pg_stat_activity where pid = {worker.info.backend_pid} "
             "and wait_event = 'PgSleep'")  # fmt: skip
    assert not cut_off_hung(modelled)
    worker.cancel_safe()
    working.join(30)


def test_a_session_that_has_the_number_of_its_worker_by_now_is_somebody_else(hung, modelled):
    ears, worker = hung
    ears.execute("update ops.lanes set worker_started = now() - interval '1 day'")
    modelled.autocommit = True
    assert cut_off_hung(modelled)
    with pytest.raises(psycopg.OperationalError):
        ears.execute("select 1")
    worker.execute("select 1")


class Broken:
    """Steps that fail so many times."""

    pid, is_lost = 0, False

    def __init__(self, times):
        self.times = times

    def step(self, now=None):
        self.times -= 1
        if self.times >= 0:
            raise ValueError("no step can be taken")
        return Step(None, 0)

    @contextmanager
    def begin(self, warehouse, alive):
        yield self


def failures(connection):
    return rows(connection, "select failures, last_failure from ops.lanes")[0]


def test_every_third_failure_in_a_row_is_raised_by_whomever_it_meets(built, modelled, monkeypatch):
    monkeypatch.setattr("e2a.radar.watching.LOOK_SECONDS", 0.01)
    land(modelled, [paid("one", 1)])
    assert watch(built, "sensor", looking(2), engine=Broken(9).begin) == 0
    assert failures(modelled) == (2, "ValueError: no step can be taken")
    with pytest.raises(ValueError, match="no step"):
        watch(built, "sensor", looking(9), engine=Broken(9).begin)
    assert failures(modelled)[0] == 3
    assert watch(built, "sensor", looking(2), engine=Broken(1).begin) == 1
    assert failures(modelled)[0] == 0


def test_a_lost_connection_is_raised_at_once(built, modelled):
    lost = Broken(9)
    lost.is_lost = True
    land(modelled, [paid("one", 1)])
    with pytest.raises(ValueError, match="no step"):
        watch(built, "sensor", looking(2), engine=lost.begin)
