"""Policies as an asset: what operators edit in policies/ becomes immutable versions."""

import dagster as dg

from e2a.warehouse.as_of import ask
from e2a.warehouse.policies import load_policies
from e2a.warehouse.reference.horizon import SHORTEST, unreachable
from e2a_assets.owners import OPERATIONS
from resources.clock import Clock
from resources.warehouse import WarehouseResource


@dg.asset(
    key=["reference", "policies"],
    group_name="reference",
    kinds={"python", "postgres", "yaml"},
    owners=OPERATIONS,
)
def policies(warehouse: WarehouseResource, clock: Clock) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """One row per promise, calendar window and price that policies/ states, by version.

    Calendars are extended as well, so that they always reach years ahead.
    """
    with warehouse.connect() as connection:
        loaded = load_policies(connection, clock.now())
        promises = connection.execute("select count(*) from reference.sla_policies").fetchone()
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": promises[0] if promises else 0,
            "new_policies": loaded.policies,
            "new_calendars": loaded.calendars,
            "new_rate_cards": loaded.rate_cards,
        }
    )


@dg.asset_check(
    asset=policies,
    description=f"Every calendar in use reaches {SHORTEST.days} days ahead, and every open clock "
    "that runs has a deadline.",
)
def calendars_reach_far_enough(
    context: dg.AssetCheckExecutionContext, warehouse: WarehouseResource, clock: Clock
) -> dg.AssetCheckResult:
    """No clock runs without a deadline because its calendar ends."""
    with warehouse.connect() as connection:
        ask(connection, clock.as_of(context.run.tags))
        found = unreachable(connection, clock.now())
    return dg.AssetCheckResult(
        passed=not found.short_calendars and not found.clocks_without_deadline,
        metadata={
            "short_calendars": found.short_calendars,
            "clocks_without_deadline": found.clocks_without_deadline,
        },
    )


identity_specs = [
    dg.AssetSpec(
        ["orders", name],
        deps=[["landing", f"{source}_events"] for source in ("shopify", "wms", "carrier", "file")],
        group_name="orders",
        kinds={"postgres"},
        description=text,
    )
    for name, text in (
        ("identifiers", "One row per name of an order, learnt while events land."),
        ("shipments", "One row per parcel and order in it, learnt while events land."),
        ("corrections", "One row per event and correction that names only it."),
    )
]
