"""Coverage of the inbox: every row that was read ended in exactly one outcome."""

import dagster as dg

from e2a.domain.deliveries import Source
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


landing_checks = [coverage_check(source) for source in Source]
