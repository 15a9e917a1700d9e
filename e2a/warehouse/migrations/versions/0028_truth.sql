create table ops.unproven_orders (
    tenant_id text not null,
    order_id text not null,
    touch bigint not null,
    differs boolean not null default false,
    primary key (tenant_id, order_id)
);
comment on table ops.unproven_orders is
'Orders whose stored rows were derived since a proof last found them equal to a rebuild, or that differed from one.';
comment on column ops.unproven_orders.touch is 'The news that the derivation has seen: a proof strikes off only what it has seen too.';
comment on column ops.unproven_orders.differs is 'The last proof found another row than a rebuild gives; cleared when the order is derived again.';

create table ops.truths (
    tenant_id text not null,
    id bigint generated always as identity,
    whole boolean not null,
    started_at timestamptz not null,
    finished_at timestamptz,
    orders bigint not null default 0,
    left_orders bigint not null default 0,
    periods bigint not null default 0,
    left_periods bigint not null default 0,
    differences bigint not null default 0,
    primary key (tenant_id, id)
);
comment on table ops.truths is
'Proofs that the streamed tables say what a rebuild from the events says; one without an end was interrupted and proves nothing.';
comment on column ops.truths.whole is 'Whether every order was compared; else those derived since their last proof, the open ones and those of open billing months.';
comment on column ops.truths.orders is 'Orders rebuilt and compared.';
comment on column ops.truths.left_orders is 'Orders with news that no pass had seen at the end: nothing is claimed of them yet, the next proof takes them.';
comment on column ops.truths.periods is 'Billing months of a tenant whose lines were rebuilt and compared.';
comment on column ops.truths.left_periods is 'Billing months whose lines were due to be derived again at the end: whoever invoices them does so first.';
comment on column ops.truths.differences is 'Rows that are missing, extra or different, in all tables; 0 is green.';

create table ops.truth_tables (
    tenant_id text not null,
    truth_id bigint not null,
    table_name text not null,
    compared bigint not null,
    missing bigint not null,
    extra bigint not null,
    differing bigint not null,
    primary key (tenant_id, truth_id, table_name),
    foreign key (tenant_id, truth_id) references ops.truths (tenant_id, id) on delete cascade
);
comment on table ops.truth_tables is 'What a proof found in each stored table.';
comment on column ops.truth_tables.compared is 'Rows of the rebuild and of the stream together, by key.';
comment on column ops.truth_tables.missing is 'Rows that the rebuild has and the streamed table lacks.';
comment on column ops.truth_tables.extra is 'Rows that the streamed table has and the rebuild lacks.';
comment on column ops.truth_tables.differing is 'Rows of one key that say different things.';

create table ops.truth_differences (
    tenant_id text not null,
    truth_id bigint not null,
    table_name text not null,
    key jsonb not null,
    kind text not null check (kind in ('missing', 'extra', 'differing')),
    streamed jsonb,
    proven jsonb,
    primary key (tenant_id, truth_id, table_name, key)
);
comment on table ops.truth_differences is
'Rows that differ, a bounded sample of each table and proof; ops.truth_tables has the counts.';
comment on column ops.truth_differences.key is 'The primary key of the row.';
comment on column ops.truth_differences.streamed is 'The row as the lanes left it; null: missing.';
comment on column ops.truth_differences.proven is 'The row as the rebuild has it; null: extra.';

grant select, insert, update, delete on
ops.unproven_orders, ops.truths, ops.truth_tables, ops.truth_differences to e2a_app;
grant select on ops.truths, ops.truth_tables, ops.truth_differences, ops.unproven_orders to e2a_reader;
