"""KEEP: the inbox's days are made ahead, archived and dropped behind, once a day.

Runs shortly after midnight UTC, when a day of receipt has just begun; a missed night is made up by
the next. While a proof is red nothing is dropped: it may have to be read again. What decides stands
in `e2a.warehouse.retention`.
"""

from datetime import timedelta

import dagster as dg

from e2a.alerts import pruning as messages
from e2a.analyst import pruning as model_calls
from e2a.warehouse import retention
from e2a.warehouse.truth import last_truth
from resources.clock import Clock
from resources.warehouse import WarehouseResource


@dg.op
def keep_days(context: dg.OpExecutionContext, warehouse: WarehouseResource, clock: Clock) -> None:
    """Makes days ahead, retires old ones; old messages and calls of models go, too."""
    now = clock.now()
    before = now.date() - timedelta(days=retention.kept_days())
    folder = retention.archive_folder(warehouse.warehouse().home)
    with warehouse.connect() as connection:
        retention.make_ahead(connection, now.date())
        proof = last_truth(connection)
        if proof is not None and not proof.is_green:
            context.log.warning("proof %d is red: no day is dropped until one is green", proof.id)
        else:
            retention.retire(connection, folder, before, now, context.log.info)
        messages.prune(connection, now)
        model_calls.prune(connection, now)


@dg.job(
    executor_def=dg.in_process_executor,
    description="The inbox's days: made ahead, archived to Parquet, dropped behind.",
)
def keep_inbox() -> None:
    """Days of receipt, from making them to dropping them."""
    keep_days()


keep_inbox_daily = dg.ScheduleDefinition(
    name="keep_inbox_daily",
    job=keep_inbox,
    cron_schedule="10 0 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Shortly after midnight UTC: make days ahead, retire old ones.",
)
