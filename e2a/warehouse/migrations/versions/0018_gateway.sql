create table ops.credentials (
    tenant_id text not null,
    key_id text not null,
    source text not null,
    kind text not null check (kind in ('api_key', 'hmac', 'rsa', 'admin')),
    account text,
    time_zone text,
    order_namespace text,
    secret_hash bytea,
    secret_encrypted bytea,
    created_at timestamptz not null,
    not_after timestamptz,
    revoked_at timestamptz,
    primary key (tenant_id, key_id),
    check (secret_hash is not null or secret_encrypted is not null),
    check ((kind = 'admin') = (source = 'admin'))
);
comment on table ops.credentials is
'Who may send what for which tenant: a hash of an API key, or an encrypted signing secret. Rows are never deleted.';
comment on column ops.credentials.account is
'The shop domain or account id that a message of this sender must name, if it names one.';
comment on column ops.credentials.time_zone is 'IANA zone of times that the sender writes without an offset; null: UTC.';
comment on column ops.credentials.order_namespace is
'In which system the sender''s order numbers are names, such as shopify; null: his own.';
comment on column ops.credentials.not_after is 'End of the overlap after a rotation; null: no end.';
grant select, insert, update on ops.credentials to e2a_app;

create schema gateway;
grant usage on schema gateway to e2a_gateway;

create view gateway.credentials as
select
    tenant_id, key_id, source, kind, account, time_zone, order_namespace, secret_hash,
    secret_encrypted, created_at, not_after
from ops.credentials where revoked_at is null;
comment on view gateway.credentials is 'What the gateway may know of credentials: those in force.';
grant select on gateway.credentials to e2a_gateway;

-- The marked id under which another body of a known delivery is kept (C9).
create function landing.marked_id(delivery_id text, body_hash bytea) returns text
language sql immutable parallel safe as $$
    select delivery_id || '#' || left(encode(body_hash, 'hex'), 16)
$$;

-- A group of deliveries into the inbox, each once, in the order of the arrays. The answer has one
-- word for each: stored, duplicate, or conflict (another body under a known id, kept under a marked
-- one). What collides is looked up by a statement of its own, so that it sees what a concurrent
-- writer has committed meanwhile. Insertion in the order of the key keeps two writers from a deadlock.
-- Plans are kept for the life of a connection, so none may rest on the table being small today.
create function gateway.receive(
    tenant_ids text[], sources text[], delivery_ids text[], received timestamptz[],
    headers text[], bodies bytea[]
) returns text[]
language plpgsql security definer
set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
declare
    fresh integer[];
    conflicting integer[] := '{}';
    rows integer := cardinality(delivery_ids);
begin
    with arriving as (
        select ordinal::integer, a.tenant_id, a.source, a.delivery_id, sha256(a.body) as body_hash
        from unnest(tenant_ids, sources, delivery_ids, bodies)
        with ordinality as a (tenant_id, source, delivery_id, body, ordinal)
    ),
    firsts as (
        select distinct on (tenant_id, source, delivery_id) * from arriving
        order by tenant_id, source, delivery_id, ordinal
    ),
    inserted as (
        insert into landing.deliveries (tenant_id, source, delivery_id, body_hash)
        select tenant_id, source, delivery_id, body_hash from firsts
        order by tenant_id, source, delivery_id
        on conflict do nothing
        returning tenant_id, source, delivery_id
    )
    select coalesce(array_agg(ordinal), '{}') into fresh
    from firsts inner join inserted using (tenant_id, source, delivery_id);

    if cardinality(fresh) < rows then
        with others as (
            select
                ordinal::integer, a.tenant_id, a.source, sha256(a.body) as body_hash,
                landing.marked_id(a.delivery_id, sha256(a.body)) as marked
            from unnest(tenant_ids, sources, delivery_ids, bodies)
            with ordinality as a (tenant_id, source, delivery_id, body, ordinal)
            where ordinal <> all(fresh) and (
                select
                    d.body_hash <> sha256(a.body) and d.redacted_hash is distinct from sha256(a.body)
                from landing.deliveries as d
                where (d.tenant_id, d.source, d.delivery_id) = (a.tenant_id, a.source, a.delivery_id)
            )
        ),
        firsts as (
            select distinct on (tenant_id, source, marked) * from others
            order by tenant_id, source, marked, ordinal
        ),
        inserted as (
            insert into landing.deliveries (tenant_id, source, delivery_id, body_hash)
            select tenant_id, source, marked, body_hash from firsts
            order by tenant_id, source, marked
            on conflict do nothing
            returning tenant_id, source, delivery_id
        )
        select coalesce(array_agg(ordinal), '{}') into conflicting
        from firsts inner join inserted
            on (inserted.tenant_id, inserted.source, inserted.delivery_id)
            = (firsts.tenant_id, firsts.source, firsts.marked);
    end if;

    insert into landing.inbox (tenant_id, source, delivery_id, received_at, headers, body)
    select
        a.tenant_id, a.source,
        case
            when ordinal = any(conflicting) then landing.marked_id(a.delivery_id, sha256(a.body))
            else a.delivery_id
        end,
        a.received_at, a.headers::jsonb, a.body
    from unnest(tenant_ids, sources, delivery_ids, received, headers, bodies)
    with ordinality as a (tenant_id, source, delivery_id, received_at, headers, body, ordinal)
    where ordinal = any(fresh) or ordinal = any(conflicting)
    order by ordinal;
    if found then
        perform pg_notify('e2a_inbox', '');
    end if;

    return (
        select array_agg(
            case
                when ordinal = any(fresh) then 'stored'
                when ordinal = any(conflicting) then 'conflict'
                else 'duplicate'
            end order by ordinal
        )
        from generate_series(1, rows) as ordinal
    );
end $$;

-- Partitions ahead of time: today's and the next days'.
create function gateway.ensure_days(today date, ahead integer) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    for day in 0..least(ahead, 7) loop
        perform landing.ensure_day(today + day);
    end loop;
end $$;

-- How far each lane is behind: since when its oldest unread delivery waits. Nothing of its content.
create function gateway.lanes() returns table (lane text, waiting_since timestamptz)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select
        w.lane,
        (
            select i.received_at from landing.inbox as i
            where i.source = w.lane and (i.xid, i.seq) > (w.xid, w.seq)
            order by i.xid, i.seq limit 1
        )
    from ops.watermarks as w where w.tenant_id = '*' order by w.lane
$$;

revoke execute on all functions in schema gateway from public;
revoke execute on function landing.marked_id(text, bytea) from public;
grant execute on function landing.marked_id(text, bytea) to e2a_app;
grant execute on function
gateway.receive(text[], text[], text[], timestamptz[], text[], bytea[]),
gateway.ensure_days(date, integer), gateway.lanes()
to e2a_gateway;
