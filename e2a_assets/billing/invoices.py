"""Invoices as assets: drafts of every open month with the journey, and a month by itself.

A run of the journey is of a day of receipt and cannot be of a month as well; so the months have an
asset of their own, which the night of each billing zone runs and anybody may backfill. Neither runs
past a red proof (`ops/truth`).
"""

from itertools import chain

import dagster as dg

from e2a.billing.invoices.generating import Generated, generate
from e2a.billing.invoices.months import month, tenant_scopes
from e2a.warehouse.truth import check_green
from e2a_assets.owners import BILLING
from e2a_assets.partitions import BILLING_MONTHS
from resources.clock import Clock
from resources.warehouse import WarehouseResource

KINDS = {"python", "postgres"}

ZONE_TAG = "e2a/billing_zone"
"""Tag of a run that makes the invoices of one billing zone only."""


@dg.asset(
    key=["billing", "draft_invoices"],
    group_name="billing",
    deps=[["billing", "expected_invoice_lines"], ["ops", "truth"]],
    kinds=KINDS,
    owners=BILLING,
)
def draft_invoices(
    context: dg.AssetExecutionContext, warehouse: WarehouseResource, clock: Clock
) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """One row per tenant and open billing month: the invoice that the events call for."""
    now = clock.as_of(context.run.tags)
    with warehouse.connect() as connection:
        check_green(connection)
        scopes = tenant_scopes(connection, now)
        connection.rollback()
        done = generate(connection, now, scopes)
    return _result(done)


@dg.asset(
    key=["billing", "invoices"],
    group_name="billing",
    deps=[draft_invoices],
    partitions_def=BILLING_MONTHS,
    backfill_policy=dg.BackfillPolicy.single_run(),
    kinds=KINDS,
    owners=BILLING,
)
def invoices(
    context: dg.AssetExecutionContext, warehouse: WarehouseResource, clock: Clock
) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """One row per tenant: the invoice of the billing month, drafted anew unless it is finalised.

    A minimum or a fee is billed though nothing was done in the month. Finalising is a person's:
    `e2a invoices finalise`.
    """
    now, zone = clock.as_of(context.run.tags), context.run.tags.get(ZONE_TAG)
    with warehouse.connect() as connection:
        check_green(connection)
        scopes = [
            tenant_scopes(connection, now, period=month(key), zone=zone)
            for key in context.partition_keys
        ]
        connection.rollback()
        done = generate(connection, now, chain(*scopes))
    return _result(done)


def _result(done: Generated) -> dg.MaterializeResult:  # type: ignore[type-arg]
    return dg.MaterializeResult(
        metadata={"dagster/row_count": done.invoices, "written": len(done.changes)}
    )


invoice_assets = [draft_invoices, invoices]
