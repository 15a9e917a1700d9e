"""`e2a truth`: the proof that what is stored is what the events say, by hand."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from e2a.cli.console import JsonOption, connected, out, print_json, say
from e2a.cli.progress import counting
from e2a.domain.errors import BadInputError
from e2a.warehouse.connection import Warehouse, locate
from e2a.warehouse.truth import Difference, Truth, differences, last_truth, mend, prove, words


def truth(
    whole: Annotated[bool, typer.Option("--whole", help="Compare every order.")] = False,
    show: Annotated[bool, typer.Option("--show", help="Only show the last proof.")] = False,
    mended: Annotated[
        bool, typer.Option("--mend", help="First derive again what the last proof found wrong.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Rebuild orders from their events beside the warehouse, and compare every stored row.

    Takes the orders derived since they were proven, the open ones and those of billing months that
    are not closed. The live tables are only read. Exit code 1: a row differs; then nothing is
    invoiced until a later proof is green.

    Example: e2a truth --mend
    """
    if show and (whole or mended):
        raise BadInputError("--show proves nothing", "Leave out --whole and --mend")
    if not show:
        warehouse = locate()
        if mended:
            _mend(warehouse)
        _prove(warehouse, whole)
    with connected() as (_, connection):
        found = last_truth(connection)
        rows = differences(connection, found.id) if found else []
    if json:
        print_json(_report(found, rows))
    elif found is None:
        out.print("Nothing has been proven yet: e2a truth")
    else:
        _show(found, rows)
    if found is not None and not found.is_green:
        raise typer.Exit(1)


def _mend(warehouse: Warehouse) -> None:
    done = mend(warehouse, lambda orders: say(f"mend       {orders:,} orders derived again"))
    say(f"mend       {done:,} orders and billing months derived again")


def _prove(warehouse: Warehouse, whole: bool) -> None:
    with ExitStack() as held:
        bars: list[Callable[[int], None]] = []

        def progress(done: int, orders: int) -> None:
            if not bars:
                bars.append(held.enter_context(counting("compared", orders)))
            bars[0](done)

        prove(warehouse, say, progress, whole=whole)


def _report(found: Truth | None, rows: list[Difference]) -> dict[str, Any]:
    if found is None:
        return {"proof": None}
    return {
        "proof": asdict(found) | {"green": found.is_green},
        "rows": [asdict(row) | {"columns": row.columns()} for row in rows],
    }


def _show(found: Truth, rows: list[Difference]) -> None:
    seconds = (found.finished_at - found.started_at).total_seconds()
    colour, word = ("green", "green") if found.is_green else ("red", "RED")
    kind = "whole proof" if found.whole else "proof"
    out.print(
        f"[bold {colour}]{word}[/] {kind} {found.id} of {found.finished_at:%Y-%m-%d %H:%M}Z: "
        f"{escape(words(found))}, {found.periods:,} billing months, {seconds:.1f} s"
    )
    if found.left_orders or found.left_periods:
        out.print(
            f"Left to the next: {found.left_orders:,} orders with news, "
            f"{found.left_periods:,} months whose lines are due to be derived"
        )
    table = Table("table", "compared", "missing", "extra", "differing", box=None, pad_edge=False)
    for of in found.tables:
        counts = (of.compared, of.missing, of.extra, of.differing)
        table.add_row(of.table_name, *(f"{count:,}" for count in counts))
    out.print(table)
    for row in rows:
        out.print(_line(row), markup=False)


def _line(row: Difference) -> str:
    key = " ".join(str(value) for value in row.key.values())
    if row.streamed is None or row.proven is None:
        return f"{row.kind:<10} {row.table_name} {key}"
    said = "; ".join(
        f"{name}: stored {row.streamed[name]}, rebuilt {row.proven.get(name)}"
        for name in row.columns()
    )
    return f"{row.kind:<10} {row.table_name} {key}: {said}"
