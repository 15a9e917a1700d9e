"""The nightly job over the inbox's days, and the alarm for rows without one."""

from datetime import timedelta

import dagster as dg
import pytest

from e2a.domain.deliveries import Source
from e2a.warehouse import retention
from e2a.warehouse.connection import Warehouse
from e2a_assets.landing.checks import day_check
from e2a_assets.retention import keep_inbox
from resources.clock import Clock
from resources.warehouse import WarehouseResource
from tests.warehouse.lane import NOW, deliver, event, read, rows

PLACE: dict[str, Warehouse] = {}


class HereWarehouse(WarehouseResource):
    def warehouse(self):
        return PLACE["here"]


class FixedClock(Clock):
    def now(self):
        return NOW + timedelta(days=91)


@pytest.fixture
def resources(warehouse, monkeypatch, tmp_path):
    monkeypatch.setenv("E2A_RETENTION_DAYS", "90")
    monkeypatch.setenv("E2A_ARCHIVE", str(tmp_path))
    PLACE["here"] = warehouse
    return {"warehouse": HereWarehouse(), "clock": FixedClock()}


def test_old_days_are_archived_and_dropped_and_days_ahead_are_made(app, resources, tmp_path):
    read(app, deliver(event("a")), deliver(event("b"), at=NOW + timedelta(days=1)))
    assert keep_inbox.execute_in_process(resources=resources).success
    today = NOW.date() + timedelta(days=91)
    wanted = [NOW.date() + timedelta(days=1), *(today + timedelta(days=n) for n in range(8))]
    assert retention.days(app) == wanted
    assert [file.name for file in tmp_path.rglob("*.parquet")] == [f"{NOW.date()}.parquet"]
    assert len(rows(app, "select from landing.inbox")) == 1


def test_a_row_without_a_day_is_an_alarm(app, resources):
    check = day_check(Source.WMS)
    assert _passed(check, resources)
    app.execute(
        "insert into landing.inbox (tenant_id, source, delivery_id, received_at, body) "
        "values ('demo-3pl', 'wms', 'stray', %s, '[]')",
        (NOW,),
    )
    app.commit()
    assert not _passed(check, resources)


def _passed(check: dg.AssetChecksDefinition, resources: dict[str, object]) -> bool:
    result = check(warehouse=resources["warehouse"])
    assert isinstance(result, dg.AssetCheckResult)
    return result.passed
