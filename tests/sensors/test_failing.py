"""Sensors over several ticks of one instance, with runs and steps that fail between."""

from datetime import UTC, datetime

import dagster as dg
import orjson
import psycopg
import pytest

from e2a.domain.deliveries import Delivery, Source
from e2a.warehouse.drain import Pending, Reader
from e2a.warehouse.held.aside import REASON
from e2a.warehouse.inbox import land
from e2a_assets.held import retry_held
from sensors import hot_lane as hot_module
from sensors.dead_letters import dead_letters
from sensors.hot_lane import hot_lane
from tests.radar.test_presence import Broken, failures
from tests.radar.test_set_aside import planted  # noqa: F401 - a fixture
from tests.radar.test_watching import paid
from tests.sensors.conftest import SetClock
from tests.sensors.test_dead_letters import LaterClock
from tests.sensors.test_new_events import MANY, MONDAY, TUESDAY, tick  # noqa: F401 - a fixture
from tests.sla.orders import episodes
from tests.warehouse.lane import TENANT, deliver, event, parse, read, rows


@pytest.fixture
def instance():
    with dg.DagsterInstance.ephemeral() as made:
        yield made


def test_a_retry_whose_run_failed_is_asked_for_again_until_one_succeeds(
    modelled, here, instance, monkeypatch
):
    def faulty(delivery):
        raise ZeroDivisionError

    def away(delivery):
        raise psycopg.OperationalError("the server closed the connection")

    def asked():
        context = dg.build_sensor_context(instance=instance)
        found = dead_letters(context, warehouse=here, clock=LaterClock())
        return bool(getattr(found, "run_requests", None))

    def run(parse):
        monkeypatch.setattr("e2a_assets.held.dead_letters.retry_due", _failing(parse))
        resources = {"warehouse": here, "clock": LaterClock()}
        done = retry_held.execute_in_process(
            instance=instance, resources=resources, raise_on_error=False
        )
        monkeypatch.undo()
        return done.success

    read(modelled, deliver(event("a")), parse=faulty)
    for _ in range(2):
        assert asked()
        assert not run(away)
    assert asked()
    monkeypatch.setattr("e2a_assets.held.READERS", [Reader(Source.WMS, parse, "v2")])
    assert retry_held.execute_in_process(
        instance=instance, resources={"warehouse": here, "clock": LaterClock()}
    ).success
    assert not asked()
    assert rows(modelled, "select outcome from landing.outcomes") == [("canonical",)]


def _failing(parse):
    def retry(connection, readers, now):
        parse(None)

    return retry


@pytest.fixture
def evaluate(here, instance, modelled, monkeypatch):
    """One tick of the hot lane over so many looks, by an engine; its result."""
    kept = {}
    monkeypatch.setattr("e2a.radar.watching.LOOK_SECONDS", 0.01)

    def evaluated(minutes, engine=None, looks=3):
        looked = iter(range(looks))
        monkeypatch.setattr(hot_module, "_staying", lambda: lambda: next(looked, None) is not None)
        if engine:
            monkeypatch.setattr(hot_module, "engine_of", lambda word: engine)
        context = dg.build_sensor_context(instance=instance, cursor=kept.get("cursor"))
        result = hot_lane(context, warehouse=here, clock=SetClock(minutes=minutes))
        if isinstance(result, dg.SensorResult):
            kept["cursor"] = result.cursor
        return result

    return evaluated


def test_a_tick_turns_red_at_every_third_failure_and_the_next_good_one_shows_it_all(
    evaluate, modelled, monkeypatch
):
    land(modelled, [paid("late", 121)])
    broken = Broken(6).begin
    assert evaluate(0, broken, looks=2).asset_events == []
    with pytest.raises(ValueError, match="no step"):
        evaluate(1, broken)
    evaluate(2, broken, looks=2)
    assert failures(modelled)[0] == 5
    with pytest.raises(ValueError, match="no step"):
        evaluate(3, broken, looks=1)
    monkeypatch.undo()
    monkeypatch.setattr("e2a.radar.watching.LOOK_SECONDS", 0.01)
    result = evaluate(4)
    assert result.skip_reason.skip_message.startswith("1 orders in 1 steps")
    assert len(episodes(modelled)) == 1
    assert failures(modelled)[0] == 0


def test_what_a_step_set_aside_is_said_at_the_tick(evaluate, modelled, planted):  # noqa: F811
    order = paid("big", 1)
    land(modelled, [order, vas("big")])
    result = evaluate(0)
    assert "1 events set aside" in result.skip_reason.skip_message
    assert rows(modelled, "select reason from landing.quarantine") == [(REASON,)]


def vas(order):
    """Work of a quantity that the planted model cannot take, as the warehouse states it."""
    body = orjson.dumps({
        "event_id": f"{order}/vas", "event_type": "vas_performed", "order_id": order,
        "code": "kitting", "quantity": "90000000000000",
        "occurred_at": datetime.now(UTC).isoformat(),
    })  # fmt: skip
    return Delivery(TENANT, Source.WMS, f"{order}/vas", datetime.now(UTC), body)


def test_while_a_batch_runs_nothing_is_asked_and_after_it_died_it_is_asked_again(tick):  # noqa: F811
    evaluate, arrived, instance = tick
    arrived.append(Pending("wms", MONDAY, TUESDAY, MANY, "09-2"))
    key = evaluate().run_requests[0].run_key
    run = instance.add_run(
        dg.DagsterRun(
            job_name="journey", run_id="00000000-0000-0000-0000-000000000001",
            status=dg.DagsterRunStatus.STARTED, tags={"dagster/run_key": key},
        )
    )  # fmt: skip
    assert "a batch is running" in evaluate().skip_message
    instance.report_run_failed(run, "its process died")
    assert evaluate().run_requests[0].run_key == "09-2#2"
