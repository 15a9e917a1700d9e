"""A model's words as an asset, by day of breach, and the check that none of them is unproven.

A run that reads only what is new asks about whatever waits, whatever its day, and records the days
that it met; any other asks about its days only, those of which rules' words stand included when the
configuration says so. Without a key nothing is asked, and nothing fails.
"""

from datetime import date

import dagster as dg

from e2a.sla.narration.again import Again, again
from e2a.sla.narration.auditing import audit
from e2a.sla.narration.queue import Wanted
from e2a.sla.narration.running import MOST, Narrated, narrate
from e2a_assets.asked import audited, reasons
from e2a_assets.owners import OPERATIONS
from e2a_assets.partitions import ONLY_NEW, READ_TAG, RECEIPT_DAYS
from e2a_assets.sla.narratives import narratives
from resources.clock import Clock
from resources.narrator import NarratorResource
from resources.warehouse import WarehouseResource


class Asking(dg.Config):  # type: ignore[misc]
    """How much a run may ask, and whether it asks again."""

    most: int = MOST
    again: bool = False
    """Ask again about breaches that a model explained already."""
    rules_too: bool = False
    """Ask again also where an answer was not taken."""


@dg.asset(
    key=["sla", "model_narratives"],
    group_name="sla",
    partitions_def=RECEIPT_DAYS,
    backfill_policy=dg.BackfillPolicy.single_run(),
    deps=[narratives],
    kinds={"python", "postgres"},
    owners=OPERATIONS,
)
def model_narratives(
    context: dg.AssetExecutionContext,
    config: Asking,
    warehouse: WarehouseResource,
    narrator: NarratorResource,
    clock: Clock,
) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """One row per asking of a model about a breach: its words, or why the rules' words stand."""
    only_new = context.run.tags.get(READ_TAG) == ONLY_NEW
    window = context.partition_key_range
    days = (None, None) if only_new else tuple(map(date.fromisoformat, (window.start, window.end)))
    place = warehouse.warehouse()
    if config.again or config.rules_too:
        with warehouse.connect() as connection:
            again(connection, Again(rules_too=config.rules_too, first=days[0], last=days[1]))
    with narrator.narrator(place) as asked:
        done = narrate(
            place, asked, clock.now, wanted=Wanted(first=days[0], last=days[1]),
            most=config.most, as_of=clock.as_of(context.run.tags),
        )  # fmt: skip
    for day in sorted(set(map(str, done.days)) - set(context.partition_keys)):
        if RECEIPT_DAYS.has_partition_key(day):
            context.log_event(dg.AssetMaterialization(context.asset_key, partition=day))
    return dg.MaterializeResult(metadata=_told(done))


def _told(done: Narrated) -> dict[str, int | str]:
    return {
        "dagster/row_count": done.by_model,
        "of_known_answers": done.cached,
        "by_rules": reasons(done.by_rules),
        "waiting": done.waiting,
    }


@dg.asset_check(asset=model_narratives, blocking=True)
def nothing_ungrounded_is_accepted(warehouse: WarehouseResource) -> dg.AssetCheckResult:
    """Every accepted row is judged again by the facts that it was told: none fails."""
    with warehouse.connect() as connection:
        return audited(audit(connection))
