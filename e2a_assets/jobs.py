"""Jobs and schedules: one job per line of the journey, the whole journey, and the night.

Both lines contain all models: a pass over the models strikes its orders off, so it must be whole.
Landing assets are partitioned by day of receipt, the rest is not: a run names a day, or a backfill
a range of days, and everything downstream runs once. Invoices of a month are a job of their own.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg

from e2a.billing.invoices.months import months_touched
from e2a_assets.billing.invoices import ZONE_TAG
from e2a_assets.landing.events import ONLY_NEW, READ_TAG
from e2a_assets.transform import transform
from resources.clock import Clock

_arrival = dg.AssetSelection.groups("reference", "landing") | dg.AssetSelection.assets(transform)
_explained = dg.AssetSelection.assets(["sla", "exceptions"], ["sla", "narratives"])
_invoiced = dg.AssetSelection.assets(
    *(
        ["billing", name]
        for name in ("draft_invoices", "billed_invoices", "findings", "adjustments")
    )
)


def _job(name: str, selection: dg.AssetSelection, description: str) -> Any:  # noqa: ANN401
    return dg.define_asset_job(
        name, selection, description=description, executor_def=dg.in_process_executor
    )


sla_journey = _job(
    "sla_journey", _arrival | _explained, "Raw events to breaches and their explanations."
)
billing_journey = _job(
    "billing_journey", _arrival | _invoiced, "Raw events to invoices, findings and adjustments."
)
journey = _job(
    "journey", _arrival | _explained | _invoiced, "Both lines, from raw events to the end."
)

monthly_invoices = _job(
    "monthly_invoices",
    dg.AssetSelection.assets(["billing", "invoices"]),
    "Drafts of billing months, of every tenant or of one billing zone.",
)

jobs = [journey, sla_journey, billing_journey, monthly_invoices]

ONLY_WHAT_IS_NEW = {READ_TAG: ONLY_NEW}
"""Tag of a run that reads beyond the watermarks only; its partition is the latest day expected."""


def nightly(zone: str) -> dg.ScheduleDefinition:
    """The whole journey at 02:00 of a tenant's billing zone."""
    name = "nightly_" + zone.lower().replace("/", "_").replace("-", "_")

    @dg.schedule(
        name=name,
        job=journey,
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


def invoicing(zone: str) -> dg.ScheduleDefinition:
    """Drafts of a billing zone's months at 03:00 there, when the night's journey is done."""
    name = "invoices_" + zone.lower().replace("/", "_").replace("-", "_")

    @dg.schedule(
        name=name,
        job=monthly_invoices,
        cron_schedule="0 3 * * *",
        execution_timezone=zone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description=f"Every night at 03:00 in {zone}: drafts of the months that may be billed.",
    )
    def schedule(context: dg.ScheduleEvaluationContext, clock: Clock) -> Iterator[dg.RunRequest]:
        at = context.scheduled_execution_time or clock.now()
        for month in months_touched(at - INVOICED_BACK, at, zone):
            key = f"{month:%Y-%m}"
            yield dg.RunRequest(
                run_key=f"{name}-{at.astimezone(ZoneInfo(zone)).date().isoformat()}-{key}",
                partition_key=key,
                tags={ZONE_TAG: zone},
            )

    return schedule
