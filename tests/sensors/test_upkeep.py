"""Dagster's database stays bounded, and what it shows as the state of a partition stays."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from e2a.warehouse.connection import Role, dagster_home
from e2a_assets.upkeep import RECORDS_KEPT, RUNS_KEPT, Tidied, tidy

DAY, NEXT = "2026-05-04", "2026-05-05"
DAYS = dg.DailyPartitionsDefinition("2026-05-01", end_offset=1)
KEY = dg.AssetKey(["landing", "wms_events"])


@dg.asset(key=KEY, partitions_def=DAYS)
def landed() -> None:
    """One run a day of receipt."""


@dg.asset_check(asset=landed)
def all_is_well() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=True)


@pytest.fixture
def instance(cluster, template, monkeypatch):
    """One with its storage in Postgres and the settings that we ship."""
    for name, value in template.environment().items():
        monkeypatch.setenv(name, value)
    with dg.DagsterInstance.from_config(str(dagster_home(template.home))) as made:
        made.wipe()  # runs that other tests' processes left in the session's storage
        yield made
        made.wipe()


@pytest.fixture
def storage(template, instance):
    with template.connect(Role.DAGSTER, autocommit=True) as connection:
        yield connection


def report(instance, partition, times):
    for n in range(times):
        instance.report_runless_asset_event(
            dg.AssetMaterialization(KEY, partition=partition, metadata={"n": n})
        )


def run(instance, partition):
    done = dg.materialize([landed, all_is_well], instance=instance, partition_key=partition)
    assert done.success
    return done.run_id


def older(storage, by):
    """Everything that is there happened so much earlier."""
    for table, column in (
        ("event_logs", "timestamp"), ("runs", "create_timestamp"),
        ("asset_check_executions", "create_timestamp"),
    ):  # fmt: skip
        storage.execute(f"update {table} set {column} = {column} - %s", (by,))


def events(storage):
    return storage.execute("select count(*) from event_logs").fetchone()[0]


def test_records_without_a_run_go_but_the_newest_of_each_partition_stays(instance, storage):
    report(instance, DAY, 5)
    report(instance, NEXT, 3)
    older(storage, RECORDS_KEPT + timedelta(hours=1))
    report(instance, NEXT, 2)
    now = datetime.now(UTC)
    assert tidy(instance, now).events == 4 + 3  # NEXT has a newer record, so its old ones all go
    assert instance.get_materialized_partitions(KEY) == {DAY, NEXT}
    assert instance.get_latest_materialization_event(KEY).asset_materialization.partition == NEXT
    assert events(storage) == 3
    assert tidy(instance, now) == Tidied(0, 0, 0)


@pytest.mark.prove
def test_an_old_run_goes_unless_a_partition_has_no_newer_record(instance, storage):
    first, kept = run(instance, DAY), run(instance, NEXT)
    older(storage, timedelta(days=1))
    again = run(instance, DAY)
    older(storage, RUNS_KEPT)
    young = run(instance, "2026-05-06")
    done = tidy(instance, datetime.now(UTC))
    assert done.runs == 1
    assert {r.run_id for r in instance.get_runs()} == {kept, again, young}
    assert first not in {r.run_id for r in instance.get_runs()}
    assert instance.get_materialized_partitions(KEY) == {DAY, NEXT, "2026-05-06"}
    # Of a run that stays for its record the rest of its log goes.
    left = {r.event_log_entry.run_id for r in instance.get_event_records(
        dg.EventRecordsFilter(dg.DagsterEventType.ASSET_MATERIALIZATION, KEY), limit=10
    )}  # fmt: skip
    assert left == {kept, again, young}
    assert len(instance.all_logs(again)) < len(instance.all_logs(young))
    assert tidy(instance, datetime.now(UTC)) == Tidied(0, 0, 0)
