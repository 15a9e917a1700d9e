"""Policies as an asset: what operators edit in policies/ becomes immutable versions."""

import dagster as dg

from e2a.warehouse.policies import load_policies
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
    """One row per promise, calendar window and price that policies/ states, by version."""
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
    )
]
