"""Asks for a micro-batch when the inbox holds rows beyond the watermark.

The decision is a pure function of what is pending; the shell reads and returns. A failed batch is
asked for again, up to three times for the same rows; new rows start afresh.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import dagster as dg

from e2a.warehouse.drain import Pending, pending
from e2a.warehouse.scope import waiting
from e2a_assets.jobs import ONLY_WHAT_IS_NEW, journey
from resources.clock import Clock
from resources.warehouse import WarehouseResource

ATTEMPTS = 3
LONGEST_BATCH = timedelta(minutes=10)
RUN_KEY_TAG = "dagster/run_key"


@dataclass(frozen=True, slots=True)
class MicroBatch:
    """A batch to ask for: which rows (as a key), and the latest day on which they were received."""

    key: str
    day: date


def decide(arrived: Sequence[Pending], orders_waiting: int, today: date) -> MicroBatch | None:
    """The batch that is due, if any: rows beyond a watermark, or orders that no pass has seen."""
    if arrived:
        return MicroBatch(
            key=max(source.high for source in arrived),
            day=max(source.last_day for source in arrived),
        )
    if orders_waiting:
        return MicroBatch(f"waiting-{orders_waiting}", today)
    return None


@dg.sensor(
    job=journey,
    minimum_interval_seconds=1,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def new_events(
    context: dg.SensorEvaluationContext, warehouse: WarehouseResource, clock: Clock
) -> dg.SensorResult | dg.SkipReason:
    """Asks for a micro-batch when the inbox holds rows beyond the watermark."""
    if _running(context.instance, clock.now()):
        return dg.SkipReason("a batch is running; what arrives meanwhile is in the next one")
    with warehouse.connect() as connection:
        arrived = pending(connection)
        batch = decide(arrived, waiting(connection), clock.now().date())
    if batch is None:
        return dg.SkipReason("0 rows beyond the watermark")
    attempt = _failures(context.instance, batch.key) + 1
    if attempt > ATTEMPTS:
        return dg.SkipReason(f"batch {batch.key} failed {ATTEMPTS} times; see its last run")
    request = dg.RunRequest(
        run_key=f"{batch.key}#{attempt}",
        partition_key=batch.day.isoformat(),
        tags=ONLY_WHAT_IS_NEW,
    )
    return dg.SensorResult(run_requests=[request])


UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
]


def _running(instance: dg.DagsterInstance, now: datetime) -> bool:
    """A run whose process was killed stays unfinished on record: only recent ones count."""
    filters = dg.RunsFilter(
        job_name="journey", statuses=UNFINISHED, created_after=now - LONGEST_BATCH
    )
    return instance.get_runs_count(filters) > 0


def _failures(instance: dg.DagsterInstance, key: str) -> int:
    failed = [dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
    keys = [f"{key}#{attempt}" for attempt in range(1, ATTEMPTS + 1)]
    filters = dg.RunsFilter(tags={RUN_KEY_TAG: keys}, statuses=failed)
    return instance.get_runs_count(filters)
