"""Any day or month again by one command, as docs/operating.md says; twice changes nothing."""

import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from e2a.warehouse.connection import Role
from e2a.warehouse.inbox import land
from tests.sla.orders import LATER
from tests.warehouse.lane import deliver, rows
from tests.warehouse.truth.attack import live_through

DAGSTER = Path(sys.executable).parent / "dagster"
PROJECT = Path(__file__).parents[2]


@pytest.fixture
def materialise(built):
    """`dagster asset materialize`, as a person gives it."""
    of_test = {
        "E2A_DATABASE_URL": built.url(Role.ADMIN, "postgresql"), "E2A_DATABASE": built.database,
    }  # fmt: skip

    def run(asset, partitions):
        return subprocess.run(
            [DAGSTER, "asset", "materialize", "--select", asset, "--partition-range", partitions,
             "-m", "e2a_assets.definitions"],
            env={**os.environ, **built.environment(), **of_test}, cwd=PROJECT,
            capture_output=True, text=True, check=False, timeout=900,
        )  # fmt: skip

    return run


def delivered(connection):
    """One delivery in its sender's own words: the command reads it by the product's parser."""
    said = {
        "event_id": "b-1", "event_type": "order_paid", "order_id": "SO-1",
        "occurred_at": "2026-04-14T12:00:00Z",
    }  # fmt: skip
    land(connection, [deliver(body=orjson.dumps(said), at=LATER)])


@pytest.mark.prove
@pytest.mark.parametrize(
    ("before", "asset", "partitions", "table"),
    [
        (delivered, "key:landing/wms_events", "2026-04-13...2026-05-04", "landing.order_events"),
        (live_through, "key:billing/invoices", "2026-03...2026-04", "billing.invoices"),
    ],
    ids=["days", "months"],
)
def test_a_range_of_days_or_months_is_materialised_by_one_command(
    materialise, modelled, before, asset, partitions, table
):
    before(modelled)
    kept = []
    for _ in range(2):
        done = materialise(asset, partitions)
        assert done.returncode == 0, done.stderr[-3000:]
        kept.append(rows(modelled, f"select t::text from {table} as t order by 1"))
    assert kept[0] == kept[1] != []
