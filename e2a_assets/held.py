"""RETRY: dead letters that are due, and rows whose tenant has been loaded, as one job.

What becomes canonical waits in `ops.touched_orders`, from where the hot lane brings it
to the models.
"""

import dagster as dg

from e2a.sources.readers import READERS
from e2a.warehouse.held import dead_letters
from resources.clock import Clock
from resources.warehouse import WarehouseResource


@dg.op
def retry(context: dg.OpExecutionContext, warehouse: WarehouseResource, clock: Clock) -> None:
    """Tries again what is due; what fails a third time has FAILED and waits for a person."""
    with warehouse.connect() as connection:
        done = dead_letters.retry_due(connection, READERS, clock.now())
        done += dead_letters.resolve_waiting(connection, READERS, clock.now())
    context.log.info("%d rows tried again, %d settled", done.rows, done.settled)


@dg.job(
    executor_def=dg.in_process_executor,
    description="Automatic attempts of dead letters (5, 10, 20 minutes) and waiting tenants.",
)
def retry_held() -> None:
    """Dead letters that are due, and rows whose tenant is known by now."""
    retry()
