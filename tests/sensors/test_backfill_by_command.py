"""Any day or month again by one command, as docs/operating.md says; twice changes nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from e2a.warehouse.connection import Role
from tests.warehouse.lane import rows
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


@pytest.mark.prove
@pytest.mark.parametrize(
    ("asset", "partitions", "table"),
    [
        ("key:landing/wms_events", "2026-04-13...2026-05-04", "landing.order_events"),
        ("key:billing/invoices", "2026-03...2026-04", "billing.invoices"),
    ],
)
def test_a_range_of_days_or_months_is_materialised_by_one_command(
    materialise, modelled, asset, partitions, table
):
    live_through(modelled)
    kept = []
    for _ in range(2):
        done = materialise(asset, partitions)
        assert done.returncode == 0, done.stderr[-3000:]
        kept.append(rows(modelled, f"select t::text from {table} as t order by 1"))
    assert kept[0] == kept[1] != []
