"""PULL: what E2A_PULL names is asked for every hour; nothing, if it is not set.

What lands wakes the hot lane like everything that lands.
"""

import os
import time

import dagster as dg

from e2a.pull.run import pull
from e2a.pull.targets import scheduled
from resources.clock import Clock
from resources.warehouse import WarehouseResource


@dg.op
def pull_each(context: dg.OpExecutionContext, warehouse: WarehouseResource, clock: Clock) -> None:
    """Pulls one list after the other; one that fails leaves the others alone and fails the run."""
    failed = []
    for target in scheduled(os.environ):
        name = f"{target.feed.name} of {target.tenant_id}"
        try:
            with warehouse.connect() as connection, target.client() as client:
                api = target.api(client, time.sleep, context.log.info, clock.now)
                done = pull(connection, api, target.feed, target.tenant_id, clock.now())
            context.log.info("%s: %d objects, %d were missing", name, done.objects, done.landed)
        except Exception as error:
            context.log.error("%s: %s", name, error)
            failed.append(name)
    if failed:
        raise dg.Failure(f"Could not pull {', '.join(failed)}")


@dg.job(
    executor_def=dg.in_process_executor,
    description="Asks senders for what their webhooks did not bring (E2A_PULL).",
)
def pull_missed() -> None:
    """Lists of senders, compared with what is here."""
    pull_each()


@dg.schedule(
    name="pull_hourly",
    job=pull_missed,
    cron_schedule="20 * * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Every hour, if E2A_PULL names something.",
)
def pull_hourly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Skips as long as nothing is configured."""
    if not os.environ.get("E2A_PULL", "").strip():
        return dg.SkipReason("E2A_PULL names nothing to pull")
    return dg.RunRequest()
