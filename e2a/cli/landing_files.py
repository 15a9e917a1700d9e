"""`e2a land events|x12|epcis`: files that land once, known by what is in them."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from e2a.cli.console import JsonOption, connected, now, out, print_json, say
from e2a.cli.progress import counting
from e2a.cli.runner import run_journey
from e2a.domain.dialects import EPCIS, ORDER_NAMESPACE_HEADER, TIME_ZONE_HEADER, X12
from e2a.domain.errors import BadInputError, UnknownTenantError
from e2a.domain.zones import zone_named
from e2a.sources.bulk import documents, tables
from e2a.sources.bulk.batch import Bulk, Target
from e2a.warehouse import files, inbox
from e2a.warehouse.inbox import Landed
from e2a.warehouse.policies import load_policies

RunOption = Annotated[
    bool, typer.Option("--run/--no-run", help="Then run the journey over what is new.")
]
TenantArgument = Annotated[str, typer.Option("--tenant", help="The tenant that it belongs to.")]
NamespaceOption = Annotated[
    str, typer.Option(help="In which system the merchant's order numbers are names.")
]


def land_events(
    file: Annotated[Path, typer.Argument(help="CSV, NDJSON or Parquet; see docs/sources.md.")],
    tenant: TenantArgument,
    format: Annotated[tables.Format | None, typer.Option(help="Else its ending tells.")] = None,
    run: RunOption = True,
    as_json: JsonOption = False,
) -> None:
    """Land a bulk file of events, the only road that may state recorded_at.

    Example: e2a land events history.parquet --tenant demo-3pl
    """
    found = tables.format_of(file, format)
    _land(file, tenant, found, lambda to: tables.read(file, found, to), {}, run, as_json)


def land_x12(
    file: Annotated[Path, typer.Argument(help="An interchange with 945, 214 or 856.")],
    tenant: TenantArgument,
    order_namespace: NamespaceOption = "order",
    time_zone: Annotated[
        str | None, typer.Option(help="Of times that the file writes without a zone; else UTC.")
    ] = None,
    run: RunOption = True,
    as_json: JsonOption = False,
) -> None:
    """Land what a warehouse shipped (945, 856 as sent) and what a carrier did with it (214).

    Example: e2a land x12 advice.edi --tenant demo-3pl --time-zone America/Chicago
    """
    headers = {ORDER_NAMESPACE_HEADER: order_namespace}
    if time_zone:
        headers[TIME_ZONE_HEADER] = _zone(time_zone)
    _land(file, tenant, X12, lambda to: documents.read_x12(file, to), headers, run, as_json)


def land_epcis(
    file: Annotated[Path, typer.Argument(help="An EPCIS 2.0 document in JSON.")],
    tenant: TenantArgument,
    order_namespace: Annotated[
        str | None,
        typer.Option(help="In which system the last part of a transaction is an order's name."),
    ] = None,
    run: RunOption = True,
    as_json: JsonOption = False,
) -> None:
    """Land the events of an EPCIS document, or of a query's answer.

    Example: e2a land epcis capture.jsonld --tenant demo-3pl --order-namespace shopify
    """
    headers = {ORDER_NAMESPACE_HEADER: order_namespace} if order_namespace else {}
    _land(file, tenant, EPCIS, lambda to: documents.read_epcis(file, to), headers, run, as_json)


def _zone(name: str) -> str:
    try:
        return zone_named(name)
    except ValueError as error:
        raise BadInputError(f"--time-zone: {error}", "Give one such as America/Chicago") from None


def _land(
    path: Path, tenant: str, format: str, read: Callable[[Target], Bulk], headers: dict[str, str],
    run: bool, as_json: bool,
) -> None:  # fmt: skip
    if not path.is_file():
        raise BadInputError(f"There is no file {path}", "Check the path")
    with connected() as (warehouse, connection):
        at = now()
        load_policies(connection, at)
        tenants = inbox.tenants(connection)
        if tenant not in tenants:
            raise UnknownTenantError(tenant, tenants)
        file = files.identify(path, tenant, format)
        before = files.known(connection, file)
        landed = Landed()
        if before is None:
            bulk = read(Target(tenant, at, headers))
            with counting("landing", bulk.rows) as told:
                landed = files.land_file(connection, file, bulk.deliveries, at, told)
    _tell(file, before, landed, as_json)
    if run and before is None:
        run_journey(warehouse, say)
        say("The journey has run. Look: e2a summary")


def _tell(file: files.File, before: files.Known | None, landed: Landed, as_json: bool) -> None:
    if as_json:
        print_json({
            "file": file.name, "tenant": file.tenant_id, "format": file.format,
            "sha256": file.sha256.hex(), "rows": landed.rows, "duplicates": landed.duplicates,
            "conflicts": landed.conflicts,
            "landed_before": before.landed_at.isoformat() if before else None,
        })  # fmt: skip
        return
    if before:
        as_name = "" if before.name == file.name else f" as {before.name}"
        out.print(
            f"{file.name} was landed{as_name} at {before.landed_at:%Y-%m-%d %H:%M:%S} UTC with "
            f"{before.rows:,} rows; nothing is stored."
        )
        return
    out.print(f"Landed {landed.rows:,} deliveries; {landed.duplicates:,} were here already.")
