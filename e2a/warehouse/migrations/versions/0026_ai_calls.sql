create schema analyst;
comment on schema analyst is 'What the role that asks models may do to the ledger: functions only.';

create table ops.ai_budget_days (
    tenant_id text not null,
    day date not null,
    scope text not null,
    limit_tokens bigint not null,
    limit_cost numeric(18, 12) not null,
    held_tokens bigint not null default 0 check (held_tokens >= 0),
    held_cost numeric(18, 12) not null default 0 check (held_cost >= 0),
    used_tokens bigint not null default 0 check (used_tokens >= 0),
    used_cost numeric(18, 12) not null default 0 check (used_cost >= 0),
    overrun_tokens bigint not null default 0,
    overrun_cost numeric(18, 12) not null default 0,
    primary key (tenant_id, day, scope)
);
comment on table ops.ai_budget_days is
'What calls of models hold and have used on a UTC day, per scope; a new day is a new row. Money is USD.';
comment on column ops.ai_budget_days.tenant_id is 'Whose; * of a scope over all tenants.';
comment on column ops.ai_budget_days.scope is 'global, tenant, or purpose: and its name.';
comment on column ops.ai_budget_days.held_tokens is 'Reserved by calls that have not ended.';
comment on column ops.ai_budget_days.overrun_tokens is
'What ended calls used beyond their reservations: the limit is soft by as much, and by nothing else.';

create table ops.ai_calls (
    tenant_id text not null,
    call_id uuid not null default gen_random_uuid(),
    attempt_of uuid,
    day date not null,
    purpose text not null,
    subject text not null,
    base_url text not null,
    requested_model text not null,
    prompt_sha text not null,
    state text not null default 'held'
    check (state in ('held', 'sent', 'settled', 'released', 'presumed')),
    held_tokens bigint not null check (held_tokens > 0),
    held_cost numeric(18, 12) not null check (held_cost >= 0),
    charged_tokens bigint not null default 0,
    charged_cost numeric(18, 12) not null default 0,
    cost_source text check (cost_source in ('provider', 'prices', 'assumed', 'reserved', 'none')),
    input_tokens bigint,
    output_tokens bigint,
    cached_tokens bigint,
    reasoning_tokens bigint,
    model text,
    generation_id text,
    http_status integer,
    finish_reason text,
    outcome text,
    parse_path text,
    verdict text check (verdict in ('accepted', 'rejected')),
    failed_checks text[] not null default '{}',
    seconds double precision,
    lease_until timestamptz not null,
    reserved_at timestamptz not null default now(),
    sent_at timestamptz,
    settled_at timestamptz,
    primary key (tenant_id, call_id)
);
create unique index ai_calls_by_id on ops.ai_calls (call_id);
create index ai_calls_open on ops.ai_calls (lease_until) where state in ('held', 'sent');
create index ai_calls_judged on ops.ai_calls (base_url, requested_model, prompt_sha, settled_at desc)
where verdict is not null;
create index ai_calls_days on ops.ai_calls (day);
comment on table ops.ai_calls is
'One row per HTTP attempt at a model: reserved and sent before its first byte leaves, then what it cost and came to.';
comment on column ops.ai_calls.attempt_of is 'The first attempt of the same question.';
comment on column ops.ai_calls.day is 'The UTC day of the reservation, which the charge belongs to.';
comment on column ops.ai_calls.subject is 'What it is about: an id of ours, never a name of a person.';
comment on column ops.ai_calls.state is
'held; sent (committed before the POST); settled at what it cost; released (cost nothing); presumed (nobody knows: charged as reserved).';
comment on column ops.ai_calls.cost_source is
'Who says what it cost: the provider, the price list, an assumed price (none is known), the reservation, or nobody (it was free).';
comment on column ops.ai_calls.outcome is 'answered, or a word of FallbackReason, or lease_expired.';
comment on column ops.ai_calls.verdict is 'Whether what was answered was accepted; null where there was nothing to judge.';
comment on column ops.ai_calls.lease_until is 'After it a call that has not ended is taken for dead.';

create table ops.ai_breakers (
    base_url text not null,
    model text not null,
    prompt_sha text not null default '',
    state text not null default 'closed' check (state in ('closed', 'open')),
    failures numeric(6, 1) not null default 0,
    openings integer not null default 0,
    cool_seconds double precision not null default 0,
    not_before timestamptz not null default '-infinity',
    judged_since timestamptz not null default '-infinity',
    response_format text check (response_format in ('json_object', 'none')),
    format_until timestamptz,
    last_failure text,
    failed_at timestamptz,
    closed_at timestamptz,
    primary key (base_url, model, prompt_sha)
);
comment on table ops.ai_breakers is
'One circuit breaker per provider and model, shared by all processes; and, with a prompt, one for the quality of answers to it.';
comment on column ops.ai_breakers.prompt_sha is 'Empty: the breaker of the transport.';
comment on column ops.ai_breakers.failures is 'In a row; a rate limit counts half.';
comment on column ops.ai_breakers.not_before is 'When open: nobody asks before it. A probe moves it on, so that there is one probe at a time.';
comment on column ops.ai_breakers.judged_since is 'Answers before it do not count against the quality.';
comment on column ops.ai_breakers.response_format is 'How far down the ladder of schema support the model has shown to be, until format_until.';

create table ops.ai_answers (
    tenant_id text not null,
    key text not null,
    state text not null check (state in ('pending', 'accepted', 'failed')),
    holder uuid not null,
    lease_until timestamptz not null,
    purpose text not null,
    answer json,
    model text,
    prompt_sha text,
    parse_path text,
    call_id uuid,
    reason text,
    ended_at timestamptz,
    primary key (tenant_id, key)
);
comment on table ops.ai_answers is
'Accepted, unrepaired answers by what was asked, per tenant; a pending row is a question that somebody is asking now.';
comment on column ops.ai_answers.key is
'sha256 over prompt, schema, models, locale and canonical facts, which hold no figures.';
comment on column ops.ai_answers.reason is 'Of a failed question: who waited for it hears this; who asks later asks anew.';

create table ops.ai_counts (
    tenant_id text not null,
    day date not null,
    purpose text not null,
    kind text not null check (kind in ('fallback', 'check', 'cache')),
    word text not null,
    times bigint not null,
    primary key (tenant_id, day, purpose, kind, word)
);
comment on table ops.ai_counts is
'What has no call of its own, counted by day: fallbacks by reason, failed checks, answers from the cache.';

-- The budgets that a call falls under, in the order in which all lock them.
create function analyst.scopes(p_tenant text, p_purpose text)
returns table (place integer, owner text, scope text)
language sql immutable as $$
    values (1, '*', 'global'), (2, p_tenant, 'tenant'), (3, '*', 'purpose:' || p_purpose)
$$;

-- Hold a reservation in every scope, or in none: then `refused` says the scope, or thinned.
create function analyst.reserve(
    p_tenant text, p_purpose text, p_subject text, p_base_url text, p_model text, p_prompt_sha text,
    p_attempt_of uuid, p_tokens bigint, p_cost numeric, p_limit_tokens bigint[], p_limit_cost numeric[],
    p_share numeric, p_lease_seconds double precision
) returns table (call_id uuid, refused text)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    today date := (now() at time zone 'utc')::date;
    s record;
    d ops.ai_budget_days;
    thinned boolean := false;
    id uuid;
begin
    for s in select * from analyst.scopes(p_tenant, p_purpose) order by place loop
        insert into ops.ai_budget_days (tenant_id, day, scope, limit_tokens, limit_cost)
        values (s.owner, today, s.scope, p_limit_tokens[s.place], p_limit_cost[s.place])
        on conflict do nothing;
        select * into d from ops.ai_budget_days as b
        where b.tenant_id = s.owner and b.day = today and b.scope = s.scope for update;
        if d.used_tokens + d.held_tokens + p_tokens > p_limit_tokens[s.place]
            or d.used_cost + d.held_cost + p_cost > p_limit_cost[s.place] then
            return query select null::uuid, s.scope;
            return;
        end if;
        thinned := thinned
        or d.used_tokens + d.held_tokens + p_tokens > p_limit_tokens[s.place] * p_share
        or d.used_cost + d.held_cost + p_cost > p_limit_cost[s.place] * p_share;
    end loop;
    if thinned then
        return query select null::uuid, 'thinned';
        return;
    end if;
    for s in select * from analyst.scopes(p_tenant, p_purpose) order by place loop
        update ops.ai_budget_days as b
        set
            held_tokens = b.held_tokens + p_tokens, held_cost = b.held_cost + p_cost,
            limit_tokens = p_limit_tokens[s.place], limit_cost = p_limit_cost[s.place]
        where b.tenant_id = s.owner and b.day = today and b.scope = s.scope;
    end loop;
    insert into ops.ai_calls (
        tenant_id, attempt_of, day, purpose, subject, base_url, requested_model, prompt_sha,
        held_tokens, held_cost, lease_until
    ) values (
        p_tenant, p_attempt_of, today, p_purpose, p_subject, p_base_url, p_model, p_prompt_sha,
        p_tokens, p_cost, now() + make_interval(secs => p_lease_seconds)
    ) returning ai_calls.call_id into id;
    -- Marking the call as sent waits for the disk, and so for this row too.
    perform set_config('synchronous_commit', 'off', true);
    return query select id, null::text;
end $$;

-- Before the first byte leaves. False: the lease ran out meanwhile, and nothing may be sent.
create function analyst.sent(p_call uuid, p_lease_seconds double precision) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    update ops.ai_calls
    set state = 'sent', sent_at = now(), lease_until = now() + make_interval(secs => p_lease_seconds)
    where call_id = p_call and state = 'held';
    return found;
end $$;

create function analyst.book(
    p_tenant text, p_purpose text, p_day date, p_held_tokens bigint, p_held_cost numeric,
    p_used_tokens bigint, p_used_cost numeric, p_over_tokens bigint, p_over_cost numeric
) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    s record;
begin
    for s in select * from analyst.scopes(p_tenant, p_purpose) order by place loop
        update ops.ai_budget_days as b
        set
            held_tokens = b.held_tokens + p_held_tokens, held_cost = b.held_cost + p_held_cost,
            used_tokens = b.used_tokens + p_used_tokens, used_cost = b.used_cost + p_used_cost,
            overrun_tokens = b.overrun_tokens + p_over_tokens, overrun_cost = b.overrun_cost + p_over_cost
        where b.tenant_id = s.owner and b.day = p_day and b.scope = s.scope;
    end loop;
end $$;

-- Half of the last twenty answers rejected: no more is spent on them for an hour, then one is tried.
create function analyst.weigh(p_call ops.ai_calls, p_is_probe boolean) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    b ops.ai_breakers;
    judged bigint;
    rejected bigint;
    cool double precision;
begin
    select * into b from ops.ai_breakers
    where (base_url, model, prompt_sha) = (p_call.base_url, p_call.requested_model, p_call.prompt_sha);
    if b.state = 'open' and p_is_probe then
        cool := least(b.cool_seconds * 2, 86400);
        update ops.ai_breakers set
            state = case p_call.verdict when 'accepted' then 'closed' else 'open' end,
            closed_at = case p_call.verdict when 'accepted' then now() end,
            cool_seconds = case p_call.verdict when 'accepted' then 0 else cool end,
            not_before = now() + make_interval(secs => cool),
            judged_since = now()
        where (base_url, model, prompt_sha) = (b.base_url, b.model, b.prompt_sha);
    elsif b.state is distinct from 'open' and p_call.verdict = 'rejected' then
        select count(*), count(*) filter (where l.verdict = 'rejected') into judged, rejected from (
            select c.verdict from ops.ai_calls as c
            where
                (c.base_url, c.requested_model, c.prompt_sha)
                = (p_call.base_url, p_call.requested_model, p_call.prompt_sha)
                and c.verdict is not null and c.settled_at > coalesce(b.judged_since, '-infinity')
            order by c.settled_at desc limit 20
        ) as l;
        if judged = 20 and rejected >= 10 then
            insert into ops.ai_breakers (
                base_url, model, prompt_sha, state, openings, cool_seconds, not_before, last_failure, failed_at
            ) values (
                p_call.base_url, p_call.requested_model, p_call.prompt_sha, 'open', 1, 3600,
                now() + interval '1 hour', 'quality', now()
            ) on conflict (base_url, model, prompt_sha) do update set
                state = 'open', openings = ai_breakers.openings + 1, cool_seconds = 3600,
                not_before = excluded.not_before, last_failure = 'quality', failed_at = now()
            where ai_breakers.state = 'closed';
        end if;
    end if;
end $$;

-- Once, by state: what a call cost and came to. A call that was presumed may still be settled, once.
create function analyst.settle(
    p_call uuid, p_state text, p_tokens bigint, p_cost numeric, p_details jsonb
) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    c ops.ai_calls;
    open boolean;
    tokens bigint;
    cost numeric(18, 12);
begin
    select * into c from ops.ai_calls where call_id = p_call for update;
    open := c.state in ('held', 'sent');
    if not found or not (open or (c.state = 'presumed' and p_state = 'settled')) then
        return false;
    end if;
    tokens := case p_state when 'settled' then p_tokens when 'presumed' then c.held_tokens else 0 end;
    cost := case p_state when 'settled' then p_cost when 'presumed' then c.held_cost else 0 end;
    perform analyst.book(
        c.tenant_id, c.purpose, c.day,
        case when open then -c.held_tokens else 0 end, case when open then -c.held_cost else 0 end,
        tokens - c.charged_tokens, cost - c.charged_cost,
        greatest(tokens - c.held_tokens, 0), greatest(cost - c.held_cost, 0)
    );
    update ops.ai_calls set
        state = p_state, charged_tokens = tokens, charged_cost = cost, settled_at = now(),
        cost_source = p_details ->> 'cost_source',
        input_tokens = (p_details ->> 'input_tokens')::bigint,
        output_tokens = (p_details ->> 'output_tokens')::bigint,
        cached_tokens = (p_details ->> 'cached_tokens')::bigint,
        reasoning_tokens = (p_details ->> 'reasoning_tokens')::bigint,
        model = p_details ->> 'model', generation_id = p_details ->> 'generation_id',
        http_status = (p_details ->> 'http_status')::integer,
        finish_reason = p_details ->> 'finish_reason', outcome = p_details ->> 'outcome',
        parse_path = p_details ->> 'parse_path', verdict = p_details ->> 'verdict',
        seconds = (p_details ->> 'seconds')::double precision,
        failed_checks = coalesce(
            array(select jsonb_array_elements_text(p_details -> 'failed_checks')), '{}'
        )
    where call_id = p_call returning * into c;
    if c.verdict is not null then
        perform analyst.weigh(c, coalesce((p_details ->> 'is_quality_probe')::boolean, false));
    end if;
    -- If the server dies before this is on disk, the call is presumed: charged, not forgotten.
    perform set_config('synchronous_commit', 'off', true);
    return true;
end $$;

-- Calls whose process died: held ones cost nothing, sent ones are presumed.
create function analyst.sweep() returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    r record;
    swept bigint := 0;
begin
    for r in
        with late as (
            select l.call_id, l.state as was from ops.ai_calls as l
            where l.state in ('held', 'sent') and l.lease_until < now()
            order by l.call_id limit 1000 for update skip locked
        ),
        ended as (
            update ops.ai_calls as c set
                state = case late.was when 'held' then 'released' else 'presumed' end,
                charged_tokens = case late.was when 'held' then 0 else c.held_tokens end,
                charged_cost = case late.was when 'held' then 0 else c.held_cost end,
                cost_source = case late.was when 'held' then 'none' else 'reserved' end,
                outcome = 'lease_expired', settled_at = now()
            from late where c.call_id = late.call_id
            returning c.*
        )
        select
            s.place, s.owner, s.scope, e.day, count(*) as calls,
            sum(e.held_tokens)::bigint as held_tokens, sum(e.held_cost) as held_cost,
            sum(e.charged_tokens)::bigint as used_tokens, sum(e.charged_cost) as used_cost
        from ended as e cross join lateral analyst.scopes(e.tenant_id, e.purpose) as s
        group by s.place, s.owner, s.scope, e.day
        order by s.place, s.owner, s.scope, e.day
    loop
        update ops.ai_budget_days as b
        set
            held_tokens = b.held_tokens - r.held_tokens, held_cost = b.held_cost - r.held_cost,
            used_tokens = b.used_tokens + r.used_tokens, used_cost = b.used_cost + r.used_cost
        where b.tenant_id = r.owner and b.day = r.day and b.scope = r.scope;
        if r.place = 1 then
            swept := swept + r.calls;
        end if;
    end loop;
    return swept;
end $$;

-- closed, open, or probe: whoever is told `probe` is the only one until p_probe_seconds are over.
create function analyst.pass(p_base_url text, p_model text, p_prompt_sha text, p_probe_seconds double precision)
returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if not exists (
        select from ops.ai_breakers
        where (base_url, model, prompt_sha) = (p_base_url, p_model, p_prompt_sha) and state = 'open'
    ) then
        return 'closed';
    end if;
    update ops.ai_breakers set not_before = now() + make_interval(secs => p_probe_seconds)
    where
        (base_url, model, prompt_sha) = (p_base_url, p_model, p_prompt_sha)
        and state = 'open' and not_before <= now();
    return case when found then 'probe' else 'open' end;
end $$;

-- What both breakers say, and which way of asking for JSON the model has shown to know.
create function analyst.admit(
    p_base_url text, p_model text, p_prompt_sha text, p_probe_seconds double precision
) returns table (transport text, quality text, response_format text, failures numeric)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    b ops.ai_breakers;
    t text := 'closed';
    q text;
begin
    select * into b from ops.ai_breakers as r
    where (r.base_url, r.model, r.prompt_sha) = (p_base_url, p_model, '');
    q := analyst.pass(p_base_url, p_model, p_prompt_sha, p_probe_seconds);
    if q <> 'open' and b.state = 'open' then
        t := analyst.pass(p_base_url, p_model, '', p_probe_seconds);
    end if;
    return query select
        t, q, case when b.format_until > now() then b.response_format end,
        coalesce(b.failures, 0::numeric);
end $$;

-- A failure of the transport. p_open_seconds opens at once; else five in a row do. Of an open one only its probe counts.
create function analyst.failed(
    p_base_url text, p_model text, p_weight numeric, p_is_probe boolean,
    p_open_seconds double precision, p_reason text
) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    b ops.ai_breakers;
    cool double precision;
    opens boolean;
begin
    insert into ops.ai_breakers (base_url, model) values (p_base_url, p_model) on conflict do nothing;
    select * into b from ops.ai_breakers
    where (base_url, model, prompt_sha) = (p_base_url, p_model, '') for update;
    if b.state = 'open' and not p_is_probe then
        return 'open';
    end if;
    opens := b.state = 'open' or p_open_seconds is not null or b.failures + p_weight >= 5;
    cool := coalesce(p_open_seconds, least(greatest(b.cool_seconds * 2, 30), 900));
    update ops.ai_breakers set
        failures = least(b.failures + p_weight, 1000), last_failure = p_reason, failed_at = now(),
        state = case when opens then 'open' else 'closed' end,
        openings = b.openings + case when opens and b.state = 'closed' then 1 else 0 end,
        cool_seconds = case when opens then cool else 0 end,
        not_before = case when opens then now() + make_interval(secs => cool) else b.not_before end
    where (base_url, model, prompt_sha) = (p_base_url, p_model, '');
    return case when opens then 'open' else 'closed' end;
end $$;

-- The provider answered: failures are no longer in a row. An open breaker is closed by its probe only.
create function analyst.answered(p_base_url text, p_model text, p_is_probe boolean) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    update ops.ai_breakers
    set state = 'closed', failures = 0, cool_seconds = 0, closed_at = now()
    where
        (base_url, model, prompt_sha) = (p_base_url, p_model, '')
        and (p_is_probe or state = 'closed')
$$;

-- A model that does not know a way of asking for JSON is asked in the next one for a day.
create function analyst.step_down(p_base_url text, p_model text, p_format text) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    insert into ops.ai_breakers (base_url, model, response_format, format_until)
    values (p_base_url, p_model, p_format, now() + interval '1 day')
    on conflict (base_url, model, prompt_sha) do update
    set response_format = excluded.response_format, format_until = excluded.format_until
$$;

create function analyst.count(p_tenant text, p_purpose text, p_kind text, p_words text[]) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    insert into ops.ai_counts (tenant_id, day, purpose, kind, word, times)
    select p_tenant, (now() at time zone 'utc')::date, p_purpose, p_kind, w.word, count(*)
    from unnest(p_words) as w (word) group by w.word order by w.word
    on conflict (tenant_id, day, purpose, kind, word) do update set times = ai_counts.times + excluded.times;
    perform set_config('synchronous_commit', 'off', true);
end $$;

-- accepted: here it is; mine: ask, and nobody else does; pending: somebody asks; failed: who was asking did not succeed.
create function analyst.look(
    p_tenant text, p_key text, p_purpose text, p_holder uuid, p_lease_seconds double precision,
    p_since timestamptz
) returns table (
    state text, answer text, model text, parse_path text, call_id uuid, reason text, since timestamptz
)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    a ops.ai_answers;
    asked timestamptz := coalesce(p_since, now());
begin
    select * into a from ops.ai_answers as k where k.tenant_id = p_tenant and k.key = p_key;
    if a.state is null or (a.state = 'pending' and a.lease_until < now())
        or (a.state = 'failed' and a.ended_at < asked) then
        insert into ops.ai_answers as k (tenant_id, key, state, holder, lease_until, purpose)
        values (
            p_tenant, p_key, 'pending', p_holder, now() + make_interval(secs => p_lease_seconds), p_purpose
        )
        on conflict (tenant_id, key) do update set
            state = 'pending', holder = excluded.holder, lease_until = excluded.lease_until, reason = null
        where
            (k.state = 'pending' and k.lease_until < now())
            or (k.state = 'failed' and k.ended_at < asked);
        if found then
            return query select 'mine', null::text, null::text, null::text, null::uuid, null::text, asked;
            return;
        end if;
        select * into a from ops.ai_answers as k where k.tenant_id = p_tenant and k.key = p_key;
    end if;
    return query select
        coalesce(a.state, 'pending'), a.answer::text, a.model, a.parse_path, a.call_id, a.reason, asked;
end $$;

-- The end of a question: an answer that may be kept, a failure that who waits shall hear, or neither.
create function analyst.keep(
    p_tenant text, p_key text, p_holder uuid, p_answer text, p_model text, p_prompt_sha text,
    p_parse_path text, p_call uuid, p_reason text
) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if p_answer is null and p_reason is null then
        delete from ops.ai_answers
        where tenant_id = p_tenant and key = p_key and holder = p_holder and state = 'pending';
        return;
    end if;
    update ops.ai_answers set
        state = case when p_answer is null then 'failed' else 'accepted' end,
        answer = p_answer::json, model = p_model, prompt_sha = p_prompt_sha, parse_path = p_parse_path,
        call_id = p_call, reason = p_reason, ended_at = now()
    where tenant_id = p_tenant and key = p_key and holder = p_holder and state = 'pending';
end $$;

-- A kept answer that a judge of today no longer accepts makes room for a new one.
create function analyst.drop_answer(p_tenant text, p_key text, p_call uuid) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    delete from ops.ai_answers
    where tenant_id = p_tenant and key = p_key and state = 'accepted' and call_id = p_call
$$;

revoke execute on all functions in schema analyst from public;
grant usage on schema analyst, ops to e2a_analyst;
grant execute on function
analyst.reserve(
    text, text, text, text, text, text, uuid, bigint, numeric, bigint[], numeric[], numeric, double precision
),
analyst.sent(uuid, double precision), analyst.settle(uuid, text, bigint, numeric, jsonb), analyst.sweep(),
analyst.admit(text, text, text, double precision),
analyst.failed(text, text, numeric, boolean, double precision, text),
analyst.answered(text, text, boolean), analyst.step_down(text, text, text),
analyst.count(text, text, text, text[]),
analyst.look(text, text, text, uuid, double precision, timestamptz),
analyst.keep(text, text, uuid, text, text, text, text, uuid, text),
analyst.drop_answer(text, text, uuid)
to e2a_analyst;
revoke all on ops.ai_budget_days, ops.ai_calls, ops.ai_breakers, ops.ai_answers, ops.ai_counts from e2a_app;
grant select on ops.ai_budget_days, ops.ai_calls, ops.ai_breakers, ops.ai_counts to e2a_app, e2a_analyst;
grant select, delete on ops.ai_answers to e2a_app;
grant select (tenant_id, state), delete on ops.ai_answers to e2a_operator;
grant delete on ops.ai_calls, ops.ai_budget_days, ops.ai_counts to e2a_app;
