"""TIDY: Dagster's own database stays bounded; the newest record of every partition stays for ever.

Dagster prunes ticks by itself (dagster.yaml), and nothing else. Runs go by its public API, with
their events. For the rest there is none: records of sensors belong to no run, a night's run holds
the newest record of its day of receipt, evaluations of checks only grow. Those go by plain SQL.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import dagster as dg
from sqlalchemy import Connection, text

from resources.clock import Clock

RUNS_KEPT = timedelta(days=30)
"""Runs with their logs: a month of nights to look back on."""
RECORDS_KEPT = timedelta(days=3)
"""Records without a run: the hot lane writes one a model and half minute (REPORT_EVERY)."""
AT_A_TIME = 5000
"""Rows a transaction: sensors and runs write meanwhile."""

FINISHED = [
    dg.DagsterRunStatus.SUCCESS,
    dg.DagsterRunStatus.FAILURE,
    dg.DagsterRunStatus.CANCELED,
]


@dataclass(frozen=True, slots=True)
class Tidied:
    """What went: runs, events outside of them, and evaluations of checks."""

    runs: int
    events: int
    evaluations: int


def tidy(instance: dg.DagsterInstance, now: datetime) -> Tidied:
    """Delete what is older than is kept and is not the newest of its kind.

    Args:
        instance: with its storage in Postgres.
        now: the present instant.
    """
    with _storage(instance) as connection:
        newest = {run for (run,) in connection.execute(text(_NEWEST_RUNS))}
    old = dg.RunsFilter(statuses=FINISHED, created_before=now - RUNS_KEPT)
    runs = 0
    for record in instance.get_run_records(old):
        run = record.dagster_run.run_id
        if run not in newest:
            instance.delete_run(run)
            runs += 1
    given = {"runs": _naive(now - RUNS_KEPT), "records": _naive(now - RECORDS_KEPT)}
    return Tidied(runs, _delete(instance, _EVENTS, given), _delete(instance, _CHECKS, given))


def _storage(instance: dg.DagsterInstance) -> Any:  # noqa: ANN401 - a context manager of Dagster's
    """A connection to where Dagster keeps its events; it may be another server than ours."""
    return instance.event_log_storage.index_connection()  # type: ignore[attr-defined]


def _naive(instant: datetime) -> datetime:
    """Dagster's timestamps are UTC and say no zone."""
    return instant.replace(tzinfo=None)


def _delete(instance: dg.DagsterInstance, statement: str, given: dict[str, Any]) -> int:
    done = 0
    while True:
        with _storage(instance) as connection:
            gone = _rows(connection, statement, given)
        done += gone
        if gone < AT_A_TIME:
            return done


def _rows(connection: Connection, statement: str, given: dict[str, Any]) -> int:
    return int(connection.execute(text(statement), {**given, "most": AT_A_TIME}).rowcount)


@dg.op
def tidy_storage(context: dg.OpExecutionContext, clock: Clock) -> None:
    """Deletes what nobody looks at any more."""
    done = tidy(context.instance, clock.now())
    context.log.info(
        "%d runs, %d events and %d evaluations of checks went",
        done.runs, done.events, done.evaluations,
    )  # fmt: skip


@dg.job(
    executor_def=dg.in_process_executor,
    description="Old runs, events and evaluations in Dagster's own database.",
)
def keep_dagster() -> None:
    """Dagster's database, kept bounded."""
    tidy_storage()


keep_dagster_daily = dg.ScheduleDefinition(
    name="keep_dagster_daily",
    job=keep_dagster,
    cron_schedule="40 0 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Every night: what is older than is kept leaves Dagster's database.",
)

# The newest record of each kind, asset and partition is what the UI shows as its state.
_NEWEST = """
select distinct on (asset_key, dagster_event_type, coalesce(partition, '')) id, run_id
from event_logs
where asset_key is not null
order by asset_key, dagster_event_type, coalesce(partition, ''), id desc
"""

_NEWEST_CHECKS = """
select distinct on (asset_key, check_name, coalesce(partition, ''))
    id, run_id, evaluation_event_storage_id
from asset_check_executions
order by asset_key, check_name, coalesce(partition, ''), id desc
"""

_NEWEST_RUNS = f"""
select run_id from ({_NEWEST}) as e union select run_id from ({_NEWEST_CHECKS}) as c
"""

_EVENTS = f"""
with newest as materialized ({_NEWEST}),
checked as materialized ({_NEWEST_CHECKS}),
gone as materialized (
    select e.id from event_logs as e
    where
        e.timestamp < case when e.run_id = '' then :records else :runs end
        and not exists (select from newest as n where n.id = e.id)
        and not exists (select from checked as c where c.evaluation_event_storage_id = e.id)
    order by e.id limit :most
),
tags as (delete from asset_event_tags where event_id in (select id from gone))
delete from event_logs where id in (select id from gone)
"""

_CHECKS = f"""
delete from asset_check_executions where id in (
    select x.id from asset_check_executions as x
    where
        x.create_timestamp < case when x.run_id = '' then :records else :runs end
        and not exists (select from ({_NEWEST_CHECKS}) as n where n.id = x.id)
    order by x.id limit :most
)
"""
