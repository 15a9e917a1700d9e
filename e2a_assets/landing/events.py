"""The four roads of arrival as assets: `landing/<source>_events`.

A materialisation first reads everything of its source beyond the watermark, whatever its day,
records every day that it met, and resolves rows whose tenant has become known. Unless the run is
tagged as reading only what is new, it then reads the days of its partitions once more, so that a
newer parser or a repaired defect takes effect; with nothing new, nothing changes.
"""

from datetime import date

import dagster as dg

from e2a.domain.deliveries import Source
from e2a.sources.registry import PARSER_VERSION, parse
from e2a.warehouse.drain import Reader, drain, reread
from e2a.warehouse.held.dead_letters import resolve_waiting
from e2a_assets.owners import DATA
from e2a_assets.partitions import ONLY_NEW, READ_TAG, RECEIPT_DAYS
from resources.clock import Clock
from resources.warehouse import WarehouseResource

DESCRIPTIONS = {
    Source.SHOPIFY: "One row per fact that the shop's webhooks state.",
    Source.WMS: "One row per fact that the warehouse management system states.",
    Source.CARRIER: "One row per scan of a parcel that carriers report.",
    Source.FILE: "One row per fact from bulk files, the only road that may state recorded_at.",
}


def landing_asset(source: Source) -> dg.AssetsDefinition:
    """The asset of one source."""

    @dg.asset(
        key=["landing", f"{source}_events"],
        group_name="landing",
        partitions_def=RECEIPT_DAYS,
        backfill_policy=dg.BackfillPolicy.single_run(),
        deps=[["reference", "policies"]],
        kinds={"python", "postgres"},
        owners=DATA,
        code_version=PARSER_VERSION,
        description=DESCRIPTIONS[source],
        tags={"pii": "true"},
    )
    def events(
        context: dg.AssetExecutionContext, warehouse: WarehouseResource, clock: Clock
    ) -> dg.MaterializeResult:  # type: ignore[type-arg]
        reader = Reader(source, parse, PARSER_VERSION)
        with warehouse.connect() as connection:
            read = drain(connection, reader, lambda rows, _: context.log.info("%d rows", rows))
            came = resolve_waiting(connection, [reader], clock.now())
            if context.run.tags.get(READ_TAG) != ONLY_NEW:
                window = context.partition_key_range
                first, last = date.fromisoformat(window.start), date.fromisoformat(window.end)
                again = reread(connection, reader, first, last, clock.now())
                read += again
            stored = connection.execute(
                "select count(*) from landing.order_events where source = %s", (source,)
            ).fetchone()
        for day in sorted(str(day) for day in read.days):
            if day not in context.partition_keys and RECEIPT_DAYS.has_partition_key(day):
                context.log_event(dg.AssetMaterialization(context.asset_key, partition=day))
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": stored[0] if stored else 0,
                "inbox_rows_read": read.rows + came.rows,
                "events_new_or_changed": read.events + came.events,
            }
        )

    return events


landing_assets = [landing_asset(source) for source in Source]
