"""Coverage of the inbox: every row that was read has one outcome, and every row has its day."""

import dagster as dg

from e2a.domain.deliveries import Source
from e2a.warehouse.retention import caught
from resources.warehouse import WarehouseResource

_UNDECIDED = """
select count(*) from landing.inbox as i
inner join ops.watermarks as w on w.tenant_id = '*' and w.lane = i.source
left join landing.outcomes as o on o.tenant_id = i.tenant_id and o.inbox_seq = i.seq
where i.source = %s and (i.xid, i.seq) <= (w.xid, w.seq) and o.inbox_seq is null
"""

_OUTCOMES = "select outcome, count(*) from landing.outcomes where source = %s group by outcome"


def coverage_check(source: Source) -> dg.AssetChecksDefinition:
    """The check of one source; what waits for a person is shown, not failed."""

    @dg.asset_check(
        asset=["landing", f"{source}_events"],
        name="every_inbox_row_has_one_outcome",
        blocking=True,
        description="Every row behind the watermark is canonical, nothing to do, waiting, "
        "quarantined or a dead letter.",
    )
    def covered(warehouse: WarehouseResource) -> dg.AssetCheckResult:
        with warehouse.connect() as connection:
            undecided = connection.execute(_UNDECIDED, (source,)).fetchone()
            outcomes = connection.execute(_OUTCOMES, (source,)).fetchall()
        missing = undecided[0] if undecided else 0
        return dg.AssetCheckResult(
            passed=missing == 0, metadata={"undecided": missing, **dict(outcomes)}
        )

    return covered


def day_check(source: Source) -> dg.AssetChecksDefinition:
    """The alarm of one source; such rows are read like all others, so nothing waits for it."""

    @dg.asset_check(
        asset=["landing", f"{source}_events"],
        name="every_inbox_row_has_its_day",
        description="No row lies in the default partition: days are made ahead. Run `keep_inbox`.",
    )
    def dated(warehouse: WarehouseResource) -> dg.AssetCheckResult:
        with warehouse.connect() as connection:
            stray = caught(connection, source)
        return dg.AssetCheckResult(
            passed=not stray, severity=dg.AssetCheckSeverity.WARN, metadata={**stray}
        )

    return dated


landing_checks = [made(source) for source in Source for made in (coverage_check, day_check)]
