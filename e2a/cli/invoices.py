"""`e2a invoices`: drafts, finalisation, credit notes and exports, for the billing clerk."""

from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from e2a.billing.invoices.export import as_csv, as_html, as_json
from e2a.billing.invoices.generating import catch_up, generate
from e2a.billing.invoices.months import month, tenant_scopes
from e2a.billing.invoices.reading import listed, shown
from e2a.cli import invoice_import, invoice_moves, invoices_shown
from e2a.cli.console import JsonOption, TenantOption, connected, now, out, say
from e2a.cli.invoice_options import DryRunOption, InvoiceArgument, Shape
from e2a.domain.errors import BadInputError
from e2a.domain.invoicing import Status
from e2a.warehouse.policies import load_policies

app = typer.Typer(
    help="Invoices from events: draft, review, finalise; then credit or void. docs/invoices.md.",
    no_args_is_help=True,
)


@app.command("generate")
def generate_(
    tenant: TenantOption = None,
    period: Annotated[str | None, typer.Option(help="Only this month, such as 2026-03.")] = None,
    lookback_hours: Annotated[
        int | None, typer.Option(min=1, help="Months of what was done or known in the last hours.")
    ] = None,
    backfill: Annotated[
        bool, typer.Option("--backfill", help="The months of the last days, see --days-back.")
    ] = False,
    days_back: Annotated[int, typer.Option(min=1, help="With --backfill.")] = 30,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> None:
    """Bring drafts up to date with their events; finalised invoices stay as they are.

    Without a choice of months, every open month. Running it twice changes nothing.

    Example: e2a invoices generate --tenant demo-3pl --period 2026-03 --dry-run
    """
    if sum((period is not None, lookback_hours is not None, backfill)) > 1:
        raise BadInputError(
            "--period, --lookback-hours and --backfill exclude each other", "Give one of them"
        )
    at = now()
    with connected() as (_, connection):
        if not dry_run:
            load_policies(connection, at)
        scopes = tenant_scopes(
            connection, at, tenant=tenant,
            period=None if period is None else month(period),
            lookback=None if lookback_hours is None else timedelta(hours=lookback_hours),
            back=timedelta(days=days_back) if backfill else None,
        )  # fmt: skip
        connection.rollback()
        if not dry_run:
            catch_up(connection)
        done = generate(
            connection, at, scopes, dry_run=dry_run,
            progress=lambda scope, drafted: say(
                f"drafting   {scope.tenant}: {drafted.invoices:,} open, "
                f"{len(drafted.written) + len(drafted.removed):,} changed"
            ),
        )  # fmt: skip
    if json:
        out.out(as_json({"dry_run": dry_run, **asdict(done)}))
    else:
        invoices_shown.generated(done, dry_run)


@app.command("list")
def list_(
    tenant: TenantOption = None,
    period: Annotated[str | None, typer.Option(help="Only this month, such as 2026-03.")] = None,
    status: Annotated[
        Status | None, typer.Option(case_sensitive=False, help="Only what stands so.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """List invoices, the newest month first.

    Example: e2a invoices list --tenant demo-3pl --status draft
    """
    with connected() as (_, connection):
        rows = listed(connection, tenant, None if period is None else month(period), status)
    if json:
        out.out(as_json(rows))
    else:
        invoices_shown.several(rows)


@app.command()
def show(invoice: InvoiceArgument, tenant: TenantOption = None, json: JsonOption = False) -> None:
    """Show one invoice: lines, taxes, credit notes, findings, who moved it.

    Example: e2a invoices show INV-000001 --tenant demo-3pl
    """
    with connected() as (_, connection):
        seen = shown(connection, invoice, tenant)
    if json:
        out.out(as_json(seen))
    else:
        invoices_shown.one(seen)


for _name, _command in invoice_moves.COMMANDS.items():
    app.command(_name)(_command)


@app.command()
def export(
    invoice: InvoiceArgument,
    tenant: TenantOption = None,
    format: Annotated[
        Shape, typer.Option(case_sensitive=False, help="html is for the customer.")
    ] = Shape.HTML,
    file: Annotated[
        Path | None, typer.Option("--out", help="Where to write it; default: standard output.")
    ] = None,
    issuer: Annotated[
        str | None,
        typer.Option(
            envvar="E2A_INVOICE_ISSUER", help="Who issues it: name; street; town; tax number."
        ),
    ] = None,
) -> None:
    """Export an invoice: CSV for a ledger, JSON for machines, HTML (prints to PDF) for customers.

    Example: e2a invoices export INV-000001 --format html --out INV-000001.html
    """
    with connected() as (_, connection):
        seen = shown(connection, invoice, tenant)
    text = {
        Shape.CSV: lambda: as_csv(seen),
        Shape.JSON: lambda: as_json(seen) + "\n",
        Shape.HTML: lambda: as_html(seen, issuer) + "\n",
    }[format]()
    if file is None:
        typer.echo(text, nl=False)
        return
    try:
        with file.open("w", encoding="utf-8", newline="") as written:
            written.write(text)
    except OSError as error:
        raise BadInputError(
            f"{file} cannot be written ({error.strerror})", "Name another with --out"
        ) from None
    out.print(f"Wrote {file}.", markup=False)


app.command("import")(invoice_import.import_invoice)
