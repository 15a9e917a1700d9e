"""`e2a archive`: old days of the inbox into Parquet, and out of the database."""

from datetime import timedelta
from typing import Annotated

import typer

from e2a.cli.console import JsonOption, connected, now, out, print_json, say


def archive(
    days: Annotated[
        int | None,
        typer.Option(min=1, help="Days that stay; default: E2A_RETENTION_DAYS, or 400."),
    ] = None,
    drop: Annotated[bool, typer.Option("--drop/--no-drop", help="Then drop them.")] = True,
    json: JsonOption = False,
) -> None:
    """Archive old days of the inbox to Parquet, read them back, and drop what nobody needs.

    The schedule `keep_inbox_daily` does the same every night. `e2a land archive FILE` lands one.

    Example: e2a archive --days 90 --no-drop
    """
    from e2a.warehouse import retention  # Parquet is slow to import

    kept = timedelta(days=days or retention.kept_days())
    with connected() as (warehouse, connection):
        done = retention.retire(
            connection, retention.archive_folder(warehouse.home), now().date() - kept, now(), say,
            drop=drop,
        )  # fmt: skip
    if json:
        print_json([
            {"day": one.day, "kept_because": one.kept_because, "archived_rows": one.archived_rows}
            for one in done
        ])  # fmt: skip
        return
    rows, gone = sum(one.archived_rows for one in done), sum(not one.kept_because for one in done)
    out.print(f"Archived {rows:,} rows; dropped {gone:,} of {len(done):,} old days.")
