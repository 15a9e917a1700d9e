"""`e2a invoices import`: an invoice that another billing system issued, for the guard to check."""

from pathlib import Path
from typing import Annotated

import typer

from e2a.billing.imports.formats import Format, import_file
from e2a.cli.console import JsonOption, TenantOption, connected, now, out, print_json
from e2a.warehouse.policies import load_policies


def import_invoice(
    file: Annotated[Path, typer.Argument(help="The invoice as it was issued.")],
    format: Annotated[
        Format, typer.Option(case_sensitive=False, help="How it is written; docs/invoice-csv.md.")
    ] = Format.E2A_CSV,
    tenant: TenantOption = None,
    tender: Annotated[
        Path | None, typer.Option(help="X12 204 of the same load: the freight is held against it.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Import an invoice of another billing system; the next audit looks at it.

    A corrected file under the same number takes the invoice's place, until it is finalised.

    Example: e2a invoices import march.csv --format e2a-csv

    Freight: e2a invoices import 210.edi --format x12-210 --tenant demo-3pl --tender 204.edi
    """
    with connected() as (_, connection):
        load_policies(connection, now())
        done = import_file(connection, file, format, now(), tenant, tender)
    if json:
        print_json(
            [
                {
                    "tenant": one.tenant_id, "invoice": one.invoice_id, "lines": one.lines,
                    "new": one.is_new,
                }
                for one in done
            ]
        )  # fmt: skip
        return
    for one in done:
        words = "imported" if one.is_new else "is here already, as it is"
        out.print(f"{one.invoice_id} of {one.tenant_id}: {words}, {one.lines:,} lines.")
    out.print("Audit it: e2a adjustments audit")
