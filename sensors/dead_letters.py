"""Asks for a retry when a dead letter is due, or a row's tenant has been loaded.

The decision is a pure function of what is due; the shell reads and returns. A retry that fails as a
whole is asked for again at the next tick: what it had not committed is still due.
"""

import dagster as dg

from e2a.warehouse.held.dead_letters import Due, due
from e2a_assets.held import retry_held
from resources.clock import Clock
from resources.warehouse import WarehouseResource
from sensors.unfinished import is_running


def decide(waiting: Due, is_running: bool) -> str | None:
    """Why there is nothing to ask for now; None: ask."""
    if is_running:
        return "a retry is running"
    if waiting.dead_letters + waiting.resolvable == 0:
        return "0 dead letters are due, and 0 waiting rows have their tenant"
    return None


@dg.sensor(
    job=retry_held,
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def dead_letters(
    context: dg.SensorEvaluationContext, warehouse: WarehouseResource, clock: Clock
) -> dg.SensorResult | dg.SkipReason:
    """Asks for a retry when a dead letter is due, or a row's tenant has been loaded."""
    now = clock.now()
    with warehouse.connect() as connection:
        found = due(connection, now)
    reason = decide(found, is_running(context.instance, retry_held.name, now))
    if reason:
        return dg.SkipReason(reason)
    return dg.SensorResult(run_requests=[dg.RunRequest()])
