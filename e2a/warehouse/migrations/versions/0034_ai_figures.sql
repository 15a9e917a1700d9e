create table ops.ai_reconciliations (
    tenant_id text not null default '*',
    day date not null,
    base_url text not null,
    ledger_cost numeric(18, 12) not null,
    provider_cost numeric(18, 12) not null,
    tolerance numeric(18, 12) not null check (tolerance >= 0),
    resettled integer not null default 0,
    compared_at timestamptz not null,
    primary key (tenant_id, day, base_url)
);
comment on table ops.ai_reconciliations is
'What the ledger says that a UTC day''s calls of models cost, beside what the provider says; the latest comparison of the day. Money is USD.';
comment on column ops.ai_reconciliations.tenant_id is 'Always *: a provider knows one key, whatever tenant it was used for.';
comment on column ops.ai_reconciliations.ledger_cost is 'Charged to that provider''s calls of the day, presumed ones included.';
comment on column ops.ai_reconciliations.provider_cost is 'usage_daily of its /key.';
comment on column ops.ai_reconciliations.tolerance is 'How far the two may be apart before somebody is told.';
comment on column ops.ai_reconciliations.resettled is 'Presumed calls of which the provider said, since midnight, what they really cost.';
revoke all on ops.ai_reconciliations from e2a_app;
grant select, insert, update, delete on ops.ai_reconciliations to e2a_app;

-- The one definition of the metrics of model calls, for the command and the gateway's page: counts and sums, and
-- of tenants nothing. Since the beginning of the UTC month: the work is bounded, and what is forgotten after a
-- year takes nothing from a counter. The bounds of histograms are given negated and falling: width_bucket's are
-- exclusive where Prometheus' are inclusive.
create function analyst.metrics(p_tokens double precision[], p_seconds double precision[]) returns jsonb
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
with month as (
    select date_trunc('month', now() at time zone 'utc')::date as first
),
calls as (select c.* from ops.ai_calls as c, month as m where c.day >= m.first),
measured as (
    select 'input' as measure, requested_model, input_tokens::double precision as value from calls
    union all select 'output', requested_model, output_tokens from calls
    union all select 'seconds', requested_model, seconds from calls
),
histograms as (
    select
        measure, requested_model,
        width_bucket(-value, case measure when 'seconds' then p_seconds else p_tokens end) as above,
        count(*) as times, sum(value) as total
    from measured where value is not null group by 1, 2, 3
),
costs as (
    select purpose, coalesce(cost_source, 'none') as source, sum(charged_cost) as usd
    from calls group by 1, 2
),
counts as (
    select c.kind, c.purpose, c.word, sum(c.times) as times
    from ops.ai_counts as c, month as m where c.day >= m.first group by 1, 2, 3
),
scopes as (
    select scope, max(greatest(
        case when limit_tokens > 0 then (used_tokens + held_tokens)::numeric / limit_tokens else 1 end,
        case when limit_cost > 0 then (used_cost + held_cost) / limit_cost else 1 end
    )) as ratio
    from ops.ai_budget_days where day = (now() at time zone 'utc')::date group by 1
),
breakers as (
    select
        model, case prompt_sha when '' then 'transport' else 'quality' end as breaker,
        bool_or(state = 'open') as is_open
    from ops.ai_breakers group by 1, 2
)
select jsonb_build_object(
    'histograms', coalesce((
        select jsonb_agg(jsonb_build_array(measure, requested_model, above, times, total)
            order by measure, requested_model, above)
        from histograms
    ), '[]'),
    'costs', coalesce((select jsonb_agg(jsonb_build_array(purpose, source, usd) order by 1) from costs), '[]'),
    'counts', coalesce((select jsonb_agg(jsonb_build_array(kind, purpose, word, times)) from counts), '[]'),
    'scopes', coalesce((select jsonb_agg(jsonb_build_array(scope, ratio)) from scopes), '[]'),
    'breakers', coalesce((select jsonb_agg(jsonb_build_array(model, breaker, is_open)) from breakers), '[]')
)
$$;
revoke execute on function analyst.metrics(double precision[], double precision[]) from public;
grant usage on schema analyst to e2a_app;
grant execute on function analyst.metrics(double precision[], double precision[]) to e2a_app, e2a_analyst;

-- The same for the open door, which enters no other schema.
create function gateway.model_metrics(p_tokens double precision[], p_seconds double precision[]) returns jsonb
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select analyst.metrics(p_tokens, p_seconds)
$$;
revoke execute on function gateway.model_metrics(double precision[], double precision[]) from public;
grant execute on function gateway.model_metrics(double precision[], double precision[]) to e2a_gateway;
