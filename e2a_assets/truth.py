"""PROVE: what the lanes stored, beside a rebuild from the events; a difference stops the money.

The proof itself is `e2a.warehouse.truth`. Here it is an asset that the night makes after the models
and before the invoices, and a blocking check that shows the rows that differ.
"""

import json

import dagster as dg

from e2a.warehouse.truth import (
    Difference,
    Truth,
    differences,
    last_truth,
    prove,
    whole_is_due,
    words,
)
from e2a_assets.owners import DATA
from e2a_assets.transform import hot_models
from resources.clock import Clock
from resources.warehouse import WarehouseResource

SHOWN = 25
"""Differing rows at the check; `e2a truth --show` has more."""


@dg.asset(
    key=["ops", "truth"],
    group_name="ops",
    deps=[*hot_models()],
    kinds={"python", "postgres", "dbt"},
    owners=DATA,
)
def truth(
    context: dg.AssetExecutionContext, warehouse: WarehouseResource, clock: Clock
) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """One proof a night: orders rebuilt from their events beside the stored tables.

    The orders derived since they were proven, the open ones and those of open billing months; once
    a week, and after models or prices changed, all.
    """
    with warehouse.connect() as connection:
        whole = whole_is_due(connection, clock.now())

    def progress(done: int, orders: int) -> None:
        context.log.info("%d of %d orders compared", done, orders)

    found = prove(warehouse.warehouse(), context.log.info, progress, whole=whole)
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": sum(table.compared for table in found.tables),
            "proof": found.id,
            "whole": found.whole,
            "orders": found.orders,
            "orders_left_to_the_next": found.left_orders,
            "billing_months": found.periods,
            "billing_months_left": found.left_periods,
            "differences": found.differences,
            "seconds": (found.finished_at - found.started_at).total_seconds(),
        }
    )


@dg.asset_check(
    asset=truth,
    blocking=True,
    description="Every stored row is what a rebuild from the events gives; invoices wait for it.",
)
def stored_rows_are_what_a_rebuild_gives(warehouse: WarehouseResource) -> dg.AssetCheckResult:
    """Red shows which tables and rows differ, and in which columns."""
    with warehouse.connect() as connection:
        found = last_truth(connection)
        rows = differences(connection, found.id, SHOWN) if found else []
    if found is None:
        return dg.AssetCheckResult(passed=False, description="Nothing has been proven yet.")
    return dg.AssetCheckResult(
        passed=found.is_green,
        description=f"Proof {found.id}: {words(found)}.",
        metadata={"proof": found.id, "tables": _tables(found), **_rows(rows)},
    )


def _tables(found: Truth) -> dg.TableMetadataValue:
    return dg.MetadataValue.table(
        [
            dg.TableRecord(
                {
                    "table": table.table_name,
                    "compared": table.compared,
                    "missing": table.missing,
                    "extra": table.extra,
                    "differing": table.differing,
                }
            )
            for table in found.tables
        ],
        _schema(table="string", compared="int", missing="int", extra="int", differing="int"),
    )


def _rows(rows: list[Difference]) -> dict[str, dg.TableMetadataValue]:
    names = ("table", "tenant", "kind", "key", "columns", "streamed", "rebuilt")
    records = [
        dg.TableRecord(dict(zip(names, _row(difference), strict=True))) for difference in rows
    ]
    schema = _schema(**dict.fromkeys(names, "string"))
    return {"differing_rows": dg.MetadataValue.table(records, schema)} if rows else {}


def _row(found: Difference) -> tuple[str, ...]:
    """Where both are there, only the columns that disagree."""
    columns = found.columns()

    def said(row: dict[str, object] | None) -> str:
        kept = {name: value for name, value in (row or {}).items() if name in columns}
        return "-" if row is None else json.dumps(kept or row)

    key = json.dumps({name: value for name, value in found.key.items() if name != "tenant_id"})
    return (
        found.table_name, found.tenant_id, found.kind, key, ", ".join(columns),
        said(found.streamed), said(found.proven),
    )  # fmt: skip


def _schema(**columns: str) -> dg.TableSchema:
    return dg.TableSchema([dg.TableColumn(name, kind) for name, kind in columns.items()])
