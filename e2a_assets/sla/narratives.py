"""Explanations as an asset: one narrative per breach, and the check that says so."""

import dagster as dg

from e2a.sla.narratives import NARRATOR, narrate
from e2a.warehouse.as_of import ask
from e2a_assets.owners import OPERATIONS
from resources.clock import Clock
from resources.warehouse import WarehouseResource


@dg.asset(
    key=["sla", "narratives"],
    group_name="sla",
    deps=[["sla", "breaches"], ["sla", "reported_exceptions"]],
    kinds={"python", "postgres"},
    owners=OPERATIONS,
    code_version=NARRATOR,
)
def narratives(
    context: dg.AssetExecutionContext, warehouse: WarehouseResource, clock: Clock
) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """One row per breach: ops note, client note, label, confidence and reasoning."""
    as_of = clock.as_of(context.run.tags)
    with warehouse.connect() as connection:
        done = narrate(connection, as_of)
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": done.breaches,
            "written": done.written,
            "withdrawn": done.withdrawn,
            "as_of": as_of.isoformat(),
        }
    )


@dg.asset_check(asset=narratives, blocking=True)
def every_breach_has_one_narrative(
    context: dg.AssetCheckExecutionContext, warehouse: WarehouseResource, clock: Clock
) -> dg.AssetCheckResult:
    """No breach is left unexplained."""
    with warehouse.connect() as connection:
        ask(connection, clock.as_of(context.run.tags))
        row = connection.execute(
            "select count(*), count(n.order_id) from sla.breaches as b "
            "left join sla.narratives as n using (tenant_id, order_id, stage, instance) "
        ).fetchone()
    breaches, explained = row or (0, 0)
    return dg.AssetCheckResult(
        passed=breaches == explained, metadata={"breaches": breaches, "explained": explained}
    )
