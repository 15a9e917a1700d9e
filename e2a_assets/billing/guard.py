"""The guard as assets: invoices as billed, what is wrong with them, what may be adjusted."""

import dagster as dg

from e2a.billing.guard import propose, validate
from e2a.billing.imports.formats import read_landed
from e2a_assets.billing.invoices import KINDS, draft_invoices
from e2a_assets.owners import BILLING
from resources.clock import Clock
from resources.warehouse import WarehouseResource


@dg.asset(
    key=["billing", "billed_invoices"],
    group_name="billing",
    deps=[["landing", "file_events"]],
    kinds=KINDS,
    owners=BILLING,
)
def billed_invoices(warehouse: WarehouseResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """One row per invoice that a billing system issued, as it was billed."""
    with warehouse.connect() as connection:
        new = read_landed(connection)
    return dg.MaterializeResult(metadata={"new_invoices": new})


@dg.asset(
    key=["billing", "findings"],
    group_name="billing",
    deps=[billed_invoices, draft_invoices, ["billing", "expected_invoice_lines"]],
    kinds=KINDS,
    owners=BILLING,
)
def findings(
    context: dg.AssetExecutionContext, warehouse: WarehouseResource, clock: Clock
) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """One row per difference between what was billed and what the events say."""
    with warehouse.connect() as connection:
        done = validate(connection, clock.as_of(context.run.tags))
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": done.findings,
            "invoices": done.invoices,
            "changed": done.changed,
        }
    )


@dg.asset(
    key=["billing", "adjustments"],
    group_name="billing",
    deps=[findings],
    kinds=KINDS,
    owners=BILLING,
)
def adjustments(
    context: dg.AssetExecutionContext, warehouse: WarehouseResource, clock: Clock
) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """One row per finding: the correction proposed, and whether limits allow it by themselves."""
    with warehouse.connect() as connection:
        done = propose(connection, clock.as_of(context.run.tags))
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": done.within_limits + done.needs_approval,
            "within_limits": done.within_limits,
            "needs_approval": done.needs_approval,
            "changed": done.changed,
        }
    )


guard_assets = [billed_invoices, findings, adjustments]
