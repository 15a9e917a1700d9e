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
    judged_at timestamptz not null,
    closed_at timestamptz,
    closed_because text
    check (closed_because in ('event_arrived', 'cancelled', 'retracted', 'excused', 'resolved')),
    assignee text,
    moved_by text not null check (moved_by <> ''),
    moved_at timestamptz not null,
    note text,
    moves integer not null default 0,
    primary key (tenant_id, exception_id),
    constraint one_episode_a_promise unique (tenant_id, order_id, promise),
    check ((status = 'CLOSED') = (closed_at is not null)),
    check ((status = 'CLOSED') = (closed_because is not null))
);
create index exceptions_open on sla.exceptions (tenant_id, opened_at) where status <> 'CLOSED';
comment on table sla.exceptions is
'One row per episode of a promise (stage#instance, or reported:<reason>): opened by a breach or a report, closed by a person or by the missing event.';
comment on column sla.exceptions.tenant_id is 'The merchant account.';
comment on column sla.exceptions.exception_id is 'Its identifier; a beginning of it is enough for the commands.';
comment on column sla.exceptions.order_id is 'The order, by its best-known name.';
comment on column sla.exceptions.promise is 'stage#instance, or reported:<reason>.';
comment on column sla.exceptions.stage is 'The stage whose promise broke; null for a report.';
comment on column sla.exceptions.instance is 'Instance of the clock (C13); null for a report.';
comment on column sla.exceptions.reason_code is 'What went wrong, from a list of fourteen codes.';
comment on column sla.exceptions.severity is 'A function of the reason code.';
comment on column sla.exceptions.status is 'OPEN, ACKNOWLEDGED, IN_PROGRESS, RESOLVED or CLOSED.';
comment on column sla.exceptions.party is 'Who is charged with the breach (C16).';
comment on column sla.exceptions.breached_at is 'The deadline that passed (C5), or when it was first reported.';
comment on column sla.exceptions.opened_at is 'The instant about which a lane asked when it first saw it.';
comment on column sla.exceptions.judged_at is 'The latest instant as of which the system moved it; earlier ones do not judge it again.';
comment on column sla.exceptions.closed_at is 'When it was closed; null while it is not.';
comment on column sla.exceptions.closed_because is 'event_arrived, cancelled, retracted or excused (by the system), resolved (by a person).';
comment on column sla.exceptions.assignee is 'Who took it.';
comment on column sla.exceptions.moved_by is 'Who made the last move.';
comment on column sla.exceptions.moved_at is 'When the last move was made.';
comment on column sla.exceptions.note is 'What was said at the last move.';
comment on column sla.exceptions.moves is 'How many moves it has made.';

create table sla.exception_moves (
    tenant_id text not null,
    exception_id uuid not null,
    move integer not null,
    from_status text,
    to_status text not null,
    actor text not null,
    note text,
    moved_at timestamptz not null,
    primary key (tenant_id, exception_id, move)
);
comment on table sla.exception_moves is
'One row per move of an exception: who made it, when and why. Written by a trigger, never changed.';
comment on column sla.exception_moves.tenant_id is 'The merchant account.';
comment on column sla.exception_moves.exception_id is 'The exception that moved.';
comment on column sla.exception_moves.move is 'Its first move is 1.';
comment on column sla.exception_moves.from_status is 'Where it stood; null when it was opened.';
comment on column sla.exception_moves.to_status is 'Where it went.';
comment on column sla.exception_moves.actor is 'Who moved it; system is no person.';
comment on column sla.exception_moves.note is 'What was said.';
comment on column sla.exception_moves.moved_at is 'When; of the system, the instant about which it asked.';

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
    constraint another_approves check (lower(btrim(author)) <> lower(btrim(approver))),
    check ((withdrawn_at is null) = (withdrawn_by is null))
);
create unique index one_standing_excusal on sla.excusals (tenant_id, order_id, promise)
where withdrawn_at is null;
comment on table sla.excusals is
'Approved excusals: each lands as the event excusal:<excusal_id>; withdrawing one voids that event.';

alter table sla.exception_moves
add foreign key (tenant_id, exception_id) references sla.exceptions;

-- The moves of e2a.domain.exceptions, for every client; a test compares the two.
create function sla.check_move() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if tg_op = 'INSERT' then
        if new.status <> 'OPEN' then
            raise exception 'an exception opens as OPEN, not %', new.status
            using errcode = 'check_violation';
        end if;
        new.moves := 1;
        return new;
    end if;
    if (old.status, new.status) not in (
        ('OPEN', 'ACKNOWLEDGED'), ('OPEN', 'IN_PROGRESS'),
        ('ACKNOWLEDGED', 'IN_PROGRESS'), ('ACKNOWLEDGED', 'RESOLVED'),
        ('IN_PROGRESS', 'RESOLVED'),
        ('RESOLVED', 'IN_PROGRESS'), ('RESOLVED', 'CLOSED'),
        ('CLOSED', 'OPEN')
    ) and (new.status <> 'CLOSED' or new.closed_because is null or new.closed_because = 'resolved') then
        raise exception 'an exception does not move from % to %', old.status, new.status
        using errcode = 'check_violation';
    end if;
    new.moves := old.moves + 1;
    return new;
end $$;

create function sla.record_move() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    insert into sla.exception_moves
    values (
        new.tenant_id, new.exception_id, new.moves,
        case when tg_op = 'UPDATE' then old.status end, new.status,
        new.moved_by, new.note, new.moved_at
    );
    return null;
end $$;

create function sla.refuse_change() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    raise exception '% keeps what was done; it is never changed', tg_table_name
    using errcode = 'check_violation';
end $$;

create trigger opens before insert on sla.exceptions
for each row execute function sla.check_move();
create trigger moves_legally before update on sla.exceptions
for each row when (new.status is distinct from old.status) execute function sla.check_move();
create trigger opening_is_recorded after insert on sla.exceptions
for each row execute function sla.record_move();
create trigger move_is_recorded after update on sla.exceptions
for each row when (new.status is distinct from old.status) execute function sla.record_move();
create trigger stays_as_it_is before update or delete on sla.exception_moves
for each row execute function sla.refuse_change();

revoke execute on function sla.check_move(), sla.record_move(), sla.refuse_change() from public;
grant select, insert on sla.exceptions to e2a_app;
grant update (
    order_id, status, party, breached_at, judged_at, closed_at, closed_because, assignee, moved_by,
    moved_at, note
) on sla.exceptions to e2a_app;
grant select on sla.exception_moves to e2a_app;
grant select, insert on sla.excusals to e2a_app;
grant update (withdrawn_at, withdrawn_by) on sla.excusals to e2a_app;
grant select on sla.exceptions, sla.exception_moves to e2a_reader;
"""


def upgrade() -> None:
    """Create what this revision describes."""
    op.execute(SQL)
