"""The hot lane in Dagster: it watches where no radar does, and shows what either has done.

An evaluation stays on the loop of `e2a.radar` for up to `STAY` and then reports every step beyond
its cursor, coalesced: a report that was lost is made good by the next. What the lane cannot do
(first build, changed models, a backlog) belongs to `new_events`.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic, sleep

import dagster as dg

from e2a.radar import NotBuiltError, watch
from e2a.radar.building import engine_of
from e2a.radar.reporting import Landed, Report, report
from e2a.radar.watching import LOOK_SECONDS
from e2a.warehouse.connection import Warehouse
from e2a_assets.transform import hot_models
from resources.clock import Clock
from resources.warehouse import WarehouseResource

STAY = timedelta(seconds=20)
"""Well below the 60 s after which Dagster gives an evaluation up."""
AWAIT = timedelta(seconds=5)
"""How long an evaluation waits for a radar to fall silent, looking every second: each tick is a row
in Dagster's database, and one a second more than all that is told about the lane."""
REPORT_EVERY = timedelta(seconds=30)
"""A record a model and half minute: some 90 MB a day in Dagster's database, however busy it is."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Up to which step has been reported, and when."""

    step: int = 0
    told_at: datetime | None = None

    @classmethod
    def read(cls, text: str | None) -> "Cursor":
        """From the words of the sensor's cursor; nothing is the beginning."""
        if not text:
            return cls()
        step, _, told_at = text.partition("@")
        return cls(int(step), datetime.fromisoformat(told_at))

    def is_due(self, now: datetime) -> bool:
        """Whether the last report is old enough for another."""
        return self.told_at is None or now - self.told_at >= REPORT_EVERY


@dg.sensor(minimum_interval_seconds=1, default_status=dg.DefaultSensorStatus.RUNNING)
def hot_lane(
    context: dg.SensorEvaluationContext, warehouse: WarehouseResource, clock: Clock
) -> dg.SensorResult | dg.SkipReason:
    """Turns what arrives into verdicts unless a radar does, and shows what was done."""
    try:
        steps = _watched(warehouse.warehouse())
    except NotBuiltError as error:
        return dg.SkipReason(str(error))
    told = Cursor.read(context.cursor)
    if not told.is_due(clock.now()):
        return dg.SkipReason("a radar is watching" if steps is None else "watching")
    with warehouse.connect() as connection:
        news = report(connection, told.step)
    return dg.SensorResult(
        asset_events=list(materializations(news, hot_models())),
        cursor=f"{news.last_step}@{clock.now().isoformat()}",
        skip_reason=words(news),
    )


def _watched(warehouse: Warehouse) -> int | None:
    """Steps taken in a stay; None if a radar has watched all the while."""
    engine = engine_of(os.environ.get("E2A_HOT_ENGINE"))
    until = monotonic() + AWAIT.total_seconds()
    while (steps := watch(warehouse, "sensor", _staying(), engine=engine)) is None:
        if monotonic() >= until:
            return None
        sleep(LOOK_SECONDS)
    return steps


def _staying() -> Callable[[], bool]:
    until = monotonic() + STAY.total_seconds()
    return lambda: monotonic() < until


def words(news: Report) -> str:
    """What a person reads at the tick."""
    worst = max((landed.lag_seconds for landed in news.landed), default=0.0)
    held = f"; {news.held:,} events set aside, see `e2a dlq list --quarantine`" if news.held else ""
    return f"{news.orders:,} orders in {news.steps:,} steps, lag at most {worst:.1f} s{held}"


def materializations(
    news: Report, models: Sequence[dg.AssetKey]
) -> Iterator[dg.AssetMaterialization]:
    """Runless materialisations: a landing partition a day of receipt, and every hot model."""
    for landed in news.landed:
        yield dg.AssetMaterialization(
            ["landing", f"{landed.source}_events"],
            partition=landed.day.isoformat(),
            metadata=_of_landed(landed),
        )
    if news.orders:
        for model in models:
            yield dg.AssetMaterialization(
                model, metadata={"orders_derived": news.orders, "steps": news.steps}
            )


def _of_landed(landed: Landed) -> dict[str, str | int | float]:
    return {
        "inbox_rows_read": landed.rows,
        "events_new_or_changed": landed.events,
        "batches": landed.batches,
        "lag_seconds": landed.lag_seconds,
        "range": f"({landed.first}, {landed.last}]",
    }
