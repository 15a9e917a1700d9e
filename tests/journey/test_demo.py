"""The main job, as a newcomer runs it, against what the simulator planted."""

import json
from pathlib import Path

import pytest

from bench.truth import scores
from e2a.warehouse.connection import Role


@pytest.fixture(scope="session")
def truth(demo) -> dict:
    return json.loads((demo.home / "demo" / "truth.json").read_text())


def test_everything_planted_is_found_and_nothing_else(demo, truth):
    with demo.warehouse().connect(Role.APP) as connection:
        measured = scores(connection, truth)
    assert {s.kind for s in measured} >= {"breach pick", "breach deliver", "billing error"}
    for score in measured:
        assert score.planted == score.found, score.kind
    assert sum(len(score.planted) for score in measured) > 200


def test_clocks_stand_by_stage_as_the_simulator_planted_them(demo, truth):
    summary = demo.summary("--as-of", truth["as_of"])
    for tenant, told in truth["tenants"].items():
        counted = summary["tenants"][tenant]
        assert counted["orders"] == told["orders"]
        for stage, planted in told["stages"].items():
            clocks = counted["stages"][stage]
            still = clocks["at_risk"] + clocks["on_track"] + clocks["paused"]
            found = {**{k: clocks[k] for k in ("met", "breached", "cancelled")}, "open": still}
            assert found == {k: planted[k] for k in found}, (tenant, stage)
            assert clocks["unassessable"] == 0
            states = ("met", "breached", "cancelled", "at_risk", "on_track", "paused")
            assert sum(clocks[state] for state in states) == clocks["clocks"] == planted["clocks"]


def test_a_watch_is_counted_beside_the_promise_that_it_watches(demo, truth):
    """demo-3pl watches packing at one and a half times its target, nordic-beauty nothing."""
    summary = demo.summary("--as-of", truth["as_of"])
    stages = summary["tenants"]["demo-3pl"]["stages"]
    assert stages["missing_scan"]["clocks"] == stages["pack"]["clocks"]
    assert 0 < stages["missing_scan"]["breached"] < stages["pack"]["breached"]
    assert "missing_scan" not in summary["tenants"]["nordic-beauty"]["stages"]


def test_every_breach_and_every_missing_scan_is_explained_once(demo, truth):
    summary = demo.summary("--as-of", truth["as_of"])
    for tenant in truth["tenants"]:
        counted = summary["tenants"][tenant]
        breached = sum(stage["breached"] for stage in counted["stages"].values())
        assert counted["narratives"] == breached > 0


def test_coverage_is_whole(demo, truth):
    with demo.warehouse().connect(Role.APP) as connection:
        rows = connection.execute("select count(*) from landing.inbox").fetchone()[0]
        decided = connection.execute("select count(*) from landing.outcomes").fetchone()[0]
        standings = connection.execute(
            "select count(*) filter (where standing = 'billed'), "
            "(select count(distinct (tenant_id, operation_key)) from billing.priced_operations) "
            "from billing.billable_operations"
        ).fetchone()
    assert rows == decided > 10_000
    assert standings[0] == standings[1]


def contents(demo) -> dict[str, str]:
    """Every table of the warehouse as a hash of its rows, but for bookkeeping of passes."""
    with demo.warehouse().connect(Role.OWNER) as connection:
        tables = connection.execute(
            "select schemaname || '.' || tablename from pg_tables where schemaname in "
            "('landing', 'reference', 'orders', 'sla', 'billing') order by 1"
        ).fetchall()
        return {
            name: connection.execute(
                f"select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from {name} t"
            ).fetchone()[0]
            for (name,) in tables
        }


def test_a_second_demo_has_nothing_to_do_and_changes_nothing(demo):
    before = contents(demo)
    done = demo.run("demo")
    assert done.returncode == 0, done.stderr
    assert "nothing to do" in done.stderr
    assert contents(demo) == before


@pytest.mark.prove
def test_running_the_journey_again_over_everything_changes_nothing(demo, truth):
    """The mark of the demo is forgotten, so every asset really runs again."""
    before = contents(demo)
    (demo.home / "demo" / "done").unlink()
    with demo.warehouse().connect(Role.APP) as connection:
        connection.execute("update ops.builds set fingerprint = 'other models'")
    done = demo.run("demo")
    assert done.returncode == 0, done.stderr
    assert "billing/adjustments" in done.stderr
    assert contents(demo) == before


def test_the_same_plan_writes_the_same_bytes(tmp_path):
    from e2a.simulator import Plan, simulate

    plan = Plan(60, 3, 5, ("demo-3pl", "nordic-beauty"))
    for name in ("one", "two"):
        simulate(plan, tmp_path / name)
    one, two = (_files(tmp_path / name) for name in ("one", "two"))
    assert one == two
    assert len(one) == 4


def _files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
