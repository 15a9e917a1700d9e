"""Drafts from expected lines, invoices as billed, the guard's findings and its proposals."""

import dagster as dg

from e2a.billing.billed import read_landed
from e2a.billing.drafts import draft
from e2a.billing.validation import propose, validate
from e2a_assets.owners import BILLING
from resources.warehouse import WarehouseResource

KINDS = {"python", "postgres"}


@dg.asset(
    key=["billing", "draft_invoices"],
    group_name="billing",
    deps=[["billing", "expected_invoice_lines"]],
    kinds=KINDS,
    owners=BILLING,
)
def draft_invoices(warehouse: WarehouseResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """One row per tenant and billing month: the invoice that the events call for."""
    with warehouse.connect() as connection:
        done = draft(connection)
    return dg.MaterializeResult(
        metadata={"dagster/row_count": done.invoices, "written": done.written}
    )


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
    deps=[billed_invoices, ["billing", "expected_invoice_lines"]],
    kinds=KINDS,
    owners=BILLING,
)
def findings(warehouse: WarehouseResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """One row per difference between what was billed and what the events say."""
    with warehouse.connect() as connection:
        done = validate(connection)
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
def adjustments(warehouse: WarehouseResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """One row per finding: the correction proposed, and whether limits allow it by themselves."""
    with warehouse.connect() as connection:
        done = propose(connection)
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": done.within_limits + done.needs_approval,
            "within_limits": done.within_limits,
            "needs_approval": done.needs_approval,
            "changed": done.changed,
        }
    )


billing_assets = [draft_invoices, billed_invoices, findings, adjustments]
