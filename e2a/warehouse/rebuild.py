"""Deriving every order again: when that is needed, and how, in committed chunks side by side.

A pass must take every order when the models or the prices changed since the last whole one. Over
many orders it does so in chunks: each is a transaction of its own, and workers with a scope and
scratch tables of their own take chunks in turn (`ops.worker`). The caller holds the lease. Facts
that no model can take are set aside as in a step, and the chunk goes on without them.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Lock
from typing import Any

import psycopg

from e2a.warehouse.connection import Role, Warehouse
from e2a.warehouse.held.aside import FACTS, MOST, Order, set_aside
from e2a.warehouse.scope import fill, keep_only, refresh_models, strike_off
from e2a.warehouse.statistics import count_again

CHUNK = 10_000
"""Orders a transaction: sorts and hashes of a chunk fit into work_mem, its scratch into the cache.
Twice as many took 6 % longer, half as many the same."""

ONE_IN = 10
"""Of so many orders of a chunk one may fail by its facts; more, and it is the models."""

WORKERS = 2
"""Passes side by side; `workers()` in macros/hot.sql says how many there may be."""

Progress = Callable[[int, int], None]
Chunk = tuple[str, str, str]

_WANTED = """
select md5(wanted.fingerprint) from (
    select %s || coalesce(string_agg(card_version, ',' order by card_version), '') as fingerprint
    from reference.rate_cards
) as wanted
where not exists (
    select from ops.builds as b where b.tenant_id = '*' and b.fingerprint = wanted.fingerprint
)
"""

_REMEMBER = """
insert into ops.builds (tenant_id, fingerprint)
select '*', %s || coalesce(string_agg(card_version, ',' order by card_version), '')
from reference.rate_cards
on conflict (tenant_id) do update set fingerprint = excluded.fingerprint, built_at = now()
"""

# An order's id is one of its own names.
_CHUNKS = """
select tenant_id, min(order_id), max(order_id)
from (
    select
        tenant_id, order_id,
        (row_number() over (partition by tenant_id order by order_id) - 1) / %s as chunk
    from orders.identifiers where name = order_id
) as numbered
group by tenant_id, chunk order by tenant_id, chunk
"""

_IN_SCOPE = "select tenant_id, order_id from ops.batch_orders order by tenant_id, order_id"

_FILL = """
insert into ops.batch_orders (tenant_id, order_id, touch, order_no)
select i.tenant_id, i.order_id, coalesce(t.touch, 0), row_number() over ()
from orders.identifiers as i
left join ops.touched_orders as t on t.tenant_id = i.tenant_id and t.order_id = i.order_id
where
    i.tenant_id = %s and i.name between %s and %s and i.name = i.order_id
"""


def needs_everything(warehouse: Warehouse, models: str) -> bool:
    """Whether what is stored was derived by other models or rate cards than these."""
    with warehouse.connect(Role.APP) as connection:
        return missing_build(connection, models) is not None


def missing_build(connection: psycopg.Connection[Any], models: str) -> str | None:
    """Name of the whole pass that is due, None if what is stored was derived by what is in force.

    Args:
        connection: as the application.
        models: hash of the models and macros about to run; the rate cards are added to it.
    """
    row = connection.execute(_WANTED, (models,)).fetchone()
    return row and str(row[0])


def remember(warehouse: Warehouse, models: str) -> None:
    """Note that everything stored is now derived by these models and rate cards."""
    with warehouse.connect(Role.APP) as connection:
        connection.execute(_REMEMBER, (models,))


def orders_known(warehouse: Warehouse) -> int:
    """How many orders a whole pass would take."""
    with warehouse.connect(Role.APP) as connection:
        row = connection.execute(
            "select count(*) from orders.identifiers where name = order_id"
        ).fetchone()
    assert row is not None
    return int(row[0])


def rebuild(
    warehouse: Warehouse,
    progress: Progress = lambda done, orders: None,
    *,
    chunk: int = CHUNK,
    workers: int = WORKERS,
    only: Collection[str] | None = None,
) -> int:
    """Derive the stored models of every order again; the functions must be deployed.

    Args:
        warehouse: where; the caller holds the lease.
        progress: called after each chunk with orders done and orders in all.
        chunk: orders a transaction.
        workers: passes side by side.
        only: models to derive, with all that they read; None is all, and strikes the orders off.

    Returns:
        Orders derived. A chunk that fails raises, and what was committed stays.

    Raises:
        ModelsFailError: so many orders of a chunk fail that their facts cannot be the cause.
        psycopg.Error: the database's fault rather than an order's.
    """
    queue: SimpleQueue[Chunk] = SimpleQueue()
    with warehouse.connect(Role.APP) as connection:
        for found in connection.execute(_CHUNKS, (chunk,)).fetchall():
            queue.put(found)
    told = _Told(progress, orders_known(warehouse))
    with ThreadPoolExecutor(workers) as pool:
        for finished in [
            pool.submit(_work, warehouse, worker, queue, told, only) for worker in range(workers)
        ]:
            finished.result()
    return told.done


@dataclass
class _Told:
    """Progress over all workers."""

    progress: Progress
    orders: int
    done: int = 0

    def __post_init__(self) -> None:
        self._lock = Lock()

    def add(self, orders: int) -> None:
        with self._lock:
            self.done += orders
            self.progress(self.done, self.orders)


def _work(
    warehouse: Warehouse,
    worker: int,
    queue: "SimpleQueue[Chunk]",
    told: _Told,
    only: Collection[str] | None,
) -> None:
    with warehouse.connect(Role.APP) as connection:
        # The workers are the parallelism: a query's own helpers would only fight for their cores.
        connection.execute(
            "select set_config('e2a.worker', %s, false), "
            "set_config('max_parallel_workers_per_gather', '0', false)",
            (str(worker),),
        )
        connection.commit()
        for chunk in _taken(queue):
            # Counted in a transaction of its own: who counts a table keeps all others from it until
            # it commits, and the workers would take turns.
            with connection.transaction():
                orders = _claim(connection, chunk)
            _derive(connection, only)
            told.add(orders)


def derive_touched(warehouse: Warehouse) -> int:
    """Derive the orders that have news, in one transaction; what no model can take is set aside.

    Args:
        warehouse: where; the caller holds the lease, and the functions are deployed.

    Returns:
        How many orders.

    Raises:
        ModelsFailError: so many orders fail that their facts cannot be the cause.
        psycopg.Error: the database's fault rather than an order's.
    """
    with warehouse.connect(Role.APP) as connection:
        with connection.transaction():
            orders = fill(connection).orders
        _derive(connection)
    return orders


def _derive(connection: psycopg.Connection[Any], only: Collection[str] | None = None) -> None:
    try:
        with connection.transaction():
            _pass(connection, only)
    except FACTS:
        with connection.transaction():
            _isolate(connection, only)
            _pass(connection, only)


def _pass(connection: psycopg.Connection[Any], only: Collection[str] | None) -> None:
    refresh_models(connection, only)
    if only is None:
        strike_off(connection)


def _isolate(connection: psycopg.Connection[Any], only: Collection[str] | None) -> int:
    """Set aside what the chunk cannot be derived with; how many facts."""
    orders: list[Order] = connection.execute(_IN_SCOPE).fetchall()

    def attempt(some: Sequence[Order]) -> None:
        keep_only(connection, some)
        refresh_models(connection, only)

    return set_aside(connection, orders, attempt, min(MOST, max(1, len(orders) // ONE_IN)))


def _taken(queue: "SimpleQueue[Chunk]") -> Iterator[Chunk]:
    while True:
        try:
            yield queue.get_nowait()
        except Empty:
            return


def _claim(connection: psycopg.Connection[Any], chunk: Chunk) -> int:
    connection.execute("delete from ops.batch_orders")
    orders = connection.execute(_FILL, chunk).rowcount
    count_again(connection, "ops.scopes", orders + 1)
    return orders
