"""A day of receipt materialised again through Dagster: with the same parser nothing changes."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg
import pytest

from e2a.domain.deliveries import Delivery, Source
from e2a.warehouse import inbox
from e2a.warehouse.connection import Role, Warehouse
from e2a_assets.landing.events import landing_asset
from e2a_assets.partitions import ONLY_NEW, READ_TAG
from resources.clock import Clock
from resources.warehouse import WarehouseResource

MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)
PLACE: dict[str, Warehouse] = {}


class TestWarehouse(WarehouseResource):
    """The test's own database."""

    __test__ = False

    def warehouse(self) -> Warehouse:
        return PLACE["here"]


@dataclass
class Lane:
    """The WMS road of a throw-away warehouse, run on one instance."""

    warehouse: Warehouse
    instance: dg.DagsterInstance

    def land(self, *events: dict[str, Any], days: int = 0) -> None:
        at = MONDAY + timedelta(days=days)
        deliveries = [
            Delivery("demo-3pl", Source.WMS, f"{e['event_id']}@{days}", at, json.dumps(e).encode())
            for e in events
        ]
        with self.warehouse.connect(Role.APP) as connection:
            inbox.land(connection, deliveries)

    def materialize(self, **tags: str) -> dg.ExecuteInProcessResult:
        PLACE["here"] = self.warehouse
        resources = {"warehouse": TestWarehouse(), "clock": Clock()}
        day = tags.pop("day", None)
        return dg.materialize(
            [landing_asset(Source.WMS)],
            partition_key=day,
            tags=tags,
            instance=self.instance,
            resources=resources,
        )

    def rows(self, query: str) -> list[tuple]:
        with self.warehouse.connect(Role.APP) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture
def lane(warehouse):
    return Lane(warehouse, dg.DagsterInstance.ephemeral())


def event(name: str, **more: Any) -> dict[str, Any]:
    given = {"event_type": "order_paid", "order_id": "SO-1", "occurred_at": "2026-03-02T09:00:00Z"}
    return {"event_id": name} | given | more


def metadata(result: dg.ExecuteInProcessResult) -> dict[str, Any]:
    materialization = result.asset_materializations_for_node("landing__wms_events")[-1]
    return {name: value.value for name, value in materialization.metadata.items()}


RANGE = {
    "dagster/asset_partition_range_start": "2026-03-02",
    "dagster/asset_partition_range_end": "2026-03-04",
}


def test_a_range_of_days_is_one_run_and_running_it_again_changes_nothing(lane):
    lane.land(event("a"))
    lane.land(event("b", order_id="SO-2"), days=2)
    first = lane.materialize(**RANGE)
    assert first.success
    assert metadata(first)["dagster/row_count"] == 2
    before = lane.rows("select * from landing.order_events order by 1, 2, 3")
    again = lane.materialize(**RANGE)
    assert metadata(again)["inbox_rows_read"] == 2
    assert metadata(again)["events_new_or_changed"] == 0
    assert lane.rows("select * from landing.order_events order by 1, 2, 3") == before


def test_a_micro_batch_reads_what_is_new_and_records_every_day_that_it_met(lane):
    lane.land(event("a"))
    lane.land(event("b", order_id="SO-2"), days=1)
    result = lane.materialize(day="2026-03-03", **{READ_TAG: ONLY_NEW})
    key = dg.AssetKey(["landing", "wms_events"])
    assert lane.instance.get_materialized_partitions(key) == {"2026-03-02", "2026-03-03"}
    assert metadata(result)["inbox_rows_read"] == 2
    assert (
        metadata(lane.materialize(day="2026-03-03", **{READ_TAG: ONLY_NEW}))["inbox_rows_read"] == 0
    )


def test_what_cannot_be_understood_is_kept_and_its_day_can_be_read_again(lane):
    lane.land(event("x", event_type="pick_complete"), event("a"))
    assert lane.materialize(day="2026-03-02").success
    assert lane.rows("select outcome, reason from landing.outcomes order by 1") == [
        ("canonical", None),
        ("quarantined", "unknown_type"),
    ]
    assert lane.rows("select body from landing.inbox where delivery_id like 'x@%'")
    assert lane.materialize(day="2026-03-02").success
    assert lane.rows("select count(*) from landing.quarantine") == [(1,)]
