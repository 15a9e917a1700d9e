"""Invoices, what the guard found in them, and what it proposes."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SQL = """
create schema if not exists billing;

create table billing.invoices (
    tenant_id text not null,
    invoice_id text not null,
    kind text not null check (kind in ('draft', 'billed')),
    billing_period date not null,
    currency text not null,
    total numeric(38, 12) not null,
    fingerprint bytea not null,
    inbox_seq bigint,
    primary key (tenant_id, invoice_id)
);
comment on table billing.invoices is
'Our drafts (from expected lines) and the invoices that a billing system issued (as billed).';

create table billing.invoice_lines (
    tenant_id text not null,
    invoice_id text not null,
    line_number integer not null,
    charge_code text not null,
    unit_price numeric(38, 12),
    quantity numeric(38, 12) not null,
    unrounded_amount numeric(38, 12),
    amount numeric(38, 12) not null,
    line_key text,
    primary key (tenant_id, invoice_id, line_number)
);
comment on table billing.invoice_lines is 'Lines of drafts and billed invoices.';

create table billing.findings (
    tenant_id text not null,
    invoice_id text not null,
    finding_key text not null,
    rule text not null check (
        rule in ('duplicate', 'missing', 'wrong_rate', 'wrong_quantity', 'never_performed', 'wrong_currency')
    ),
    severity text not null check (severity in ('critical', 'error', 'warning')),
    charge_code text not null,
    billed numeric(38, 12) not null,
    expected numeric(38, 12) not null,
    discrepancy numeric(38, 12) not null,
    explanation text not null,
    open boolean not null default true,
    primary key (tenant_id, finding_key),
    check (discrepancy = expected - billed)
);
comment on table billing.findings is 'Differences between what was billed and what the events say (B10): keyed, so that a second run adds nothing.';

create table billing.adjustments (
    tenant_id text not null,
    invoice_id text not null,
    finding_key text not null,
    amount numeric(38, 12) not null,
    currency text not null,
    decision text not null check (decision in ('within_limits', 'needs_approval')),
    reason text not null,
    open boolean not null default true,
    primary key (tenant_id, finding_key)
);
comment on table billing.adjustments is
'Proposed corrections, one a finding (B11): within limits, or waiting for an approver.';
"""


def upgrade() -> None:
    """Create what this revision describes."""
    op.execute(SQL)
