"""The guard: findings by rule, rules with a life, adjustments that people decide."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

SQL = """
alter table billing.findings drop constraint findings_rule_check, drop constraint findings_severity_check;
alter table billing.findings
add constraint findings_rule_check check (rule in (
    'wrong_currency', 'wrong_total', 'duplicate', 'billed_elsewhere', 'never_performed',
    'wrong_period', 'wrong_rate', 'wrong_quantity', 'wrong_tax', 'missing', 'unassessable',
    'within_tolerance'
)),
add column tax_code text,
add constraint findings_severity_check check (severity in ('critical', 'error', 'warning', 'info')),
add column shadow boolean not null default false;
comment on column billing.findings.shadow is
'Found by a rule in shadow or quarantine: shown, never adjusted, blocks nothing.';

create table billing.rules (
    tenant_id text not null references reference.tenants,
    rule text not null,
    state text not null check (state in ('shadow', 'active', 'quarantined')),
    primary key (tenant_id, rule)
);
comment on table billing.rules is
'The life of the guard''s rules where it is not the default: shadow, active or quarantined.';

create table billing.rule_moves (
    tenant_id text not null references reference.tenants,
    rule text not null,
    moved_at timestamptz not null,
    move text not null check (move in ('backtest', 'promote', 'quarantine', 'shadow')),
    by_person text not null,
    result jsonb not null default '{}'
);
create index on billing.rule_moves (tenant_id, rule, moved_at);
comment on table billing.rule_moves is 'Back-tests, promotions and quarantines: who, when, with which result.';

alter table billing.adjustments drop constraint adjustments_finding;
alter table billing.adjustments
add column status text not null default 'waiting' check (
    status in ('waiting', 'applied', 'rejected', 'reversed', 'withdrawn')
),
add column rule text,
add column charge_code text,
add column tax_code text,
add column author text not null default 'guard',
add column decided_by text,
add column decided_at timestamptz,
add constraint adjustments_finding
foreign key (tenant_id, finding_key) references billing.findings,
add constraint nobody_approves_their_own check (decided_by is distinct from author or decided_by is null),
add constraint decisions_have_a_time check ((decided_by is null) = (decided_at is null));
comment on column billing.adjustments.status is
'waiting for an approver, applied (within limits, or approved), rejected, reversed, or withdrawn because the finding closed.';

create table billing.adjustment_moves (
    tenant_id text not null,
    finding_key text not null,
    moved_at timestamptz not null,
    from_status text,
    to_status text not null,
    by_person text not null,
    reason text not null,
    amount numeric(38, 12) not null,
    rule text not null,
    foreign key (tenant_id, finding_key) references billing.adjustments
);
create index on billing.adjustment_moves (tenant_id, finding_key, moved_at);
comment on table billing.adjustment_moves is
'The audit trail of adjustments: who moved what, when, why, by which rule.';

create view billing.blocking_findings as
select f.tenant_id, f.invoice_id, f.finding_key, f.explanation as why
from billing.findings as f
left join billing.adjustments as a on a.tenant_id = f.tenant_id and a.finding_key = f.finding_key
where
    f.open and not f.shadow
    and (f.severity = 'critical' and coalesce(a.status, '') <> 'applied' or a.status = 'waiting');
comment on view billing.blocking_findings is
'Findings that block finalisation (B11): open critical ones, and those that wait for an approver.';

grant select, insert, update on billing.rules to e2a_app;
grant select, insert on billing.rule_moves, billing.adjustment_moves to e2a_app;
grant select on billing.blocking_findings to e2a_app;
grant select on billing.rules, billing.rule_moves, billing.adjustment_moves, billing.blocking_findings
to e2a_reader;
"""


def upgrade() -> None:
    """Create what this revision describes."""
    op.execute(SQL)
