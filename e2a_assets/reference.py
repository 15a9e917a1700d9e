"""Policies as an asset: what operators edit in policies/ becomes immutable versions."""

import os
from pathlib import Path

import dagster as dg

from e2a.warehouse.reference import load, read_folder
from e2a_assets.owners import OPERATIONS
from e2a_assets.paths import POLICIES
from resources.clock import Clock
from resources.warehouse import WarehouseResource


def policies_folder() -> Path:
    """E2A_POLICIES, or the checkout's own folder."""
    return Path(os.environ.get("E2A_POLICIES") or POLICIES)


@dg.asset(
    key=["reference", "policies"],
    group_name="reference",
    kinds={"python", "postgres", "yaml"},
    owners=OPERATIONS,
    description="One row per promise, calendar window and price that policies/ states, by version.",
)
def policies(warehouse: WarehouseResource, clock: Clock) -> dg.MaterializeResult:  # type: ignore[type-arg]
    with warehouse.connect() as connection, connection.transaction():
        loaded = load(connection, read_folder(policies_folder()), clock.now())
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
