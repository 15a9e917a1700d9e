"""The scope of a step: which orders the models see, and the step itself.

`ops.touched_orders` collects orders with news and survives any crash; a lane claims them into
`ops.batch_orders`, refreshes the models, and only then strikes them off. The refresh functions are
deployed by dbt from the models themselves (`dbt_project/macros/hot.sql`): dbt, the sensor's lane
and this module all run the same SQL.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

from e2a.warehouse.connection import Role, Warehouse
from e2a.warehouse.statistics import ENTIRELY, count_again, is_of_another_size

LEASE = "hashtext('e2a.transform')"
"""Key of the lease on `ops.batch_orders`: an advisory lock of a session, because a row lock would
hold a transaction id for the whole pass, and nothing that lands meanwhile could be read."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Orders claimed for one pass over the models."""

    orders: int
    last_touch: int


@contextmanager
def claimed(
    warehouse: Warehouse, *, everything: bool = False, partial: bool = False
) -> Iterator[Scope]:
    """Claim the touched (or all) orders for a pass over the models made by another process.

    The lease is held while the block runs; if it fails or the process dies, the touched orders
    stay marked and the next pass takes them again. A partial pass, over some models only, strikes
    nothing off: the other models have not seen the orders.
    """
    with leased(warehouse), warehouse.connect(Role.APP) as work:
        with work.transaction():
            scope = fill(work, everything=everything)
        yield scope
        if not partial:
            with work.transaction():
                strike_off(work)


@contextmanager
def leased(warehouse: Warehouse) -> Iterator[None]:
    """Hold the lease: nobody else refreshes meanwhile; it ends with the block or the process."""
    with warehouse.connect(Role.APP, autocommit=True) as lease:
        lease.execute(f"select pg_advisory_lock({LEASE})")
        yield
        # Closing frees it too, but a moment later: dbt by hand would still find the lease taken.
        lease.execute(f"select pg_advisory_unlock({LEASE})")


def nothing(warehouse: Warehouse) -> None:
    """Empty the scope, under the caller's lease: what is deployed or tested now derives nothing."""
    with warehouse.connect(Role.APP) as connection:
        connection.execute("delete from ops.batch_orders")


def fill(connection: psycopg.Connection[Any], *, everything: bool = False) -> Scope:
    """Put the touched orders, or all of them, into `ops.batch_orders`."""
    connection.execute("delete from ops.batch_orders")
    orders = connection.execute(_ALL if everything else _TOUCHED).rowcount
    if everything:
        connection.execute(_ALL_PERIODS)
    if is_of_another_size(connection, "ops.scopes", orders):
        count_again(connection, "ops.scopes", ENTIRELY)
    row = connection.execute("select coalesce(max(touch), 0) from ops.batch_orders").fetchone()
    assert row is not None
    return Scope(orders, row[0])


def keep_only(connection: psycopg.Connection[Any], orders: Sequence[tuple[str, str]]) -> int:
    """Leave only these orders, as (tenant, order), in the scope; how many went out of it."""
    chosen = {"tenants": [one[0] for one in orders], "orders": [one[1] for one in orders]}
    return connection.execute(_ONLY, chosen).rowcount


def strike_off(connection: psycopg.Connection[Any]) -> None:
    """Forget the touches that the pass has seen; later ones stay.

    What was derived waits for its proof from now on (`e2a.warehouse.truth`).
    """
    connection.execute(_STRIKE_OFF)


def refresh(connection: psycopg.Connection[Any]) -> Scope:
    """One step in one transaction: claim touched orders, refresh the hot models, strike off."""
    with connection.transaction():
        connection.execute(f"select pg_advisory_xact_lock({LEASE})")
        return derive(connection)


def derive(connection: psycopg.Connection[Any]) -> Scope:
    """The same within a transaction that holds the lease; `ops.batch_orders` stays filled."""
    scope = fill(connection)
    if scope.orders:
        refresh_models(connection)
        strike_off(connection)
    return scope


def refresh_models(
    connection: psycopg.Connection[Any], only: Collection[str] | None = None
) -> None:
    """Derive the stored models again for the orders in scope, each after those that it reads.

    Args:
        connection: within a transaction.
        only: these models, which must contain what they read; None is all.
    """
    if only is None:
        connection.execute(_REFRESH_ALL)
        return
    for (model,) in connection.execute(
        "select model from ops.hot_models order by step, model"
    ).fetchall():
        if model in only:
            name = psycopg.sql.Identifier(f"refresh_{model}")
            connection.execute(psycopg.sql.SQL("select ops.{}()").format(name))


def waiting(connection: psycopg.Connection[Any]) -> int:
    """Orders with news that the models have not seen."""
    row = connection.execute("select count(*) from ops.touched_orders").fetchone()
    assert row is not None
    return int(row[0])


_ONLY = """
delete from ops.batch_orders as b where not exists (
    select from unnest(%(tenants)s::text[], %(orders)s::text[]) as w (tenant_id, order_id)
    where w.tenant_id = b.tenant_id and w.order_id = b.order_id
)
"""

# One round trip for some twenty models.
_REFRESH_ALL = """
do $$
declare
    hot text;
begin
    for hot in select model from ops.hot_models order by step, model loop
        execute format('select ops.%I()', 'refresh_' || hot);
    end loop;
end $$
"""

_STRIKE_OFF = """
with seen as (
    delete from ops.touched_orders as t using ops.batch_orders as b
    where (t.tenant_id, t.order_id) = (b.tenant_id, b.order_id) and t.touch <= b.touch
    returning t.tenant_id, t.order_id, t.touch
)
insert into ops.unproven_orders (tenant_id, order_id, touch)
select tenant_id, order_id, touch from seen
on conflict (tenant_id, order_id) do update set touch = excluded.touch, differs = false
"""

_TOUCHED = """
insert into ops.batch_orders (tenant_id, order_id, touch, order_no)
select tenant_id, order_id, touch, row_number() over () from ops.touched_orders
"""

_ALL = """
insert into ops.batch_orders (tenant_id, order_id, touch, order_no)
select tenant_id, order_id, touch, row_number() over () from (
    select i.tenant_id, i.order_id, coalesce(max(t.touch), 0) as touch
    from orders.identifiers as i
    left join ops.touched_orders as t on t.tenant_id = i.tenant_id and t.order_id = i.order_id
    group by i.tenant_id, i.order_id
    union
    select tenant_id, order_id, touch from ops.touched_orders
) as everything
"""

_ALL_PERIODS = """
insert into ops.touched_periods (tenant_id, billing_period)
select distinct
    t.tenant_id, date_trunc('month', e.occurred_at at time zone t.billing_zone)::date
from reference.tenants as t inner join landing.order_events as e on e.tenant_id = t.tenant_id
on conflict do nothing
"""
