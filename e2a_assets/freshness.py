"""FRESH: how old an asset may grow before Dagster says that somebody who watches it is misled.

The night makes all of these once a day, so more than a day and some hours is a night that failed.
How far the hot lane is behind is another question, of seconds: `e2a status`.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import dagster as dg

A_NIGHT = dg.FreshnessPolicy.time_window(
    fail_window=timedelta(hours=36), warn_window=timedelta(hours=27)
)
"""From one night to the next, with two hours to spare before it warns."""

WATCHED = {
    *(dg.AssetKey(["landing", f"{s}_events"]) for s in ("shopify", "wms", "carrier", "file")),
    dg.AssetKey(["sla", "breaches"]),
    dg.AssetKey(["sla", "narratives"]),
    dg.AssetKey(["billing", "draft_invoices"]),
    dg.AssetKey(["billing", "invoices"]),
    dg.AssetKey(["ops", "truth"]),
}
"""What people look at without asking how it came about."""


def watched(*assets: Any) -> list[Any]:  # noqa: ANN401 - assets and specs of any kind
    """The assets with a freshness policy on those that are watched."""
    return list(_each(assets))


def _each(assets: tuple[Any, ...]) -> Iterator[Any]:
    for asset in assets:
        if isinstance(asset, dg.AssetsDefinition) and WATCHED & asset.keys:
            yield asset.map_asset_specs(_with_policy)
        else:
            yield asset


def _with_policy(spec: dg.AssetSpec) -> dg.AssetSpec:
    return spec.replace_attributes(freshness_policy=A_NIGHT) if spec.key in WATCHED else spec
