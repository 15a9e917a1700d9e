-- An invoice that a carrier issued bears its standard carrier alpha code.
alter table billing.invoices add column issuer text;
comment on column billing.invoices.issuer is
'The carrier that issued an imported invoice; null for what is billed to the tenant.';

alter table billing.invoice_lines
add column description text,
add column price_per numeric(38, 12),
add column percent numeric(38, 12);
comment on column billing.invoice_lines.description is 'What an imported line says in words.';
comment on column billing.invoice_lines.price_per is 'Units that the unit price is for, such as 100 pounds; null is 1.';
comment on column billing.invoice_lines.percent is 'A percentage that the line''s words state, such as a fuel surcharge.';

create table billing.tenders (
    tenant_id text not null references reference.tenants,
    reference text not null,
    issuer text not null,
    weight numeric(38, 12),
    amount numeric(38, 12),
    currency text not null,
    delivery_id text not null,
    primary key (tenant_id, reference, issuer)
);
comment on table billing.tenders is
'What was tendered to a carrier for a load (X12 204): the weight and charge that its invoice is held against.';

-- Findings: open, accepted within tolerance (the ledger of variances, B14), recorded in shadow, closed.
alter table billing.findings
drop constraint findings_rule_check,
drop column open,
add column standing text not null default 'open'
check (standing in ('open', 'accepted', 'shadow', 'closed')),
add column open boolean not null generated always as (standing = 'open') stored,
add column line_key text,
add column reference text,
add column tax_code text,
add column events text[] not null default '{}',
add column found_at timestamptz,
add column changed_at timestamptz,
add constraint findings_rule_check check (rule in (
    'wrong_currency', 'wrong_total', 'duplicate', 'never_performed', 'wrong_period', 'wrong_rate',
    'wrong_quantity', 'wrong_tax', 'missing', 'never_billed', 'near_duplicate', 'unassessable'
));
create index findings_by_invoice on billing.findings (tenant_id, invoice_id);
comment on column billing.findings.standing is
'open; accepted: within tolerance; shadow: of a rule that is not heard yet; closed: it no longer holds.';
comment on column billing.findings.events is
'Source event ids behind the expected line: all of a few, the first of many.';

-- Adjustments: one a finding; a further step only where the finding changed after it was adjusted.
alter table billing.adjustments drop constraint adjustments_pkey;
alter table billing.adjustments
drop column open,
add column step integer not null default 1,
add column status text not null default 'proposed' check (
    status in ('proposed', 'waiting', 'applied', 'rejected', 'reversed', 'withdrawn')
),
add column open boolean not null
generated always as (status in ('proposed', 'waiting', 'applied')) stored,
add column rule text not null default 'wrong_rate',
add column charge_code text not null default '*',
add column tax_code text,
add column of_discrepancy numeric(38, 12) not null default 0,
add column author text not null default 'guard',
add column proposed_at timestamptz,
add column decided_by text,
add column decided_at timestamptz,
add primary key (tenant_id, finding_key, step),
add constraint nobody_decides_their_own check (
    status not in ('applied', 'rejected') or decided_by is null
    or decided_by = 'guard' and decision = 'within_limits'
    or lower(trim(decided_by)) <> lower(trim(author))
),
add constraint what_waits_is_applied_by_a_person check (
    status <> 'applied' or decided_by is not null
    and (decision = 'within_limits' or decided_by <> 'guard')
);
alter table billing.adjustments alter column rule drop default, alter column charge_code drop default;
create index adjustments_by_invoice on billing.adjustments (tenant_id, invoice_id);
comment on table billing.adjustments is
'Corrections of invoices (B11): applied within limits, or waiting for a person who is not the author.';
comment on column billing.adjustments.of_discrepancy is
'The finding''s discrepancy when this was proposed: a finding that has not changed is not adjusted again.';

create table billing.adjustment_moves (
    tenant_id text not null,
    finding_key text not null,
    step integer not null,
    move_no bigint generated always as identity,
    moved_at timestamptz not null,
    from_status text,
    to_status text not null,
    by_person text not null,
    reason text not null,
    amount numeric(38, 12) not null,
    rule text not null,
    events text[] not null default '{}',
    primary key (tenant_id, finding_key, step, move_no),
    foreign key (tenant_id, finding_key, step) references billing.adjustments
);
create unique index an_adjustment_is_applied_once on billing.adjustment_moves
(tenant_id, finding_key, step) where to_status = 'applied';
create unique index an_adjustment_stands_once on billing.invoice_lines
(tenant_id, invoice_id, line_key) where kind = 'adjustment';
comment on table billing.adjustment_moves is
'The audit trail of adjustments: who moved what, when, why, by which rule and on which events.';

create index invoice_lines_by_reference on billing.invoice_lines
(tenant_id, reference, charge_code, performed_on) where reference is not null;

create function billing.follow_the_way() returns trigger language plpgsql as $$
begin
    if (old.status, new.status) not in (
        ('proposed', 'applied'), ('proposed', 'waiting'), ('proposed', 'withdrawn'),
        ('waiting', 'applied'), ('waiting', 'rejected'), ('waiting', 'withdrawn'),
        ('applied', 'reversed'), ('withdrawn', 'proposed')
    ) and old.status <> new.status then
        raise exception 'adjustment % is %: it cannot be %', old.finding_key, old.status, new.status
        using errcode = 'check_violation';
    end if;
    if old.status in ('applied', 'rejected', 'reversed') and old.amount <> new.amount then
        raise exception 'adjustment % is %: its amount stands', old.finding_key, old.status
        using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger follow_the_way before update on billing.adjustments
for each row execute function billing.follow_the_way();

create table billing.rules (
    tenant_id text not null references reference.tenants,
    rule text not null,
    state text not null check (state in ('shadow', 'active', 'quarantined')),
    since timestamptz not null,
    primary key (tenant_id, rule)
);
comment on table billing.rules is
'The life of the guard''s rules where it is no longer the one they were born with.';

create table billing.rule_moves (
    tenant_id text not null references reference.tenants,
    rule text not null,
    move_no bigint generated always as identity,
    moved_at timestamptz not null,
    move text not null check (move in ('backtest', 'promote', 'quarantine')),
    to_state text not null,
    by_person text not null,
    reason text not null,
    result jsonb not null default '{}',
    primary key (tenant_id, rule, move_no)
);
comment on table billing.rule_moves is
'Back-tests, promotions and quarantines of rules: who, when, why, with which result.';

-- Sums of lines by tax, before and by adjustments: the base of tax, and of the percentage in B11.
create view billing.taxed_sums as
select
    i.tenant_id, i.invoice_id,
    case when i.origin = 'own' then coalesce(l.card_version, m.card_version) else m.card_version end
        as card_version,
    coalesce(l.tax_code, case when i.origin = 'imported' then x.tax_code end, '') as tax_code,
    coalesce(sum(l.amount) filter (where l.kind <> 'adjustment'), 0) as base,
    coalesce(sum(l.amount) filter (where l.kind = 'adjustment'), 0) as adjusted
from billing.invoices as i
cross join lateral (
    select reference.card_of_month(i.tenant_id, i.billing_period) as card_version offset 0
) as m
inner join billing.invoice_lines as l on l.tenant_id = i.tenant_id and l.invoice_id = i.invoice_id
left join reference.charges as x
    on
        x.tenant_id = l.tenant_id and x.card_version = m.card_version
        and x.charge_code = l.charge_code and l.tax_code is null
where i.status in ('draft', 'review') and i.issuer is null
group by 1, 2, 3, 4;

create view billing.unadjusted_taxes as
select
    b.*, t.percent,
    reference.round_money(
        greatest(b.base, 0) * t.percent / 100, c.currency_exponent, c.rounding_mode
    ) as due,
    reference.round_money(
        greatest(b.base + b.adjusted, 0) * t.percent / 100, c.currency_exponent, c.rounding_mode
    ) as due_after
from billing.taxed_sums as b
inner join reference.rate_cards as c on c.tenant_id = b.tenant_id and c.card_version = b.card_version
inner join reference.taxes as t
    on
        t.tenant_id = b.tenant_id and t.card_version = b.card_version
        and t.tax_code = b.tax_code;
comment on view billing.unadjusted_taxes is
'Taxes of invoices that may still change: due on the lines as billed, and due after adjustments.';

create view billing.blocking_findings as
select f.tenant_id, f.invoice_id, f.finding_key, f.explanation as why
from billing.findings as f
left join lateral (
    select a.status, a.of_discrepancy from billing.adjustments as a
    where a.tenant_id = f.tenant_id and a.finding_key = f.finding_key
    order by a.step desc limit 1
) as a on true
where
    f.standing = 'open'
    and (
        a.status is null or a.status in ('proposed', 'waiting', 'withdrawn')
        or (f.severity = 'critical' and a.status <> 'applied')
        or a.of_discrepancy <> f.discrepancy
    );
comment on view billing.blocking_findings is
'What blocks finalisation (B11): open critical findings, and findings that nobody has decided.';

grant select, insert, update on billing.rules, billing.tenders to e2a_app;
grant select, insert on billing.rule_moves, billing.adjustment_moves to e2a_app;
grant select on billing.blocking_findings, billing.unadjusted_taxes, billing.taxed_sums
to e2a_app;
grant select on
billing.rules, billing.rule_moves, billing.adjustment_moves, billing.blocking_findings,
billing.tenders, billing.unadjusted_taxes, billing.taxed_sums
to e2a_reader;

comment on column billing.tenders.tenant_id is 'Whose shipment it is.';
comment on column billing.tenders.reference is 'The shipment, as both the tender and the invoice name it.';
comment on column billing.tenders.issuer is 'The carrier that was asked.';
comment on column billing.tenders.weight is 'Pounds that were tendered.';
comment on column billing.tenders.amount is 'The charge that was agreed.';
comment on column billing.tenders.currency is 'Its currency, ISO 4217.';
comment on column billing.tenders.delivery_id is 'The inbox delivery that brought it.';
comment on column billing.adjustment_moves.tenant_id is 'Whose invoice.';
comment on column billing.adjustment_moves.finding_key is 'The finding that is adjusted.';
comment on column billing.adjustment_moves.step is '1, and one more for each difference of a finding that changed after it was applied.';
comment on column billing.adjustment_moves.move_no is 'Order of the moves.';
comment on column billing.adjustment_moves.moved_at is 'When.';
comment on column billing.adjustment_moves.from_status is 'How the adjustment stood; null at its proposal.';
comment on column billing.adjustment_moves.to_status is 'How it stands from then on.';
comment on column billing.adjustment_moves.by_person is 'Who moved it; guard for what limits allow.';
comment on column billing.adjustment_moves.reason is 'Why.';
comment on column billing.adjustment_moves.amount is 'The amount that the move is about.';
comment on column billing.adjustment_moves.rule is 'The rule that found the difference.';
comment on column billing.adjustment_moves.events is 'The events that prove it.';
comment on column billing.rules.tenant_id is 'For whom.';
comment on column billing.rules.rule is 'The rule.';
comment on column billing.rules.state is 'shadow, active or quarantined.';
comment on column billing.rules.since is 'From when it stands so.';
comment on column billing.rule_moves.tenant_id is 'For whom.';
comment on column billing.rule_moves.rule is 'The rule.';
comment on column billing.rule_moves.move_no is 'Order of the moves.';
comment on column billing.rule_moves.moved_at is 'When.';
comment on column billing.rule_moves.move is 'backtest, promote, quarantine or back to shadow.';
comment on column billing.rule_moves.to_state is 'How the rule stands from then on.';
comment on column billing.rule_moves.by_person is 'Who moved it; guard for what too many reversals do.';
comment on column billing.rule_moves.reason is 'Why.';
comment on column billing.rule_moves.result is 'What a back-test found on history.';
comment on column billing.blocking_findings.tenant_id is 'Whose invoice.';
comment on column billing.blocking_findings.invoice_id is 'The invoice that cannot be finalised.';
comment on column billing.blocking_findings.finding_key is 'The finding that keeps it.';
comment on column billing.blocking_findings.why is 'What it says.';
comment on column billing.taxed_sums.tenant_id is 'Whose invoice.';
comment on column billing.taxed_sums.invoice_id is 'The invoice, which may still change.';
comment on column billing.taxed_sums.card_version is 'The rate card whose taxes count.';
comment on column billing.taxed_sums.tax_code is 'Code of the tax; empty for what bears none.';
comment on column billing.taxed_sums.base is 'Sum of the lines as billed.';
comment on column billing.taxed_sums.adjusted is 'Sum of the applied adjustments.';
comment on column billing.unadjusted_taxes.tenant_id is 'Whose invoice.';
comment on column billing.unadjusted_taxes.invoice_id is 'The invoice, which may still change.';
comment on column billing.unadjusted_taxes.card_version is 'The rate card whose taxes count.';
comment on column billing.unadjusted_taxes.tax_code is 'Code of the tax; empty for what bears none.';
comment on column billing.unadjusted_taxes.base is 'Sum of the lines as billed.';
comment on column billing.unadjusted_taxes.adjusted is 'Sum of the applied adjustments.';
comment on column billing.unadjusted_taxes.percent is 'Of the tax.';
comment on column billing.unadjusted_taxes.due is 'Tax on the lines as billed, rounded once.';
comment on column billing.unadjusted_taxes.due_after is 'Tax after the adjustments, rounded once.';
comment on view billing.taxed_sums is 'Sums of the lines of invoices that may still change, by tax.';
