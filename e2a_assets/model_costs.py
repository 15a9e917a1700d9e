"""COSTS: what the ledger says that models cost, beside what the provider says, before midnight UTC.

The provider tells the day so far, so the comparison is of a day that has nearly ended. A difference
is somebody's to look at and stops nothing. Without a key it says so, and all is well.
"""

import dagster as dg

from e2a.analyst.reconciling import Reconciled, reconcile
from e2a.analyst.settings import read_settings
from e2a_assets.owners import OPERATIONS
from resources.clock import Clock
from resources.warehouse import WarehouseResource


@dg.asset(
    key=["ops", "model_costs"],
    group_name="ops",
    kinds={"python", "postgres"},
    owners=OPERATIONS,
    check_specs=[
        dg.AssetCheckSpec(
            "provider_and_ledger_agree",
            asset=["ops", "model_costs"],
            description="Within 2 % or a cent; else calls went beside the ledger, or prices aged.",
        )
    ],
)
def model_costs(warehouse: WarehouseResource, clock: Clock) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """One row a UTC day: the ledger's cost of model calls and the provider's."""
    found = reconcile(warehouse.warehouse(), read_settings(), clock.now())
    return dg.MaterializeResult(
        metadata=_told(found),
        check_results=[
            dg.AssetCheckResult(
                check_name="provider_and_ledger_agree",
                passed=found.is_well,
                severity=dg.AssetCheckSeverity.WARN,
                description=found.words(),
                metadata=_told(found),
            )
        ],
    )


def _told(found: Reconciled) -> dict[str, str | int | float]:
    if found.ledger is None or found.provider is None:
        return {"state": found.state}
    return {
        "state": found.state,
        "ledger_usd": float(found.ledger),
        "provider_usd": float(found.provider),
        "difference_usd": float(found.difference),
        "presumed_calls_settled": found.resettled,
    }


reconcile_models = dg.define_asset_job(
    "reconcile_models",
    dg.AssetSelection.assets(model_costs),
    description="What models cost, by the ledger and by the provider.",
    executor_def=dg.in_process_executor,
)

reconcile_models_daily = dg.ScheduleDefinition(
    name="reconcile_models_daily",
    job=reconcile_models,
    cron_schedule="50 23 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Before midnight UTC: the ledger of model calls beside the provider's figures.",
)
