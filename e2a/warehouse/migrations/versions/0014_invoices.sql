-- Ours, made from events, or imported from another billing system.
alter table billing.invoices drop constraint invoices_kind_check;
alter table billing.invoices rename column kind to origin;
update billing.invoices set origin = case origin when 'draft' then 'own' else 'imported' end;
alter table billing.invoices
add constraint invoices_origin_check check (origin in ('own', 'imported')),
add column status text not null default 'draft'
check (status in ('draft', 'review', 'finalised', 'credited', 'void')),
add column series text,
add column ordinal bigint,
add column number text,
add column pre_tax numeric(38, 12) not null default 0,
add column tax numeric(38, 12) not null default 0,
add column stated_total numeric(38, 12),
add column inputs jsonb not null default '{}',
add column generated_at timestamptz,
add column finalised_at timestamptz,
add column finalised_by text,
add column moved_by text not null default 'system' check (btrim(moved_by) <> ''),
add column moved_at timestamptz,
add column move_reason text,
add column moves integer not null default 0;
update billing.invoices set pre_tax = total;
alter table billing.invoices
add constraint invoices_add_up check (total = pre_tax + tax),
add constraint invoices_are_numbered_once_finalised check (
    origin = 'imported' or (number is null) = (status in ('draft', 'review'))
),
add constraint invoices_say_who_finalised check (
    (finalised_at is null) = (status in ('draft', 'review'))
    and (finalised_by is null) = (finalised_at is null)
),
add constraint invoice_numbers_are_unique unique (tenant_id, series, number),
add constraint invoice_ordinals_are_unique unique (tenant_id, series, ordinal);
create unique index one_own_invoice_a_period on billing.invoices (tenant_id, billing_period)
where origin = 'own' and status <> 'void';

comment on table billing.invoices is
'One row per invoice: ours (made from expected lines), and those that another billing system issued. Finalised ones never change (B7).';
comment on column billing.invoices.tenant_id is 'The merchant account.';
comment on column billing.invoices.invoice_id is 'Its identifier, the same over its whole life; the legal name is the number.';
comment on column billing.invoices.origin is 'own: made from events here; imported: issued by another billing system.';
comment on column billing.invoices.billing_period is 'First day of the billing month, in the billing zone (B1).';
comment on column billing.invoices.currency is 'Its one currency (B9).';
comment on column billing.invoices.total is 'Pre-tax sum and taxes.';
comment on column billing.invoices.fingerprint is 'SHA-256 of the lines and of the inputs: equal inputs write nothing.';
comment on column billing.invoices.inbox_seq is 'The inbox row of an imported invoice.';
comment on column billing.invoices.status is 'draft, review, finalised, then credited (credit notes exhaust it) or void.';
comment on column billing.invoices.series is 'The series of its number, said by the rate card.';
comment on column billing.invoices.ordinal is 'Its place in the series, without gaps, taken at finalisation.';
comment on column billing.invoices.number is 'The legal number: series and ordinal. Of imported invoices the number that they bear.';
comment on column billing.invoices.pre_tax is 'Sum of the lines.';
comment on column billing.invoices.tax is 'Sum of the taxes.';
comment on column billing.invoices.stated_total is 'The total that an imported invoice states.';
comment on column billing.invoices.inputs is
'What an own invoice was made from: operations and their high-water mark, rate cards, policies and verdicts, known-at, corrected months.';
comment on column billing.invoices.generated_at is 'When its lines were last written.';
comment on column billing.invoices.finalised_at is 'When it was finalised.';
comment on column billing.invoices.finalised_by is 'The person who finalised it.';
comment on column billing.invoices.moved_by is 'Who made the last move; system is no person.';
comment on column billing.invoices.moved_at is 'When the last move was made.';
comment on column billing.invoices.move_reason is 'Why, in the person''s words.';
comment on column billing.invoices.moves is 'How many moves it has made.';

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
create index invoice_lines_prior on billing.invoice_lines (tenant_id, original_period)
where original_period is not null;
comment on table billing.invoice_lines is 'One row per line of an invoice; replaced whole while it is a draft, then never changed.';
comment on column billing.invoice_lines.tenant_id is 'The merchant account.';
comment on column billing.invoice_lines.invoice_id is 'The invoice.';
comment on column billing.invoice_lines.line_number is 'Its place on the invoice, from 1.';
comment on column billing.invoice_lines.charge_code is 'The charge of the rate card, or of the other billing system.';
comment on column billing.invoice_lines.unit_price is 'Price of a unit; null where there is none (pass-through, credits).';
comment on column billing.invoice_lines.quantity is 'Units.';
comment on column billing.invoice_lines.unrounded_amount is 'Exact amount before the one rounding (B4).';
comment on column billing.invoice_lines.amount is 'Amount before tax, rounded once; credits are negative.';
comment on column billing.invoice_lines.line_key is 'Key of the expected line; prior/YYYY-MM and adjustment/<finding> are made here.';
comment on column billing.invoice_lines.kind is 'charge, rounding, true_up, maximum, sla_credit, prior_period or adjustment.';
comment on column billing.invoice_lines.card_version is 'The rate card that priced it, and whose taxes it bears.';
comment on column billing.invoice_lines.tier is 'The tier, where the charge has tiers (B3).';
comment on column billing.invoice_lines.tax_code is 'The tax it bears; null is none.';
comment on column billing.invoice_lines.original_period is 'The finalised month that a prior-period line corrects (B7).';
comment on column billing.invoice_lines.reference is 'What an imported line names: an order, a parcel.';
comment on column billing.invoice_lines.performed_on is 'The date that an imported line states.';

comment on column billing.closed_periods.tenant_id is 'The merchant account.';
comment on column billing.closed_periods.billing_period is 'First day of the month.';
comment on column billing.closed_periods.closed_at is 'When its invoice was finalised.';

-- What was taken back or excused, by when that became known: finalised months look for it.
create index order_events_taken_back on landing.order_events (tenant_id, recorded_at)
where event_type in ('event_voided', 'sla_excused');

create table billing.invoice_taxes (
    tenant_id text not null,
    invoice_id text not null,
    tax_code text not null,
    percent numeric(38, 12) not null default 0,
    base numeric(38, 12) not null default 0,
    amount numeric(38, 12) not null,
    billed numeric(38, 12),
    primary key (tenant_id, invoice_id, tax_code, percent),
    constraint invoice_taxes_invoice
    foreign key (tenant_id, invoice_id) references billing.invoices on delete cascade
);
comment on table billing.invoice_taxes is
'One row per tax of an invoice: once on the sum of its rounded lines, the base not below 0 (B4, B6).';
comment on column billing.invoice_taxes.tenant_id is 'The merchant account.';
comment on column billing.invoice_taxes.invoice_id is 'The invoice.';
comment on column billing.invoice_taxes.tax_code is 'The tax.';
comment on column billing.invoice_taxes.percent is 'Its percentage; 0 where an imported invoice does not say.';
comment on column billing.invoice_taxes.base is 'Sum of the lines that bear it, not below 0.';
comment on column billing.invoice_taxes.amount is 'The tax, rounded once.';
comment on column billing.invoice_taxes.billed is 'The tax as an imported invoice states it; null on own ones.';

create table billing.invoice_numbers (
    tenant_id text not null references reference.tenants,
    series text not null check (series <> ''),
    last_number bigint not null check (last_number > 0),
    primary key (tenant_id, series)
);
comment on table billing.invoice_numbers is
'The last number of each series of invoices and credit notes: its row is locked by the transaction that takes the next one.';

create table billing.invoice_moves (
    tenant_id text not null,
    invoice_id text not null,
    move integer not null,
    from_status text,
    to_status text not null,
    actor text not null,
    reason text,
    moved_at timestamptz not null,
    primary key (tenant_id, invoice_id, move),
    foreign key (tenant_id, invoice_id) references billing.invoices on delete cascade
);
comment on table billing.invoice_moves is
'One row per move of an invoice: who, when, why. Written by a trigger, never changed; a draft that goes takes its own with it.';
comment on column billing.invoice_moves.tenant_id is 'The merchant account.';
comment on column billing.invoice_moves.invoice_id is 'The invoice that moved.';
comment on column billing.invoice_moves.move is 'Its first move is 1.';
comment on column billing.invoice_moves.from_status is 'Where it stood; null when it was drafted.';
comment on column billing.invoice_moves.to_status is 'Where it went.';
comment on column billing.invoice_moves.actor is 'Who moved it; system is no person.';
comment on column billing.invoice_moves.reason is 'Why.';
comment on column billing.invoice_moves.moved_at is 'When.';

create table billing.credit_notes (
    tenant_id text not null,
    number text not null,
    series text not null,
    ordinal bigint not null,
    invoice_id text not null,
    currency text not null,
    pre_tax numeric(38, 12) not null,
    tax numeric(38, 12) not null,
    total numeric(38, 12) not null check (total > 0),
    lines integer not null check (lines > 0),
    reason text not null check (btrim(reason) <> ''),
    created_by text not null check (lower(btrim(created_by)) not in ('', 'system')),
    created_at timestamptz not null,
    primary key (tenant_id, number),
    unique (tenant_id, series, ordinal),
    check (total = pre_tax + tax),
    foreign key (tenant_id, invoice_id) references billing.invoices
);
create index credit_notes_by_invoice on billing.credit_notes (tenant_id, invoice_id);
comment on table billing.credit_notes is
'One row per credit note of a finalised invoice; together they never exceed it, and the one that exhausts it absorbs rounding (B15).';
comment on column billing.credit_notes.tenant_id is 'The merchant account.';
comment on column billing.credit_notes.number is 'Its number: series and ordinal, without gaps.';
comment on column billing.credit_notes.series is 'Its series: that of the invoice with -CN.';
comment on column billing.credit_notes.ordinal is 'Its place in the series.';
comment on column billing.credit_notes.invoice_id is 'The invoice that is credited.';
comment on column billing.credit_notes.currency is 'That of the invoice.';
comment on column billing.credit_notes.pre_tax is 'What is credited before tax, positive.';
comment on column billing.credit_notes.tax is 'Tax that is credited.';
comment on column billing.credit_notes.total is 'What the customer is credited.';
comment on column billing.credit_notes.lines is 'How many lines it has.';
comment on column billing.credit_notes.reason is 'Why, for the customer.';
comment on column billing.credit_notes.created_by is 'The person who answers for it.';
comment on column billing.credit_notes.created_at is 'When.';

create table billing.credit_note_lines (
    tenant_id text not null,
    number text not null,
    line_number integer not null,
    amount numeric(38, 12) not null check (amount <> 0),
    primary key (tenant_id, number, line_number),
    foreign key (tenant_id, number) references billing.credit_notes
);
comment on table billing.credit_note_lines is 'How much of which line of the invoice a credit note takes back.';
comment on column billing.credit_note_lines.tenant_id is 'The merchant account.';
comment on column billing.credit_note_lines.number is 'The credit note.';
comment on column billing.credit_note_lines.line_number is 'The line of the invoice.';
comment on column billing.credit_note_lines.amount is 'Before tax, with the sign of the line.';

create table billing.credit_note_taxes (
    tenant_id text not null,
    number text not null,
    tax_code text not null,
    percent numeric(38, 12) not null,
    base numeric(38, 12) not null,
    amount numeric(38, 12) not null,
    primary key (tenant_id, number, tax_code, percent),
    foreign key (tenant_id, number) references billing.credit_notes
);
comment on table billing.credit_note_taxes is 'The taxes of a credit note.';
comment on column billing.credit_note_taxes.tenant_id is 'The merchant account.';
comment on column billing.credit_note_taxes.number is 'The credit note.';
comment on column billing.credit_note_taxes.tax_code is 'The tax.';
comment on column billing.credit_note_taxes.percent is 'Its percentage.';
comment on column billing.credit_note_taxes.base is 'What is credited of the lines that bear it.';
comment on column billing.credit_note_taxes.amount is 'Tax that is credited.';
