"""Invoices with a life: drafts, finalised for ever, credited or void; numbers without gaps."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

SQL = """
-- Ours, made from events, or imported from another billing system.
alter table billing.invoices drop constraint invoices_kind_check;
alter table billing.invoices rename column kind to origin;
update billing.invoices set origin = case origin when 'draft' then 'own' else 'imported' end;
alter table billing.invoices
add constraint invoices_origin_check check (origin in ('own', 'imported')),
add column status text not null default 'draft'
check (status in ('draft', 'review', 'finalised', 'credited', 'void')),
add column series text,
add column number text,
add column pre_tax numeric(38, 12) not null default 0,
add column tax numeric(38, 12) not null default 0,
add column stated_total numeric(38, 12),
add column inputs jsonb not null default '{}',
add column generated_at timestamptz,
add column finalised_at timestamptz,
add column finalised_by text,
add unique (tenant_id, series, number),
add constraint invoices_are_numbered_when_finalised check (
    origin = 'imported' or (number is null) = (status in ('draft', 'review'))
),
add constraint invoices_add_up check (total = pre_tax + tax);
comment on table billing.invoices is
'Our invoices (made from expected lines) and those that another billing system issued.';
comment on column billing.invoices.number is 'The legal number, without gaps in its series, given at finalisation.';
comment on column billing.invoices.stated_total is 'The total as an imported invoice states it.';
comment on column billing.invoices.inputs is
'What an own invoice was made from: high-water mark, rate cards, policies, verdicts, known-at.';
create unique index one_open_invoice_a_period on billing.invoices (tenant_id, billing_period)
where origin = 'own' and status <> 'void';

alter table billing.invoice_lines
add column kind text not null default 'charge' check (kind in (
    'charge', 'rounding', 'true_up', 'maximum', 'sla_credit', 'prior_period', 'adjustment'
)),
add column card_version text,
add column tier integer,
add column tax_code text,
add column original_period date,
add column reference text,
add column performed_on date;
comment on column billing.invoice_lines.original_period is
'The finalised month that a prior-period line corrects (B7).';

create table billing.invoice_taxes (
    tenant_id text not null,
    invoice_id text not null,
    tax_code text not null,
    percent numeric(38, 12) not null,
    base numeric(38, 12) not null,
    amount numeric(38, 12) not null,
    primary key (tenant_id, invoice_id, tax_code, percent),
    foreign key (tenant_id, invoice_id) references billing.invoices on delete cascade
);
comment on table billing.invoice_taxes is
'Each tax of an invoice, once on the sum of its rounded lines, the base not below 0 (B4, B6).';

create table billing.invoice_numbers (
    tenant_id text not null references reference.tenants,
    series text not null,
    last_number bigint not null,
    primary key (tenant_id, series)
);
comment on table billing.invoice_numbers is
'The last number of each series: its row is locked by the transaction that takes the next one.';

create table billing.invoice_moves (
    tenant_id text not null,
    invoice_id text not null,
    moved_at timestamptz not null,
    from_status text,
    to_status text not null,
    by_person text not null,
    reason text,
    foreign key (tenant_id, invoice_id) references billing.invoices on delete cascade
);
create index on billing.invoice_moves (tenant_id, invoice_id, moved_at);
comment on table billing.invoice_moves is 'Who finalised, credited or voided an invoice, when and why.';

create table billing.credit_notes (
    tenant_id text not null,
    invoice_id text not null,
    credit_note text not null,
    line_number integer not null,
    net numeric(38, 12) not null check (net <> 0),
    gross numeric(38, 12) not null,
    reason text not null,
    by_person text not null,
    credited_at timestamptz not null,
    primary key (tenant_id, credit_note),
    foreign key (tenant_id, invoice_id) references billing.invoices
);
create index on billing.credit_notes (tenant_id, invoice_id);
comment on table billing.credit_notes is
'Credits of finalised invoices, one a line: the note that exhausts the invoice absorbs rounding (B15).';

-- What is finalised stands: nobody changes it, by any role, but for its status.
create function billing.keep_finalised() returns trigger language plpgsql as $$
begin
    if old.origin = 'own' and old.status in ('finalised', 'credited', 'void') then
        if tg_op = 'DELETE' then
            raise exception 'invoice % is %: it stays', old.invoice_id, old.status
            using errcode = 'check_violation';
        end if;
        if (old.status, new.status) not in (
            ('finalised', 'credited'), ('finalised', 'void'), ('finalised', 'finalised'),
            ('credited', 'credited'), ('void', 'void')
        ) or to_jsonb(old) - 'status' <> to_jsonb(new) - 'status' then
            raise exception 'invoice % is % and cannot be changed: credit or void it',
                old.invoice_id, old.status using errcode = 'check_violation';
        end if;
    end if;
    return case when tg_op = 'DELETE' then old else new end;
end $$;
create trigger keep_finalised before update or delete on billing.invoices
for each row execute function billing.keep_finalised();

create function billing.keep_finalised_lines() returns trigger language plpgsql as $$
declare
    kept text;
begin
    select i.invoice_id into kept
    from changed as c
    inner join billing.invoices as i on i.tenant_id = c.tenant_id and i.invoice_id = c.invoice_id
    where i.origin = 'own' and i.status in ('finalised', 'credited', 'void') limit 1;
    if kept is not null then
        raise exception 'invoice % is finalised: its lines and taxes cannot be changed', kept
        using errcode = 'check_violation';
    end if;
    return null;
end $$;
"""

GUARDED = ("invoice_lines", "invoice_taxes")

TRIGGERS = """
create trigger keep_finalised_new after insert on billing.{table}
referencing new table as changed for each statement execute function billing.keep_finalised_lines();
create trigger keep_finalised_old after delete on billing.{table}
referencing old table as changed for each statement execute function billing.keep_finalised_lines();
create trigger keep_finalised_both after update on billing.{table}
referencing old table as changed for each statement execute function billing.keep_finalised_lines();
create trigger keep_finalised_moved after update on billing.{table}
referencing new table as changed for each statement execute function billing.keep_finalised_lines();
"""

NOTES = """
create function billing.keep_credit_notes() returns trigger language plpgsql as $$
begin
    raise exception 'a credit note stays as it was written' using errcode = 'check_violation';
end $$;
create trigger keep_credit_notes before update or delete on billing.credit_notes
for each row execute function billing.keep_credit_notes();

grant select, insert, update, delete on
    billing.invoice_taxes, billing.invoice_numbers, billing.invoice_moves
to e2a_app;
grant select, insert on billing.credit_notes to e2a_app;
grant delete on billing.closed_periods to e2a_app;
revoke delete, update on billing.invoice_moves from e2a_app;
grant select on billing.invoice_taxes, billing.credit_notes, billing.invoice_moves to e2a_reader;
"""


def upgrade() -> None:
    """Create what this revision describes."""
    op.execute(SQL)
    for table in GUARDED:
        op.execute(TRIGGERS.format(table=table))
    op.execute(NOTES)
