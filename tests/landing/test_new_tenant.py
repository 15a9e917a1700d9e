"""A tenant whose events come before its folder: they wait, and the folder resolves them."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import orjson

from e2a.domain.deliveries import Delivery, Source
from e2a.warehouse.inbox import land_chunk
from e2a.warehouse.policies import load_policies, policies_folder
from e2a_assets.landing.events import landing_asset
from e2a_assets.partitions import ONLY_NEW, READ_TAG
from resources.clock import Clock
from resources.warehouse import WarehouseResource
from tests.warehouse.lane import rows

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
LATER = datetime(2026, 5, 6, 8, tzinfo=UTC)
PLACE: dict[str, object] = {}


class HereWarehouse(WarehouseResource):
    def warehouse(self):
        return PLACE["here"]


class LaterClock(Clock):
    def now(self):
        return LATER


def run_lane():
    return dg.materialize(
        [landing_asset(Source.WMS)],
        partition_key="2026-05-04",
        tags={READ_TAG: ONLY_NEW},
        instance=dg.DagsterInstance.ephemeral(),
        resources={"warehouse": HereWarehouse(), "clock": LaterClock()},
    )


def describe_tenant(folder: Path, name: str) -> Path:
    """A policies folder that describes one tenant more."""
    shutil.copytree(policies_folder(), folder)
    shutil.copytree(folder / "demo-3pl", folder / name)
    text = (folder / name / "tenant.yaml").read_text()
    (folder / name / "tenant.yaml").write_text(text.replace("tenant: demo-3pl", f"tenant: {name}"))
    return folder


def test_its_events_wait_and_become_canonical_when_its_folder_is_loaded(
    app, warehouse, monkeypatch, tmp_path
):
    PLACE["here"] = warehouse
    said = {"event_id": "a", "event_type": "order_paid", "order_id": "SO-1"}
    body = orjson.dumps({**said, "occurred_at": "2026-05-04T09:00:00Z"})
    with app.transaction():
        land_chunk(app, [Delivery("newcomer", Source.WMS, "a", NOW, body)])
    assert run_lane().success
    outcome = "select outcome, reason from landing.outcomes"
    assert rows(app, outcome) == [("waiting", "unknown_tenant")]
    monkeypatch.setenv("E2A_POLICIES", str(describe_tenant(tmp_path / "policies", "newcomer")))
    load_policies(app, LATER)
    assert run_lane().success
    assert rows(app, outcome) == [("canonical", None)]
    assert rows(app, "select tenant_id, recorded_at from landing.order_events") == [
        ("newcomer", LATER)
    ]
    assert rows(app, "select order_id from ops.touched_orders") == [("wms:SO-1",)]
