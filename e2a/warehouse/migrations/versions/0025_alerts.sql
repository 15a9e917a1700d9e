create table reference.alert_policies (
    tenant_id text primary key,
    policy_version text not null,
    definition jsonb not null,
    warns boolean not null,
    loaded_at timestamptz not null
);
comment on table reference.alert_policies is
'What alerts.yaml of a tenant says now; a tenant without one is told nothing. It judges nobody, so only the latest is kept.';
comment on column reference.alert_policies.warns is 'Whether any route warns before the breach.';

-- Which episodes changed, by whatever road, until somebody has written what there is to say about it.
create table ops.untold (
    tenant_id text not null,
    exception_id uuid not null,
    changed_at timestamptz not null default now(),
    primary key (tenant_id, exception_id)
);
comment on table ops.untold is
'Episodes whose status changed, noted in the same transaction by a trigger; the next step turns them into messages.';

create function sla.note_untold() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    -- An update, and not nothing, on conflict: it locks the row against a step that is just taking it.
    insert into ops.untold (tenant_id, exception_id)
    select c.tenant_id, c.exception_id from changed as c
    where exists (select from reference.alert_policies as p where p.tenant_id = c.tenant_id)
    order by c.tenant_id, c.exception_id
    on conflict (tenant_id, exception_id) do update set changed_at = now();
    return null;
end $$;

create function sla.note_untold_move() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    insert into ops.untold (tenant_id, exception_id)
    select c.tenant_id, c.exception_id from changed as c
    inner join before as b on b.tenant_id = c.tenant_id and b.exception_id = c.exception_id
    where
        c.status <> b.status
        and exists (select from reference.alert_policies as p where p.tenant_id = c.tenant_id)
    order by c.tenant_id, c.exception_id
    on conflict (tenant_id, exception_id) do update set changed_at = now();
    return null;
end $$;
revoke execute on function sla.note_untold(), sla.note_untold_move() from public;

create trigger opening_is_told after insert on sla.exceptions
referencing new table as changed for each statement execute function sla.note_untold();
create trigger move_is_told after update on sla.exceptions
referencing old table as before new table as changed
for each statement execute function sla.note_untold_move();

create table ops.outbox (
    tenant_id text not null,
    message_id uuid not null default gen_random_uuid(),
    subject text not null,
    exception_id uuid,
    order_id text not null,
    promise text not null,
    kind text not null check (kind in ('opened', 'escalated', 'at_risk', 'cleared')),
    version integer not null,
    destination text not null,
    payload jsonb not null,
    announce_after timestamptz not null,
    digest boolean not null,
    created_at timestamptz not null default now(),
    state text not null default 'waiting'
    check (state in ('waiting', 'sending', 'delivered', 'retracted', 'dead')),
    attempts integer not null default 0,
    next_attempt_at timestamptz not null,
    is_uncertain boolean not null default false,
    is_over boolean not null default false,
    idempotency_key uuid,
    together integer,
    claimed_by integer,
    sent_at timestamptz,
    settled_at timestamptz,
    answer jsonb,
    primary key (tenant_id, message_id),
    constraint one_message unique (tenant_id, subject, kind, version, destination)
);
create index outbox_due on ops.outbox (tenant_id, destination, next_attempt_at) where state = 'waiting';
create index outbox_sending on ops.outbox (tenant_id, claimed_by) where state = 'sending';
create index outbox_sent on ops.outbox (tenant_id, destination, sent_at) where sent_at is not null;
create index outbox_orders on ops.outbox (tenant_id, order_id);
comment on table ops.outbox is
'Messages about breaches, written in the transaction that opens, escalates or clears them, and what became of each.';
comment on column ops.outbox.subject is 'The episode; of a warning, which has none yet, its order and promise.';
comment on column ops.outbox.version is 'How many times the episode had been opened; 1 of a warning.';
comment on column ops.outbox.announce_after is 'Not sent before it: grace, quiet hours and digests are in it.';
comment on column ops.outbox.digest is 'Goes together with what else is due to its destination.';
comment on column ops.outbox.state is
'waiting, sending (committed before the first byte leaves), delivered (acknowledged), retracted (not sent: no longer true), dead (given up).';
comment on column ops.outbox.attempts is 'Answers that were no acknowledgement; probes of a breaker and requests to wait do not count.';
comment on column ops.outbox.is_uncertain is 'It was sent and no answer came: the destination may have it.';
comment on column ops.outbox.is_over is 'No longer true or needed: while it is being sent, it is not tried again.';
comment on column ops.outbox.idempotency_key is 'The same at every repeat; rows that went together share it.';
comment on column ops.outbox.together is 'How many rows the message carried.';
comment on column ops.outbox.claimed_by is 'The deliverer that sends it: it holds an advisory lock of this number for life.';
comment on column ops.outbox.answer is 'What the destination said last; for a Slack channel, where the message is.';

create table ops.breakers (
    tenant_id text not null,
    destination text not null,
    state text not null default 'closed' check (state in ('closed', 'open')),
    failures integer not null default 0,
    openings integer not null default 0,
    cool_seconds double precision not null default 0,
    not_before timestamptz not null default '-infinity',
    last_failure text,
    failed_at timestamptz,
    delivered_at timestamptz,
    primary key (tenant_id, destination)
);
comment on table ops.breakers is 'One circuit breaker a destination: what several deliverers know of it together.';
comment on column ops.breakers.failures is 'Failures in a row.';
comment on column ops.breakers.openings is 'How many times it has opened.';
comment on column ops.breakers.cool_seconds is 'How long it stays open before one message probes; doubles while probes fail.';
comment on column ops.breakers.not_before is 'Nothing is sent before it: the next probe, or what the destination asked for.';

revoke all on reference.alert_policies, ops.outbox, ops.untold, ops.breakers from e2a_app;
grant select, insert, update, delete on reference.alert_policies to e2a_app;
grant select, delete on ops.untold to e2a_app;
grant update (changed_at) on ops.untold to e2a_app;
grant select, insert, update, delete on ops.outbox to e2a_app;
grant select, update on ops.breakers to e2a_app;
-- The deliverer sends what is written and records what became of it; it sees no facts and no money.
grant usage on schema ops, reference to e2a_deliverer;
grant select on reference.alert_policies, ops.outbox, ops.breakers to e2a_deliverer;
grant insert, update on ops.breakers to e2a_deliverer;
grant update (
    state, attempts, next_attempt_at, is_uncertain, idempotency_key, together, claimed_by, sent_at,
    settled_at, answer
) on ops.outbox to e2a_deliverer;

-- Where the models are built already; a new build makes the index itself.
do $$ begin
    if to_regclass('sla.clocks') is not null then
        create index on sla.clocks (at_risk_at) where completed_at is null;
    end if;
end $$;
