{#
  Materialisation `hot`: a stored table over a rule view, refreshed for the scope only.

  A model is one SELECT over its rule view, which already sees only the orders in scope
  (ops.batch_orders) or the billing months in scope (ops.touched_periods). The materialisation
  deploys `ops.refresh_<model>()`, which replaces the rows of the scope; dbt calls that function,
  and so does every lane: one definition. A full refresh empties the table in the same transaction,
  so that readers never meet a missing or half-filled table, and views on it stay.

  Config: unique_key (columns of the primary key; none for scratch), scope ('orders', 'periods', or
  'scratch': holds the current pass only), step (position in a micro-batch),
  touches_periods (rows that change mark their billing month), planner (settings under which the
  rule runs; the rows of the scope are always found by index).
#}
{% materialization hot, adapter='postgres' %}
    {%- set is_scratch = config.require('scope') == 'scratch' -%}
    {%- set target_relation = this.incorporate(type='view' if is_scratch else 'table') -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set function = 'ops.refresh_' ~ model.name -%}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {% set columns = model.columns.values() | list %}
    {% set rebuilt = existing is none or e2a.columns_changed(existing, columns)
        or (is_scratch and not e2a.has_scratch(this.identifier)) %}
    {% if rebuilt %}
        {# dbt's own drop: it forgets the views that go with the table, which a plain DROP would not. #}
        {% if existing is not none %}{% do adapter.drop_relation(existing) %}{% endif %}
        {% call statement('create') %}
            {{ e2a.create_scratch(target_relation, columns) if is_scratch
                else e2a.create_stored(target_relation, columns) }}
            {{ place(this) }}
        {% endcall %}
    {% endif %}

    {% call statement('deploy') %}
        {{ e2a.refresh_function(function, target_relation.include(database=false), columns, sql) }}
    {% endcall %}

    {% call statement('main', fetch_result=True) %}
        {% if not is_scratch and (should_full_refresh() or rebuilt) -%}
        delete from {{ target_relation }};
        {%- endif %}
        select {{ function }}();
    {% endcall %}

    {% do apply_grants(target_relation, config.get('grants'), should_revoke=not rebuilt) %}
    {% do persist_docs(target_relation, model) %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}


{% macro create_stored(relation, columns) %}
    create table {{ relation }} (
        {% for column in columns -%}
            {{ column.name }} {{ column.data_type }}
            {%- for c in column.constraints if c.type == 'not_null' %} not null{% endfor %},
        {% endfor -%}
        primary key ({{ config.require('unique_key') | join(', ') }})
    );
    {% for index in config.get('hot_indexes', []) -%}
        create index on {{ relation }} {{ index }};
    {% endfor %}
{% endmacro %}


{#
  Scratch: an unlogged table for each worker of a rebuild, and a view of the worker's own. What is in
  it is read by the pass that wrote it and by nobody else; after a crash it is empty.
#}
{% macro create_scratch(relation, columns) %}
    {%- set rows = 'scratch.' ~ relation.identifier -%}
    drop table if exists {{ rows }} cascade;
    create table {{ rows }} (
        worker integer not null default ops.worker(),
        {% for column in columns -%}
            {{ column.name }} {{ column.data_type }}{{ ',' if not loop.last }}
        {% endfor -%}
    ) partition by list (worker);
    {% for worker in range(e2a.workers()) -%}
        create unlogged table {{ rows }}_{{ worker }}
        partition of {{ rows }} for values in ({{ worker }});
    {% endfor -%}
    {% for index in config.get('hot_indexes', []) -%}
        create index on {{ rows }} {{ index }};
    {% endfor %}
    create view {{ relation }} as
    select {{ columns | map(attribute='name') | join(', ') }} from {{ rows }}
    where worker = ops.worker();
{% endmacro %}


{# Whether it is there: a model that was a plain view before has none. #}
{% macro has_scratch(model) %}
    {{ return(run_query("select to_regclass('scratch." ~ model ~ "') is not null").rows[0][0]) }}
{% endmacro %}


{#
  After a run: forget the functions and scratch tables of models that are hot no more, or no pass
  would get beyond them.
#}
{% macro forget_retired_models() %}
    {%- if execute -%}
    {%- set hot = graph.nodes.values() | selectattr('config.materialized', 'equalto', 'hot') | list -%}
    {%- set scratch = hot | selectattr('config.scope', 'equalto', 'scratch') | list -%}
    do $forget$
    declare
        retired text;
    begin
        for retired in
            select m.model from ops.hot_models as m
            where m.model not in ('{{ hot | map(attribute='name') | join("', '") }}')
        loop
            delete from ops.hot_models where model = retired;
            execute format('drop function if exists ops.%I()', 'refresh_' || retired);
        end loop;
        for retired in
            select relname from pg_class
            where
                relnamespace = 'scratch'::regnamespace and relkind = 'p'
                and relname not in ('{{ scratch | map(attribute='name') | join("', '") }}')
        loop
            execute format('drop table scratch.%I cascade', retired);
        end loop;
    end $forget$;
    {%- endif -%}
{% endmacro %}


{# As many passes can run side by side, each over orders of its own: one a core. #}
{% macro workers() %}{{ return(4) }}{% endmacro %}


{% macro columns_changed(relation, columns) %}
    {% set now = adapter.get_columns_in_relation(relation) | map(attribute='name') | list %}
    {{ return(now != columns | map(attribute='name') | list) }}
{% endmacro %}


{% macro refresh_function(function, relation, columns, sql) %}
    {%- set names = columns | map(attribute='name') | join(', ') -%}
    {%- set scope = {'orders': ['ops.batch_orders', 'order_id'],
                     'periods': ['ops.touched_periods', 'billing_period'],
                     'scratch': none}[config.require('scope')] -%}
    {%- set target = relation if scope else 'scratch.' ~ relation.identifier -%}
    {#- A function that names its database breaks in a copy or a restore under another name. -#}
    {%- set rule = sql | replace(adapter.quote(this.database) ~ '.', '') -%}
    create or replace function {{ function }}() returns bigint
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $refresh$
    declare
        stored bigint;
        {% if config.get('scope') == 'periods' %}seen bigint := (select last_value from ops.touches);{% endif %}
        {% if scope is none -%}
        rows text := '{{ target }}_' || ops.worker();
        usual_target text := current_setting('default_statistics_target');
        {% endif -%}
        {% for name in config.get('planner', {}) -%}
        usual_{{ name }} text := current_setting('{{ name }}');
        {% endfor %}
    begin
        {% if scope is none -%}
        -- Emptied at once where there is much in it, or much of it is dead rows of many small passes.
        if
            (select reltuples from pg_class where oid = rows::regclass) > 10000
            or pg_relation_size(rows::regclass) > 1048576
        then
            execute 'truncate ' || rows;
        else
            delete from {{ target }} where worker = ops.worker();
        end if;
        {%- else -%}
        with gone as (
            delete from {{ relation }} as t using {{ scope[0] }} as s
            where t.tenant_id = s.tenant_id and t.{{ scope[1] }} = s.{{ scope[1] }}
            returning t.*
        )
        {% if config.get('touches_periods') -%}
        insert into ops.touched_periods (tenant_id, billing_period)
        select distinct tenant_id, billing_period from gone where billing_period is not null
        on conflict (tenant_id, billing_period) do update set touch = nextval('ops.touches');
        {%- else -%}
        select count(*) into stored from gone;
        {%- endif %}
        {%- endif %}

        {% for name, value in config.get('planner', {}).items() -%}
        perform set_config('{{ name }}', '{{ value }}', true);
        {% endfor -%}
        insert into {{ target }} ({{ names }})
        select {{ names }} from (
            {{ rule }}
        ) as rule;
        get diagnostics stored = row_count;
        {% for name in config.get('planner', {}) -%}
        perform set_config('{{ name }}', usual_{{ name }}, true);
        {% endfor -%}
        {% if scope is none -%}
        -- A rough count of the pass is enough: a tenth of the usual sample, and none where the last
        -- pass was of about this size (scopes number their orders from 1, each time anew).
        if
            (
                select
                    c.reltuples < 0
                    or greatest(stored, 200) not between greatest(c.reltuples, 200) / 3
                    and greatest(c.reltuples, 200) * 3
                from pg_class as c where c.oid = rows::regclass
            )
        then
            perform set_config('default_statistics_target', '10', true);
            execute 'analyze ' || rows;
            perform set_config('default_statistics_target', usual_target, true);
        end if;
        {%- else -%}
        -- Only one worker of a rebuild: who counts a table keeps the others from it until it commits.
        if
            ops.worker() = 0
            and stored > 0.1 * (select reltuples from pg_class where oid = '{{ relation }}'::regclass)
        then
            analyze {{ relation }};
        end if;
        {%- endif %}

        {% if config.get('touches_periods') -%}
        insert into ops.touched_periods (tenant_id, billing_period)
        select distinct t.tenant_id, t.billing_period from {{ relation }} as t
        inner join ops.batch_orders as s on t.tenant_id = s.tenant_id and t.order_id = s.order_id
        where t.billing_period is not null
        on conflict (tenant_id, billing_period) do update set touch = nextval('ops.touches');
        {%- endif %}
        {% if config.get('scope') == 'periods' -%}
        delete from ops.touched_periods where touch <= seen;
        {%- endif %}
        return stored;
    end $refresh$;
    revoke execute on function {{ function }}() from public;
    grant execute on function {{ function }}() to e2a_app;
    {% if config.get('scope') != 'periods' -%}
    insert into ops.hot_models (model, step) values ('{{ model.name }}', {{ config.require('step') }})
    on conflict (tenant_id, model) do update set step = excluded.step
    where hot_models.step <> excluded.step;
    {%- endif %}
{% endmacro %}


{# Where a table would be placed if storage were spread over machines: nothing, today. #}
{% macro place(relation) %}{% endmacro %}
