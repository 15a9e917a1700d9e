"""From landed files to stored invoices and tenders, in the order in which they arrived."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg

from e2a.billing.imports import x12_210
from e2a.billing.imports.storing import ImportedInvoice, store_import
from e2a.domain.dialects import LOAD_TENDER
from e2a.domain.errors import RefusedError


@dataclass(frozen=True, slots=True)
class Landed:
    """A file of the inbox; `currency` is the tenant's, for formats that need not say one."""

    tenant_id: str
    name: str
    body: bytes
    currency: str


def read_rows(
    connection: psycopg.Connection[Any],
    formats: Mapping[str, Callable[[Landed], list[ImportedInvoice]]],
) -> int:
    """Read every landed file of these dialects; returns how many invoices were new or changed.

    Reading again writes nothing; a corrected file under the same number, landed later, replaces the
    invoice whole. One that would change a settled invoice is left alone: whoever imports it by hand
    is told so.
    """
    found = connection.execute(_LANDED, ([*formats, LOAD_TENDER],)).fetchall()
    connection.rollback()
    written = 0
    with connection.transaction():
        for seq, dialect, *said in found:
            of = Landed(*said)
            if dialect == LOAD_TENDER:
                for load in x12_210.tenders(of.body, of.name):
                    store_tender(connection, of.tenant_id, load, of.currency, of.name)
            else:
                for invoice in formats[dialect](of):
                    written += _stored(connection, invoice, seq, of.body)
    return written


def _stored(
    connection: psycopg.Connection[Any], invoice: ImportedInvoice, seq: int, body: bytes
) -> int:
    try:
        return store_import(connection, invoice, seq, body)
    except RefusedError:
        return 0


def store_tender(
    connection: psycopg.Connection[Any], tenant: str, load: x12_210.LoadTender, currency: str,
    name: str,
) -> None:  # fmt: skip
    """Keep what was tendered for a load; a later tender of the same load takes its place."""
    connection.execute(
        _TENDER,
        (
            tenant, load.reference, load.issuer, load.weight, load.amount,
            load.currency or currency, name,
        ),
    )  # fmt: skip


_LANDED = """
select b.seq, b.headers ->> 'e2a-dialect', b.tenant_id, b.delivery_id, b.body, t.currency
from landing.inbox as b
inner join reference.tenants as t on t.tenant_id = b.tenant_id
where b.source = 'file' and b.headers ->> 'e2a-dialect' = any(%s) order by b.seq
"""

_TENDER = """
insert into billing.tenders values (%s, %s, %s, %s, %s, %s, %s)
on conflict (tenant_id, reference, issuer) do update set
    weight = excluded.weight, amount = excluded.amount, currency = excluded.currency,
    delivery_id = excluded.delivery_id
"""
