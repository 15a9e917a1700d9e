"""The hot lane in Dagster: several ticks on an ephemeral instance, over the real database."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from e2a.operations.up.trees import GRACE_SECONDS
from e2a.radar.presence import beat, is_first
from e2a.warehouse.connection import Role
from e2a.warehouse.inbox import land
from e2a_assets.transform import hot_models
from resources.clock import Clock
from resources.warehouse import WarehouseResource
from sensors import hot_lane as module
from sensors.hot_lane import AWAIT, REPORT_EVERY, Cursor, hot_lane
from tests.radar.test_watching import paid
from tests.sla.orders import episodes

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


class SetClock(Clock):
    """A clock that the test sets."""

    minutes: int = 0

    def now(self) -> datetime:
        return NOON + timedelta(minutes=self.minutes)


@pytest.fixture
def tick(built, modelled, monkeypatch):
    """One evaluation that looks a few times; returns its result, and keeps its cursor."""
    instance, kept = dg.DagsterInstance.ephemeral(), {}

    class Here(WarehouseResource):
        def warehouse(self):
            return built

        def connect(self):
            return built.connect(Role.APP)

    def evaluate(minutes=0, looks=3, lost=False):
        looked = iter(range(looks))
        monkeypatch.setattr(module, "_staying", lambda: lambda: next(looked, None) is not None)
        context = dg.build_sensor_context(instance=instance, cursor=kept.get("cursor"))
        result = hot_lane(context, warehouse=Here(), clock=SetClock(minutes=minutes))
        if isinstance(result, dg.SensorResult) and not lost:
            kept["cursor"] = result.cursor
        return result

    return evaluate


def told(result):
    """{asset: (partition, metadata)} of a result's materialisations."""
    return {
        event.asset_key.to_user_string(): (event.partition, event.metadata)
        for event in result.asset_events
    }


def test_what_lands_is_judged_in_the_tick_and_shown_in_its_day_and_on_every_hot_model(
    tick, modelled
):
    late = paid("late", 121)
    land(modelled, [late])
    result = tick()
    assert [row[0] for row in episodes(modelled)] == ["pick#1"]
    shown = told(result)
    day, facts = shown["landing/wms_events"]
    assert day == late.received_at.date().isoformat()
    assert facts["inbox_rows_read"].value == 1
    assert {key.to_user_string() for key in hot_models()} == set(shown) - {"landing/wms_events"}
    assert result.skip_reason.skip_message.startswith("1 orders in 1 steps, lag at most ")


def test_reports_are_coalesced_and_none_is_lost(tick, modelled):
    """One record an asset and half minute: without it Dagster's database grew by 1.9 GB a day."""
    tick()
    for n in range(3):
        land(modelled, [paid(f"o{n}", 1)])
        assert isinstance(tick(minutes=0), dg.SkipReason)
    result = tick(minutes=1)
    assert told(result)["landing/wms_events"][1]["inbox_rows_read"].value == 3
    again = tick(minutes=2)
    assert again.asset_events == []


def test_a_tick_that_was_lost_is_made_good_by_the_next(tick, modelled):
    """Dagster moves the cursor only after it has stored the materialisations."""
    tick()
    land(modelled, [paid("one", 1)])
    lost = told(tick(minutes=1, lost=True))
    assert told(tick(minutes=2)) == lost


def test_the_cursor_reads_what_it_writes():
    assert Cursor.read(None) == Cursor()
    at = Cursor.read(f"7@{NOON.isoformat()}")
    assert at == Cursor(7, NOON)
    assert not at.is_due(NOON + REPORT_EVERY / 2)
    assert at.is_due(NOON + REPORT_EVERY)


def test_while_a_radar_watches_an_evaluation_waits_for_it_to_fall_silent(
    tick, built, modelled, monkeypatch
):
    """A tick a second was more in Dagster's database than all that is told about the lane."""
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.0)
    radar = built.connect(Role.APP, autocommit=True)
    assert is_first(radar)
    beat(radar, "radar", 0)
    looks = []
    monkeypatch.setattr(module, "sleep", lambda seconds: looks.append(seconds) or radar.close())
    land(modelled, [paid("late", 121)])
    result = tick()
    assert looks == [0.0]
    assert [row[0] for row in episodes(modelled)] == ["pick#1"]
    assert result.skip_reason.skip_message.startswith("1 orders in 1 steps")


def test_it_waits_no_longer_than_a_stop_allows(tick, built, modelled, monkeypatch):
    monkeypatch.setattr(module, "AWAIT", timedelta(0))
    with built.connect(Role.APP, autocommit=True) as radar:
        assert is_first(radar)
        beat(radar, "radar", 0)
        tick()
        assert tick().skip_message == "a radar is watching"
    assert AWAIT.total_seconds() < GRACE_SECONDS[0]
