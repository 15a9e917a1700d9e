-- Who of the resident parts last said that it lives; the hot lane says so in ops.lanes.
create table ops.heartbeats (
    tenant_id text not null default '*',
    part text not null,
    session_pid integer not null,
    beat_at timestamptz not null default now(),
    primary key (tenant_id, part)
);
comment on table ops.heartbeats is
'When a resident part last said that it lives, by the database''s clock; of several of one kind, whoever spoke last.';
comment on column ops.heartbeats.session_pid is 'Of its database connection.';
grant select, insert, update on ops.heartbeats to e2a_app, e2a_deliverer;

-- A reader may see how fresh the figures are: it had rights on tables of a schema that it could not enter.
grant usage on schema ops to e2a_reader;
grant select on ops.heartbeats, ops.watermarks, ops.batches to e2a_reader;
