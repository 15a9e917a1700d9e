"""Invoices in Dagster: a month at a time, any month again, every night where it is billed."""

from contextlib import contextmanager

import dagster as dg
import pytest

from e2a.warehouse.connection import Role
from e2a_assets.billing.invoices import ZONE_TAG, draft_invoices, invoices
from e2a_assets.definitions import build_defs
from e2a_assets.jobs import invoicing
from resources.clock import AS_OF_TAG, Clock
from resources.warehouse import WarehouseResource
from tests.billing.invoices.clerk import WORK
from tests.billing.pricing.merchant import at

MAY = {AS_OF_TAG: "2026-05-02T09:00:00+00:00"}


@pytest.fixture
def here(built):
    class Here(WarehouseResource):
        @contextmanager
        def connect(self):
            with built.connect(Role.APP) as connection:
                yield connection

    return Here()


@pytest.fixture
def run(here):
    def materialise(asset, **how):
        done = dg.materialize(
            [asset], resources={"warehouse": here, "clock": Clock()}, **how
        )  # fmt: skip
        found, *_ = done.asset_materializations_for_node(asset.node_def.name)
        return {name: found.metadata[name].value for name in ("dagster/row_count", "written")}

    return materialise


@pytest.fixture
def proven(built):
    """Notes a green proof of an instant."""

    def at_instant(instant):
        with built.connect(Role.APP) as app:
            app.execute(
                "insert into ops.truths (tenant_id, whole, started_at, finished_at) "
                "values ('*', true, %s, %s)",
                (instant, instant),
            )

    yield at_instant
    with built.connect(Role.OWNER) as owner:
        owner.execute("delete from ops.truths")


@pytest.fixture
def acme(clerk):
    """Work in March and in April."""
    acme = clerk(WORK, zone="America/New_York")
    acme.worked(100)
    acme.worked(30, "2026-04-02 09:00", "o2")
    return acme


def test_a_month_is_materialised_by_itself_and_again_without_a_change(run, acme):
    assert run(invoices, partition_key="2026-04", tags=MAY)["written"] == 1
    assert (acme.invoice(), acme.total("2026-04")) == ([], "30")
    before = acme.everything()
    assert run(invoices, partition_key="2026-04", tags=MAY)["written"] == 0
    assert acme.everything() == before


def test_a_backfill_over_months_is_one_run(run, acme):
    between = {
        "dagster/asset_partition_range_start": "2026-01",
        "dagster/asset_partition_range_end": "2026-04",
    }
    assert run(invoices, tags={**MAY, **between})["written"] == 2
    assert (acme.total(), acme.total("2026-04")) == ("100", "30")


def test_a_run_of_a_zone_leaves_tenants_of_other_zones_alone(run, acme):
    other = {**MAY, ZONE_TAG: "Asia/Tokyo"}
    assert run(invoices, partition_key="2026-04", tags=other)["dagster/row_count"] == 0
    here = {**MAY, ZONE_TAG: "America/New_York"}
    assert run(invoices, partition_key="2026-04", tags=here)["written"] == 1


def test_the_journey_drafts_every_open_month(run, acme):
    assert run(draft_invoices, tags=MAY)["written"] == 2
    assert run(draft_invoices, tags=MAY) == {"dagster/row_count": 2, "written": 0}


@pytest.mark.parametrize(
    ("night", "months"),
    [
        ("2026-05-01 08:00", ["2026-03", "2026-04", "2026-05"]),
        ("2026-05-20 08:00", ["2026-04", "2026-05"]),
    ],
)
def test_every_night_the_months_of_a_zone_are_drafted_where_it_is_three(
    here, proven, night, months
):
    """08:00 UTC is 03:00 in Chicago; in its first hours a month's last invoices are still open."""
    proven(at(night))
    schedule = invoicing("America/Chicago")
    context = dg.build_schedule_context(
        scheduled_execution_time=at(night),
        resources={"clock": Clock(), "warehouse": here},
        repository_def=build_defs().get_repository_def(),
    )
    requests = schedule.evaluate_tick(context).run_requests
    assert [request.partition_key for request in requests] == months
    assert {request.tags[ZONE_TAG] for request in requests} == {"America/Chicago"}
    assert len({request.run_key for request in requests}) == len(months)
