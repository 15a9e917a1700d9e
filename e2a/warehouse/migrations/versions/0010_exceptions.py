"""Exceptions that people work with: one episode a promise, legal moves only, who did what when."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

SQL = """
create table sla.exceptions (
    tenant_id text not null,
    exception_id uuid not null,
    order_id text not null,
    promise text not null,
    stage text,
    instance integer,
    reason_code text not null,
    severity text not null check (severity in ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL')),
    status text not null default 'OPEN'
    check (status in ('OPEN', 'ACKNOWLEDGED', 'IN_PROGRESS', 'RESOLVED', 'CLOSED')),
    party text,
    breached_at timestamptz not null,
    opened_at timestamptz not null,
    closed_at timestamptz,
    closed_because text,
    assignee text,
    primary key (tenant_id, exception_id),
    constraint one_episode_a_promise unique (tenant_id, order_id, promise),
    check ((status = 'CLOSED') = (closed_at is not null))
);
create index exceptions_open on sla.exceptions (tenant_id, opened_at) where status <> 'CLOSED';
comment on table sla.exceptions is
'One episode a promise (stage#instance, or reported:<reason>): opened by a breach or a report, closed by a person or by the missing event.';

create table sla.exception_moves (
    tenant_id text not null,
    exception_id uuid not null,
    seq bigint generated always as identity,
    from_status text,
    to_status text not null,
    actor text not null,
    note text,
    moved_at timestamptz not null,
    primary key (tenant_id, seq),
    foreign key (tenant_id, exception_id) references sla.exceptions on delete cascade
);
create index exception_moves_by_exception on sla.exception_moves (tenant_id, exception_id, seq);
comment on table sla.exception_moves is 'Who moved an exception, when, and why; never changed.';

create table sla.excusals (
    tenant_id text not null,
    excusal_id uuid not null,
    order_id text not null,
    promise text not null,
    reason text not null,
    author text not null,
    approver text not null,
    note text,
    excused_at timestamptz not null,
    withdrawn_at timestamptz,
    withdrawn_by text,
    primary key (tenant_id, excusal_id),
    check (author <> approver)
);
create unique index one_standing_excusal on sla.excusals (tenant_id, order_id, promise)
where withdrawn_at is null;
comment on table sla.excusals is
'Approved excusals (the event sla_excused carries excusal_id); withdrawing voids that event.';

grant select, insert, update, delete on sla.exceptions, sla.excusals to e2a_app;
grant select, insert on sla.exception_moves to e2a_app;
grant usage, select on all sequences in schema sla to e2a_app;
"""


def upgrade() -> None:
    """Create what this revision describes."""
    op.execute(SQL)
