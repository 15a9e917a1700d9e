"""What is held back: attempts, discards; retention of the inbox; who delays the watermark; pulls."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

HELD = """
create function landing.next_attempt(retries integer, failed_at timestamptz) returns timestamptz
language sql stable set search_path = pg_catalog as $$
    select failed_at + case retries
        when 0 then interval '5 minutes' when 1 then interval '10 minutes' when 2 then interval '20 minutes'
    end
$$;
comment on function landing.next_attempt(integer, timestamptz) is
'When a dead letter is tried again after so many retries; null: it has FAILED, a person must look.';

alter table landing.dead_letters
add column failed_at timestamptz not null default now(),
add column retries integer not null default 0,
add column next_attempt_at timestamptz default landing.next_attempt(0, now());
create index dead_letters_due on landing.dead_letters (next_attempt_at) where next_attempt_at is not null;
comment on table landing.dead_letters is
'Rows whose parsing failed by our own fault: tried again after 5, 10 and 20 minutes, then FAILED (no next attempt).';

create table landing.discards (
    tenant_id text not null,
    inbox_seq bigint not null,
    discarded_at timestamptz not null,
    discarded_by text not null check (discarded_by <> ''),
    reason text not null check (reason <> ''),
    outcome text not null,
    held_for text,
    primary key (tenant_id, inbox_seq, discarded_at)
);
comment on table landing.discards is
'Who decided that a row which was held back is not needed, when and why; the raw body stays in the inbox.';
revoke all on landing.discards from e2a_app;
grant select, insert on landing.discards to e2a_app;
"""

TENANTS = """
-- What arrives for a tenant that no policy folder describes yet is kept too: it waits.
alter table landing.deliveries drop constraint deliveries_tenant;
"""

RETENTION = """
create table landing.archives (
    tenant_id text not null,
    day date not null,
    part integer not null,
    file text not null,
    inbox_rows bigint not null,
    content_hash bytea not null,
    archived_at timestamptz not null,
    dropped_at timestamptz,
    primary key (tenant_id, day, part)
);
comment on table landing.archives is
'Days of the inbox kept in Parquet, each file read back before it is noted; a day that fills again once dropped has more parts.';
revoke all on landing.archives from e2a_app;
grant select, insert, update on landing.archives to e2a_app;

-- A day that is missing catches up with what the default partition has caught for it: positions stay.
create or replace function landing.ensure_day(day date) returns void
language plpgsql security definer set search_path = pg_catalog as $$
declare
    partition text := 'inbox_' || to_char(day, 'YYYYMMDD');
    starts timestamptz := day::timestamp at time zone 'UTC';
    ends timestamptz := (day + 1)::timestamp at time zone 'UTC';
begin
    if to_regclass('landing.' || partition) is not null then
        return;
    end if;
    perform pg_advisory_xact_lock(hashtext('e2a.inbox_days'));
    if to_regclass('landing.' || partition) is not null then
        return;
    end if;
    lock table landing.inbox_other in access exclusive mode;
    execute format(
        'create table landing.%I (like landing.inbox including defaults including constraints including indexes)',
        partition
    );
    execute format(
        'with moved as (delete from landing.inbox_other where received_at >= %L and received_at < %L returning *) '
        'insert into landing.%I select * from moved', starts, ends, partition
    );
    execute format(
        'alter table landing.inbox attach partition landing.%I for values from (%L) to (%L)', partition, starts, ends
    );
end $$;

create function landing.why_kept(day date) returns text
language plpgsql security definer set search_path = pg_catalog as $$
declare
    partition text := 'inbox_' || to_char(day, 'YYYYMMDD');
    starts timestamptz := day::timestamp at time zone 'UTC';
    ends timestamptz := (day + 1)::timestamp at time zone 'UTC';
    found text;
begin
    execute format(
        'select ''unread by lane '' || w.lane from ops.watermarks as w where exists ('
        'select from landing.%I as i where i.source = w.lane and (i.xid, i.seq) > (w.xid, w.seq)) limit 1',
        partition
    ) into found;
    if found is not null then
        return found;
    end if;
    select count(*) || ' rows are ' || o.outcome into found from landing.outcomes as o
    where
        o.outcome in ('waiting', 'dead_letter', 'quarantined')
        and o.received_at >= starts and o.received_at < ends
    group by o.outcome limit 1;
    if found is not null then
        return found;
    end if;
    execute format(
        'select ''not archived for tenant '' || i.tenant_id '
        'from (select tenant_id, count(*) as inbox_rows from landing.%I group by tenant_id) as i '
        'left join landing.archives as a on a.tenant_id = i.tenant_id and a.day = %L and a.dropped_at is null '
        'where a.inbox_rows is distinct from i.inbox_rows limit 1',
        partition, day
    ) into found;
    return found;
end $$;
comment on function landing.why_kept(date) is
'Why a day of the inbox may not be dropped: unread, unsettled or not archived whole; null: it may.';

-- Writers to the old day wait while it is looked at; everybody else only for the drop itself.
create function landing.drop_day(day date, at timestamptz) returns boolean
language plpgsql security definer set search_path = pg_catalog set lock_timeout = '2s' as $$
declare
    partition text := 'inbox_' || to_char(day, 'YYYYMMDD');
    reason text;
begin
    if to_regclass('landing.' || partition) is null then
        return false;
    end if;
    execute format('lock table landing.%I in share row exclusive mode', partition);
    reason := landing.why_kept(day);
    if reason is not null then
        raise exception 'day % of the inbox is kept: %', day, reason using errcode = 'object_not_in_prerequisite_state';
    end if;
    execute format('drop table landing.%I', partition);
    update landing.archives as a set dropped_at = at where a.day = drop_day.day and a.dropped_at is null;
    return true;
end $$;
comment on function landing.drop_day(date, timestamptz) is
'Drops a day of the inbox that is read, settled and archived; refuses any other. False: it was gone.';

revoke execute on function landing.why_kept(date), landing.drop_day(date, timestamptz) from public;
grant execute on function landing.why_kept(date), landing.drop_day(date, timestamptz) to e2a_app;
"""

WATERMARK = """
create table ops.cluster (tenant_id text primary key default '*', system_identifier bigint not null);
insert into ops.cluster (system_identifier) select system_identifier from pg_control_system();
comment on table ops.cluster is
'The server on which the transaction ids of watermarks and inbox mean something; another one must re-base first.';
revoke all on ops.cluster from e2a_app;
grant select on ops.cluster to e2a_app;

-- Below this transaction id every row of the inbox is committed or never will be. A writer of another
-- database cannot write here, so it is looked past. Call it in a statement of its own, before the read.
create function ops.readable_below() returns xid8
language plpgsql volatile security definer set search_path = pg_catalog as $$
declare
    seen pg_snapshot := pg_current_snapshot();
    upto bigint := pg_snapshot_xmax(seen)::text::bigint;
    oldest bigint;
begin
    if
        pg_snapshot_xmin(seen) = pg_snapshot_xmax(seen)
        or current_setting('transaction_isolation') <> 'read committed'
        or not pg_has_role('pg_read_all_stats', 'usage')
    then
        return pg_snapshot_xmin(seen);
    end if;
    perform pg_stat_clear_snapshot();
    -- A short xid lies within 2^31 of the next one, on either side.
    select min(upto - case when w.behind < 2147483648 then w.behind else w.behind - 4294967296 end) into oldest
    from (
        select (upto - backend_xid::text::bigint) & 4294967295 as behind from pg_stat_activity
        where backend_xid is not null and (datname = current_database() or datname is null)
        union all
        select (upto - transaction::text::bigint) & 4294967295 from pg_prepared_xacts
        where database = current_database()
    ) as w;
    return least(upto, coalesce(oldest, upto))::text::xid8;
end $$;

create function ops.oldest_writer()
returns table (pid integer, database text, application text, writing_since timestamptz)
language sql security definer set search_path = pg_catalog as $$
    select pid, datname::text, application_name, xact_start from pg_stat_activity
    where backend_xid is not null and pid <> pg_backend_pid()
    order by age(backend_xid) desc limit 1
$$;
comment on function ops.oldest_writer() is
'The oldest transaction that writes, in any database of the server: the watermark waits for those of this one.';

create function ops.watermark_age()
returns table (lane text, readable bigint, held_up bigint, oldest_received_at timestamptz)
language plpgsql volatile security definer set search_path = pg_catalog as $$
declare below xid8 := ops.readable_below();
begin
    return query
    select w.lane, ahead.readable, ahead.held_up, ahead.oldest_received_at
    from ops.watermarks as w cross join lateral (
        select
            count(*) filter (where i.xid < below) as readable,
            count(*) filter (where i.xid >= below) as held_up,
            min(i.received_at) as oldest_received_at
        from landing.inbox as i where i.source = w.lane and (i.xid, i.seq) > (w.xid, w.seq)
    ) as ahead
    where w.tenant_id = '*';
end $$;
comment on function ops.watermark_age() is
'What each lane has before it: rows that it may read, rows held up by an older writer, the oldest of both.';
revoke execute on function ops.readable_below(), ops.oldest_writer(), ops.watermark_age() from public;
grant execute on function ops.readable_below(), ops.oldest_writer(), ops.watermark_age() to e2a_app;
"""

PULLS = """
create table ops.pull_cursors (
    tenant_id text not null,
    source text not null,
    page text,
    since timestamptz,
    started_at timestamptz,
    covered_to timestamptz,
    moved_at timestamptz not null,
    primary key (tenant_id, source)
);
comment on table ops.pull_cursors is
'How far a pull has come: the next page of the pass that began at started_at and asks since; all before covered_to is here.';
grant select, insert, update, delete on ops.pull_cursors to e2a_app;
"""


def upgrade() -> None:
    """Create what this revision describes."""
    for statements in (HELD, TENANTS, RETENTION, WATERMARK, PULLS):
        op.execute(statements)
