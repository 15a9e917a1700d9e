"""What Dagster loads: complete, owned and described."""

import dagster as dg
import pytest

from e2a_assets.definitions import billing_zones, build_defs

DEFS = build_defs()
GRAPH = DEFS.resolve_asset_graph()
MONTHS, PROOF = dg.AssetKey(["billing", "invoices"]), dg.AssetKey(["ops", "truth"])
NODES = [GRAPH.get(key) for key in sorted(GRAPH.materializable_asset_keys)]


def test_the_definitions_load():
    dg.Definitions.validate_loadable(DEFS)
    assert NODES


@pytest.mark.parametrize("node", NODES, ids=lambda node: node.key.to_user_string())
def test_an_asset_has_owner_group_kinds_and_description(node):
    assert node.owners
    assert node.group_name not in (None, "", "default")
    assert node.kinds
    assert (node.description or "").strip()


def test_the_jobs_of_the_journey_exist():
    names = {job.name for job in DEFS.resolve_all_job_defs()}
    assert {"journey", "sla_journey", "billing_journey"} <= names


def test_sensors_watch_the_inbox_what_needs_a_run_and_what_is_held_back():
    names = [sensor.name for sensor in DEFS.sensors]
    assert names == ["hot_lane", "new_events", "dead_letters"]


def test_every_billing_zone_has_its_night():
    """At 02:00 there the journey with its proof, from 03:00 the invoices of its months."""
    nights = [
        (s.execution_timezone, s.cron_schedule, s.job_name)
        for s in DEFS.schedules
        if s.job_name in ("night", "monthly_invoices")
    ]
    assert set(nights) == {
        (zone, *rest)
        for zone in billing_zones()
        for rest in (("0 2 * * *", "night"), ("*/30 3-22 * * *", "monthly_invoices"))
    }


def test_the_days_of_the_inbox_are_kept_every_night():
    kept = [s for s in DEFS.schedules if s.job_name == "keep_inbox"]
    assert [(s.cron_schedule, s.execution_timezone) for s in kept] == [("10 0 * * *", "UTC")]


def test_dagsters_database_is_kept_bounded_every_night():
    assert [s.cron_schedule for s in DEFS.schedules if s.job_name == "keep_dagster"] == [
        "40 0 * * *"
    ]


def test_model_costs_are_compared_before_the_utc_day_ends():
    kept = [s for s in DEFS.schedules if s.job_name == "reconcile_models"]
    assert [(s.cron_schedule, s.execution_timezone) for s in kept] == [("50 23 * * *", "UTC")]


def test_the_night_is_the_journey_with_its_proof_and_a_blocking_check():
    night, journey = (
        set(DEFS.resolve_job_def(name).asset_layer.executable_asset_keys)
        for name in ("night", "journey")
    )
    assert night - journey == {PROOF}
    assert journey <= night
    (check,) = GRAPH.get_check_keys_for_assets({PROOF})
    assert GRAPH.get(check).blocking
    assert PROOF in GRAPH.get(dg.AssetKey(["billing", "draft_invoices"])).parent_keys


@pytest.mark.parametrize("name", ["sla/breaches", "sla/narratives", "billing/invoices"])
def test_what_people_watch_may_not_grow_old_unseen(name):
    assert GRAPH.get(dg.AssetKey.from_user_string(name)).freshness_policy is not None


def test_every_asset_of_the_journey_is_in_the_whole_job():
    job = DEFS.resolve_job_def("journey")
    others = {MONTHS, PROOF, dg.AssetKey(["ops", "model_costs"])}
    assert set(job.asset_layer.executable_asset_keys) == GRAPH.executable_asset_keys - others
