"""Generating drafts for several tenants, and what exactly that changes.

A dry run does the same work and takes it back, so it cannot differ from the real one.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, LiteralString

import psycopg
from psycopg.rows import class_row

from e2a.billing.invoices.drafting import Drafted, Scope, draft
from e2a.domain.errors import ConfigurationError
from e2a.warehouse.scope import refresh, waiting

MOST_WAITING = 20_000
"""Orders with news that a pass derives by itself; more are the journey's work, in chunks."""


@dataclass(frozen=True, slots=True)
class LineChange:
    """A line that a pass adds, drops or changes; amounts and quantities before and after."""

    tenant_id: str
    invoice_id: str
    line_key: str
    kind: str
    change: str
    quantity_before: Decimal | None
    quantity_after: Decimal | None
    amount_before: Decimal | None
    amount_after: Decimal | None


@dataclass(frozen=True, slots=True)
class InvoiceChange:
    """An invoice that a pass adds, drops or changes, taxes included in its totals."""

    tenant_id: str
    invoice_id: str
    period: str
    currency: str
    change: str
    total_before: Decimal | None
    total_after: Decimal | None
    lines: int


@dataclass(frozen=True, slots=True)
class Generated:
    """Drafts in all, and what this pass changed; lines are listed by a dry run only."""

    invoices: int
    changes: tuple[InvoiceChange, ...]
    lines: tuple[LineChange, ...]


def catch_up(connection: psycopg.Connection[Any]) -> int:
    """Derive the orders with news first; returns how many.

    Raises:
        ConfigurationError: the models are not deployed, or too much waits for one transaction.
    """
    row = connection.execute("select to_regclass('billing.expected_invoice_lines')").fetchone()
    connection.rollback()
    if row is None or row[0] is None:
        raise ConfigurationError("There are no expected lines yet", "Run the journey: e2a run")
    orders = waiting(connection)
    connection.rollback()
    if orders > MOST_WAITING:
        raise ConfigurationError(
            f"{orders:,} orders have news that no pass has seen",
            "Run the journey first, which takes them in chunks: e2a run",
        )
    return refresh(connection).orders if orders else 0


def generate(
    connection: psycopg.Connection[Any],
    now: datetime,
    scopes: Iterable[Scope],
    *,
    dry_run: bool = False,
    progress: Callable[[Scope, Drafted], None] = lambda scope, drafted: None,
) -> Generated:
    """Draft the invoices of each scope, in a transaction each: all of it or nothing.

    Args:
        connection: as `e2a_app`, outside a transaction.
        now: when.
        scopes: tenants and months, one a transaction.
        dry_run: take everything back, and list each line that would change.
        progress: called after each scope.
    """
    invoices = 0
    changes: list[InvoiceChange] = []
    lines: list[LineChange] = []
    for scope in scopes:
        with connection.transaction(force_rollback=dry_run):
            if dry_run:
                catch_up_within(connection)
            connection.execute("drop table if exists heads_before, lines_before")
            connection.execute(_HEADS_BEFORE, scope.parameters())
            if dry_run:
                connection.execute(_LINES_BEFORE)
            drafted = draft(connection, now, scope)
            touched = {"ids": [*drafted.written, *drafted.removed]}
            changes += _rows(connection, _HEADS, touched, InvoiceChange)
            if dry_run:
                lines += _rows(connection, _LINES, touched, LineChange)
        invoices += drafted.invoices
        progress(scope, drafted)
    return Generated(invoices, tuple(changes), tuple(lines))


def catch_up_within(connection: psycopg.Connection[Any]) -> None:
    """Derive the orders with news in the caller's transaction, which takes it back."""
    if waiting(connection) <= MOST_WAITING:
        refresh(connection)


def _rows(
    connection: psycopg.Connection[Any],
    query: LiteralString,
    given: dict[str, Any],
    kind: type[Any],
) -> list[Any]:
    with connection.cursor(row_factory=class_row(kind)) as cursor:
        return cursor.execute(query, given).fetchall()


_HEADS_BEFORE = """
create temp table heads_before on commit drop as
select tenant_id, invoice_id, billing_period, currency, total from billing.invoices
where
    origin = 'own' and status in ('draft', 'review')
    and (%(tenant)s::text is null or tenant_id = %(tenant)s)
    and (%(months)s::date[] is null or billing_period = any(%(months)s))
"""

_LINES_BEFORE = """
create temp table lines_before on commit drop as
select l.tenant_id, l.invoice_id, l.line_key, l.kind, l.quantity, l.amount
from billing.invoice_lines as l
inner join heads_before as h on h.tenant_id = l.tenant_id and h.invoice_id = l.invoice_id
"""

_HEADS = """
select
    coalesce(a.tenant_id, b.tenant_id) as tenant_id,
    coalesce(a.invoice_id, b.invoice_id) as invoice_id,
    to_char(coalesce(a.billing_period, b.billing_period), 'YYYY-MM') as period,
    coalesce(a.currency, b.currency) as currency,
    case when b.invoice_id is null then 'new' when a.invoice_id is null then 'removed'
        else 'changed' end as change,
    trim_scale(b.total) as total_before, trim_scale(a.total) as total_after,
    (
        select count(*) from billing.invoice_lines as l
        where l.tenant_id = a.tenant_id and l.invoice_id = a.invoice_id
    ) as lines
from (select * from billing.invoices where invoice_id = any(%(ids)s)) as a
full join (select * from heads_before where invoice_id = any(%(ids)s)) as b
    on b.tenant_id = a.tenant_id and b.invoice_id = a.invoice_id
order by 1, 3, 2
"""

_LINES = """
select
    coalesce(a.tenant_id, b.tenant_id) as tenant_id,
    coalesce(a.invoice_id, b.invoice_id) as invoice_id,
    coalesce(a.line_key, b.line_key) as line_key, coalesce(a.kind, b.kind) as kind,
    case when b.line_key is null then 'new' when a.line_key is null then 'removed'
        else 'changed' end as change,
    trim_scale(b.quantity) as quantity_before, trim_scale(a.quantity) as quantity_after,
    trim_scale(b.amount) as amount_before, trim_scale(a.amount) as amount_after
from (select * from billing.invoice_lines where invoice_id = any(%(ids)s)) as a
full join (select * from lines_before where invoice_id = any(%(ids)s)) as b
    on
        b.tenant_id = a.tenant_id and b.invoice_id = a.invoice_id and b.line_key = a.line_key
where
    (a.quantity, a.amount, a.kind) is distinct from (b.quantity, b.amount, b.kind)
order by 1, 2, a.line_number nulls first, 3
"""
