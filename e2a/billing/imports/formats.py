"""The formats that can be imported, and the way of a file: checked, landed, stored.

A new format is a line in `FORMATS`, a word in `e2a.domain.dialects` and a page in docs.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import psycopg

from e2a.billing.imports import e2a_csv, x12_210
from e2a.billing.imports.reading import Landed, read_rows, store_tender
from e2a.billing.imports.storing import ImportedInvoice, store_import
from e2a.domain.deliveries import Delivery, Source
from e2a.domain.dialects import BILLED_INVOICE, DIALECT_HEADER, FREIGHT_INVOICE, LOAD_TENDER
from e2a.domain.errors import BadInputError, UnknownTenantError
from e2a.warehouse import inbox


class Format(StrEnum):
    """What a person names with `--format`."""

    E2A_CSV = "e2a-csv"
    X12_210 = "x12-210"


@dataclass(frozen=True, slots=True)
class Imported:
    """An invoice that was read, and whether it is new or changed."""

    tenant_id: str
    invoice_id: str
    lines: int
    is_new: bool


Read = Callable[[Landed], list[ImportedInvoice]]

FORMATS: dict[str, Read] = {
    BILLED_INVOICE: lambda of: [e2a_csv.invoice(of.body, of.name)],
    FREIGHT_INVOICE: lambda of: x12_210.invoices(of.body, of.name, of.tenant_id, of.currency),
}
"""How the files of each dialect are read."""
_DIALECTS = {Format.E2A_CSV: BILLED_INVOICE, Format.X12_210: FREIGHT_INVOICE}


def read_landed(connection: psycopg.Connection[Any]) -> int:
    """Read every landed invoice and tender; returns how many invoices were new or changed."""
    return read_rows(connection, FORMATS)


def import_file(
    connection: psycopg.Connection[Any],
    path: Path,
    format: Format,
    now: datetime,
    tenant: str | None = None,
    tender: Path | None = None,
) -> list[Imported]:
    """Land a file and store its invoices, and the tender that they are held against.

    Args:
        connection: as `e2a_app`, outside a transaction.
        path: the file.
        format: in which it is written.
        now: when it arrived.
        tenant: whose invoices: needed by formats that do not say it, and checked where they do.
        tender: an X12 204 of the same load.

    Raises:
        BadInputError: a file is not what its format asks for; names the place and the fix.
        UnknownTenantError: no policy folder describes the tenant.
        RefusedError: an invoice of that number is settled and says something else.
    """
    known = inbox.tenants(connection)
    whose = _tenant(path, format, tenant, known)
    currency = _currency(connection, whose)
    tenders = x12_210.tenders(_bytes(tender), tender.name) if tender else []
    of = Landed(whose, path.name, _bytes(path), currency)
    found = FORMATS[_DIALECTS[format]](of)
    files = [(tender, LOAD_TENDER)] if tender else []
    for file, dialect in [*files, (path, _DIALECTS[format])]:
        inbox.land(connection, [_delivery(file, dialect, whose, now)])
    with connection.transaction():
        for load in tenders:
            store_tender(connection, whose, load, currency, tender.name if tender else "")
        seq = _seq(connection, _delivery(path, _DIALECTS[format], whose, now))
        return [_stored(connection, invoice, seq, of.body) for invoice in found]


def _stored(
    connection: psycopg.Connection[Any], invoice: ImportedInvoice, seq: int, body: bytes
) -> Imported:
    new = store_import(connection, invoice, seq, body)
    return Imported(invoice.tenant_id, invoice.invoice_id, len(invoice.lines), bool(new))


def _tenant(path: Path, format: Format, tenant: str | None, known: set[str]) -> str:
    said = tenant
    if format is Format.E2A_CSV:
        said = e2a_csv.invoice(_bytes(path), path.name).tenant_id
        if tenant not in (None, said):
            raise BadInputError(f"{path.name} is an invoice of {said}", f"Leave out {tenant!r}")
    if said is None:
        raise BadInputError(f"An {format} file does not say whose it is", "Give --tenant")
    if said not in known:
        raise UnknownTenantError(said, known)
    return said


def _bytes(path: Path) -> bytes:
    if not path.is_file():
        raise BadInputError(f"There is no file {path}", "Check the path")
    return path.read_bytes()


def _delivery(path: Path, dialect: str, tenant: str, now: datetime) -> Delivery:
    """The file as it arrived; its content is its identity."""
    body = path.read_bytes()
    digest = hashlib.sha256(body).hexdigest()[:16]
    return Delivery(
        tenant, Source.FILE, f"{dialect}:{path.name}:{digest}", now, body,
        {DIALECT_HEADER: dialect},
    )  # fmt: skip


def _currency(connection: psycopg.Connection[Any], tenant: str) -> str:
    row = connection.execute(
        "select currency from reference.tenants where tenant_id = %s", (tenant,)
    ).fetchone()
    connection.rollback()
    assert row is not None
    return str(row[0])


def _seq(connection: psycopg.Connection[Any], delivery: Delivery) -> int:
    row = connection.execute(
        "select max(seq) from landing.inbox where tenant_id = %s and source = %s "
        "and delivery_id = %s",
        (delivery.tenant_id, delivery.source.value, delivery.delivery_id),
    ).fetchone()
    assert row is not None
    return int(row[0])
