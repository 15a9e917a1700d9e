"""Jobs and schedules: one job per line of the journey, the whole journey, and the night.

Both lines contain all models: a pass over the models strikes its orders off, so it must be whole.
Landing assets are partitioned by day of receipt, the rest is not: a run names a day, or a backfill
a range of days, and everything downstream runs once. Invoices of a month are a job of their own.
The night is the journey with the proof in it (`ops/truth`), which the invoices wait for.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg

from e2a.billing.invoices.months import months_touched
from e2a.warehouse.truth import Truth, last_truth, words
from e2a_assets.billing.invoices import ZONE_TAG
from e2a_assets.partitions import ONLY_NEW, READ_TAG
from e2a_assets.transform import transform
from resources.clock import Clock
from resources.warehouse import WarehouseResource

_arrival = dg.AssetSelection.groups("reference", "landing") | dg.AssetSelection.assets(transform)
_explained = dg.AssetSelection.assets(
    *(["sla", name] for name in ("exceptions", "narratives", "model_narratives"))
)
_invoiced = dg.AssetSelection.assets(
    *(
        ["billing", name]
        for name in ("draft_invoices", "billed_invoices", "findings", "adjustments", "rationales")
    )
)


def _job(name: str, selection: dg.AssetSelection, description: str) -> Any:  # noqa: ANN401
    return dg.define_asset_job(
        name, selection, description=description, executor_def=dg.in_process_executor
    )


ONCE_MORE = {"dagster/max_retries": "2"}
"""Tag of a run that is started again when its process dies: everything in it may be done twice."""

sla_journey = _job(
    "sla_journey", _arrival | _explained, "Raw events to breaches and their explanations."
)
billing_journey = _job(
    "billing_journey", _arrival | _invoiced, "Raw events to invoices, findings and adjustments."
)
journey = _job(
    "journey", _arrival | _explained | _invoiced, "Both lines, from raw events to the end."
)

night = dg.define_asset_job(
    "night",
    _arrival | dg.AssetSelection.assets(["ops", "truth"]) | _explained | _invoiced,
    description="The whole journey with its proof: invoices only if every stored row is right.",
    executor_def=dg.in_process_executor,
    tags={**ONCE_MORE, "dagster/max_runtime": "21600"},
)

monthly_invoices = _job(
    "monthly_invoices",
    dg.AssetSelection.assets(["billing", "invoices"]),
    "Drafts of billing months, of every tenant or of one billing zone.",
)

jobs = [journey, sla_journey, billing_journey, night, monthly_invoices]

ONLY_WHAT_IS_NEW = {READ_TAG: ONLY_NEW}
"""Tag of a run that reads beyond the watermarks only; its partition is the latest day expected."""


def nightly(zone: str) -> dg.ScheduleDefinition:
    """The whole journey at 02:00 of a tenant's billing zone, with its proof."""
    name = "nightly_" + _named(zone)

    @dg.schedule(
        name=name,
        job=night,
        cron_schedule="0 2 * * *",
        execution_timezone=zone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description=f"Every night at 02:00 in {zone}: prove the day, explain it, invoice it.",
    )
    def schedule(context: dg.ScheduleEvaluationContext, clock: Clock) -> dg.RunRequest:
        day = (context.scheduled_execution_time or clock.now()).date().isoformat()
        return dg.RunRequest(run_key=f"{name}-{day}", partition_key=day, tags=ONLY_WHAT_IS_NEW)

    return schedule


INVOICED_BACK = timedelta(days=35)
"""Nightly drafts: the month that runs, and the one before until it has been finalised in peace."""


def not_yet(found: Truth | None, midnight: datetime) -> str | None:
    """Why a night's invoices must wait; None: they need not.

    Args:
        found: the last proof that came to its end.
        midnight: since when the day of the night lasts, in the billing zone.
    """
    if found is None or found.finished_at < midnight:
        return "the proof of this night has not come to its end"
    return None if found.is_green else f"proof {found.id} found {words(found)}"


def invoicing(zone: str) -> dg.ScheduleDefinition:
    """Drafts of a billing zone's months from 03:00 there, as soon as the night's proof is green."""
    name = "invoices_" + _named(zone)

    @dg.schedule(
        name=name,
        job=monthly_invoices,
        cron_schedule="*/30 3-22 * * *",
        execution_timezone=zone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description=f"Once a day from 03:00 in {zone}, after a green proof: drafts of the months "
        "that may be billed.",
    )
    def schedule(
        context: dg.ScheduleEvaluationContext, clock: Clock, warehouse: WarehouseResource
    ) -> Iterator[dg.RunRequest | dg.SkipReason]:
        at = (context.scheduled_execution_time or clock.now()).astimezone(ZoneInfo(zone))
        with warehouse.connect() as connection:
            wait = not_yet(last_truth(connection), at.replace(hour=0, minute=0, second=0))
        if wait:
            yield dg.SkipReason(wait)
            return
        for month in months_touched(at - INVOICED_BACK, at, zone):
            key = f"{month:%Y-%m}"
            yield dg.RunRequest(
                run_key=f"{name}-{at.date().isoformat()}-{key}",
                partition_key=key,
                tags={ZONE_TAG: zone},
            )

    return schedule


def _named(zone: str) -> str:
    return zone.lower().replace("/", "_").replace("-", "_")
