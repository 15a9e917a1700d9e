"""`e2a forget`: the person behind an order is blanked, verdicts and invoices stay."""

from typing import Annotated

import typer

from e2a.cli.console import JsonOption, connected, out, print_json
from e2a.domain.errors import UnknownTenantError
from e2a.warehouse.inbox import tenants


def forget(
    tenant: Annotated[str, typer.Option(help="The order's tenant.")],
    order: Annotated[str, typer.Option(help="The order's id or any of its names.")],
    json: JsonOption = False,
) -> None:
    """Blank the personal data of one order in inbox, archives and events.

    Example: e2a forget --tenant demo-3pl --order shopify:5001
    """
    from e2a.warehouse import forget as forgetting  # Parquet is slow to import

    with connected() as (warehouse, connection):
        known = tenants(connection)
        if tenant not in known:
            raise UnknownTenantError(tenant, known)
        done = forgetting.forget(connection, tenant, order, warehouse.home)
    counts = {
        "inbox_rows": done.inbox_rows,
        "events": done.events,
        "archive_lines": done.archive_lines,
    }
    if json:
        print_json(counts)
    else:
        out.print(
            f"Blanked {done.inbox_rows} inbox rows, {done.events} events and "
            f"{done.archive_lines} archive lines. Verdicts and invoices are as they were."
        )
