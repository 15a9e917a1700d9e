"""Episodes as an asset: one per broken promise or reported problem, and the check that says so."""

import dagster as dg

from e2a.sla.exceptions import audit, sync
from e2a_assets.owners import OPERATIONS
from resources.clock import Clock
from resources.warehouse import WarehouseResource


@dg.asset(
    key=["sla", "exceptions"],
    group_name="sla",
    deps=[["sla", "breaches"], ["sla", "reported_exceptions"]],
    kinds={"python", "postgres"},
    owners=OPERATIONS,
)
def exceptions(
    context: dg.AssetExecutionContext, warehouse: WarehouseResource, clock: Clock
) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """One row per episode of a promise: what is broken, who works on it, how it ended."""
    as_of = clock.as_of(context.run.tags)
    with warehouse.connect() as connection:
        done = sync(connection, as_of)
        row = connection.execute(
            "select count(*) from sla.exceptions where status <> 'CLOSED'"
        ).fetchone()
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": row[0] if row else 0,
            "opened": done.opened,
            "reopened": done.reopened,
            "closed": done.closed,
            "as_of": as_of.isoformat(),
        }
    )


@dg.asset_check(asset=exceptions, blocking=True)
def every_standing_breach_has_one_episode(
    context: dg.AssetCheckExecutionContext, warehouse: WarehouseResource, clock: Clock
) -> dg.AssetCheckResult:
    """No standing breach lacks its episode, and no episode of a closed promise is left open."""
    with warehouse.connect() as connection:
        found = audit(connection, clock.as_of(context.run.tags))
    return dg.AssetCheckResult(
        passed=not found.unopened and not found.idle,
        metadata={
            "standing": found.standing,
            "unopened": found.unopened,
            "left_open": found.idle,
        },
    )
