"""Scratch as dbt deploys it: unlogged, a partition a worker, seen through a view of one's own."""

import os

from e2a.warehouse.connection import Role
from e2a.warehouse.models import run_dbt
from tests.warehouse.lane import deliver, event, read, rows

WORKERS = 4


def _tables(connection, schema):
    """(kind, persistence) of each relation: r table, p partitioned, v view; u unlogged, p kept."""
    found = rows(
        connection,
        "select c.relname, c.relkind, c.relpersistence from pg_class as c "
        "where c.relnamespace = %s::regnamespace and c.relkind in ('r', 'p', 'v')",
        schema,
    )
    return {name: (kind, persistence) for name, kind, persistence in found}


def test_what_a_pass_writes_for_itself_costs_no_log_and_what_is_kept_does(built):
    with built.connect(Role.OWNER) as owner:
        scratch = _tables(owner, "scratch")
        kept = {t: _tables(owner, t) for t in ("orders", "sla", "billing")}
    assert {p for kind, p in scratch.values() if kind == "r"} == {"u"}
    assert {p for tables in kept.values() for kind, p in tables.values() if kind == "r"} == {"p"}


def test_every_worker_has_a_part_of_every_scratch_table_and_rules_has_views_only(built):
    with built.connect(Role.OWNER) as owner:
        scratch = _tables(owner, "scratch")
        rules = _tables(owner, "rules")
    whole = {name for name, (kind, _) in scratch.items() if kind == "p"}
    parts = {f"{name}_{worker}" for name in whole for worker in range(WORKERS)}
    assert len(whole) > 5
    assert parts == set(scratch) - whole
    assert whole <= set(rules)
    assert {kind for kind, _ in rules.values()} == {"v"}


def test_a_worker_sees_its_own_scope_and_scratch_alone(built, modelled):
    read(modelled, deliver(event("a", order="wms:1")))
    with modelled.transaction():
        modelled.execute(
            "insert into ops.batch_orders (tenant_id, order_id, order_no) "
            "select tenant_id, order_id, 1 from orders.identifiers"
        )
        modelled.execute("select ops.refresh_int_orders__events()")
    with built.connect(Role.OWNER) as owner:
        seen = [_seen(owner, worker) for worker in range(WORKERS)]
    assert seen == [(1, 1), (0, 0), (0, 0), (0, 0)]


def _seen(connection, worker):
    """(orders in scope, events) as a worker sees them; the setting is made first thing."""
    connection.execute("select set_config('e2a.worker', %s, true)", (str(worker),))
    return rows(
        connection,
        "select (select count(*) from ops.batch_orders), count(*) from rules.int_orders__events",
    )[0]


def test_a_model_that_is_hot_no_more_is_forgotten_or_no_pass_would_get_beyond_it(built):
    with built.connect(Role.OWNER) as owner:
        owner.execute("insert into ops.hot_models (model, step) values ('retired', 1)")
        owner.execute("create table scratch.retired (worker integer) partition by list (worker)")
    run_dbt(
        "run", "--quiet", "--select", "int_sla__trust_lists",
        environment={**os.environ, **built.environment()},
    )  # fmt: skip
    with built.connect(Role.OWNER) as owner:
        assert rows(owner, "select model from ops.hot_models where model = 'retired'") == []
        assert rows(owner, "select to_regclass('scratch.retired')") == [(None,)]
