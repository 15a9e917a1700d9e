"""Asks for a run of the journey where the hot lane cannot do: first build, changed models, backlog.

The decision is a pure function of what is pending; the shell reads and returns. A failed run is
asked for again, up to three times for the same reason; a new one starts afresh.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import dagster as dg

from e2a.warehouse.drain import Pending, pending
from e2a.warehouse.rebuild import missing_build
from e2a.warehouse.scope import waiting
from e2a_assets.jobs import ONLY_WHAT_IS_NEW, journey
from e2a_assets.transform import current_fingerprint
from resources.clock import Clock
from resources.warehouse import WarehouseResource
from sensors.unfinished import is_running

ATTEMPTS = 3
BACKLOG = 50_000
"""Inbox rows, or orders, from which on a run reads in chunks what steps would take long over."""
RUN_KEY_TAG = "dagster/run_key"


@dataclass(frozen=True, slots=True)
class MicroBatch:
    """A batch to ask for: which rows (as a key), and the latest day on which they were received."""

    key: str
    day: date


def decide(
    arrived: Sequence[Pending], orders_waiting: int, build: str | None, today: date
) -> MicroBatch | None:
    """The run that is due, if any.

    Args:
        arrived: rows beyond the watermarks.
        orders_waiting: orders that no pass has seen.
        build: name of the whole pass that is due, because models or rate cards changed.
        today: the day of a run that no row asks for.
    """
    latest = max((source.last_day for source in arrived), default=today)
    if build:
        return MicroBatch(f"build-{build}", latest)
    if sum(source.rows for source in arrived) > BACKLOG:
        return MicroBatch(max(source.high for source in arrived), latest)
    if orders_waiting > BACKLOG:
        return MicroBatch(f"waiting-{orders_waiting}", today)
    return None


@dg.sensor(
    job=journey,
    minimum_interval_seconds=5,  # each tick is a row in Dagster's database
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def new_events(
    context: dg.SensorEvaluationContext, warehouse: WarehouseResource, clock: Clock
) -> dg.SensorResult | dg.SkipReason:
    """Asks for a run of the journey where the hot lane cannot do."""
    if is_running(context.instance, journey.name, clock.now()):
        return dg.SkipReason("a batch is running; what arrives meanwhile is in the next one")
    with warehouse.connect() as connection:
        arrived, orders = pending(connection), waiting(connection)
        build = missing_build(connection, current_fingerprint())
    batch = decide(arrived, orders, build, clock.now().date())
    if batch is None:
        return dg.SkipReason("nothing that the hot lane could not do")
    attempt = _failures(context.instance, batch.key) + 1
    if attempt > ATTEMPTS:
        return dg.SkipReason(f"batch {batch.key} failed {ATTEMPTS} times; see its last run")
    request = dg.RunRequest(
        run_key=f"{batch.key}#{attempt}",
        partition_key=batch.day.isoformat(),
        tags=ONLY_WHAT_IS_NEW,
    )
    return dg.SensorResult(run_requests=[request])


def _failures(instance: dg.DagsterInstance, key: str) -> int:
    failed = [dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
    keys = [f"{key}#{attempt}" for attempt in range(1, ATTEMPTS + 1)]
    filters = dg.RunsFilter(tags={RUN_KEY_TAG: keys}, statuses=failed)
    return instance.get_runs_count(filters)
