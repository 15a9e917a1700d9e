"""Why adjustments are what they are, as an asset, and the check that every sentence adds up."""

import dagster as dg

from e2a.billing.guard.rationales import audit, rationalise
from e2a_assets.asked import audited, reasons
from e2a_assets.billing.guard import adjustments
from e2a_assets.billing.invoices import KINDS
from e2a_assets.owners import BILLING
from resources.narrator import NarratorResource
from resources.warehouse import WarehouseResource


@dg.asset(
    key=["billing", "rationales"],
    group_name="billing",
    deps=[adjustments],
    kinds=KINDS,
    owners=BILLING,
)
def rationales(warehouse: WarehouseResource, narrator: NarratorResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """One row per asking why an adjustment is right: a model's words, or why there are none."""
    place = warehouse.warehouse()
    with narrator.narrator(place) as asked:
        done = rationalise(place, asked)
    return dg.MaterializeResult(
        metadata={"dagster/row_count": done.by_model, "by_rules": reasons(done.by_rules)}
    )


@dg.asset_check(asset=rationales, blocking=True)
def every_rationale_adds_up(warehouse: WarehouseResource) -> dg.AssetCheckResult:
    """Every accepted rationale is judged again by its amounts: its parts sum exactly."""
    with warehouse.connect() as connection:
        return audited(audit(connection))
