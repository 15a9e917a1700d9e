"""Events landed a second, rebuild time per million events, micro-batch SQL time as history grows.

`python bench/journey.py [--orders 8000] [--sizes 100000,1000000]`. Everything runs in one go on an
embedded cluster of its own, so that figures share their neighbours; read ratios, not digits.

- landing: simulated Shopify, WMS and carrier deliveries through inbox, parsers and store, beside a
  plain COPY of the same rows into a table without keys.
- rebuild: all models over all orders, in passes of a stated number of orders.
- micro-batch: 1,000 events of 125 orders in one transaction, SQL only, median of several rounds.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.installation import installed
from e2a.domain.deliveries import Delivery, Source
from e2a.simulator import Plan, simulate
from e2a.sources import archive
from e2a.sources.registry import PARSER_VERSION, parse
from e2a.warehouse import inbox
from e2a.warehouse.connection import Role, Warehouse
from e2a.warehouse.drain import Reader, drain
from e2a.warehouse.models import run_dbt
from e2a.warehouse.scope import refresh

EVENTS_AN_ORDER = 8
ORDERS_A_PASS = 25_000
ROUNDS = 7


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=8000, help="orders of the landing part")
    parser.add_argument("--sizes", default="100000,1000000", help="events of history")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="e2a-bench-", ignore_cleanup_errors=True) as folder:
        os.environ["E2A_HOME"] = folder
        with installed(Path(folder)) as warehouse:
            print(f"{datetime.now(UTC):%Y-%m-%d %H:%M}Z, {os.cpu_count()} cores, "
                  f"load {os.getloadavg()[0]:.1f}")  # fmt: skip
            landing(warehouse, Path(folder) / "week", options.orders)
            run_dbt("run", "--quiet", environment=os.environ | warehouse.environment())
            for size in (int(size) for size in options.sizes.split(",")):
                history(warehouse, size)
    return 0


def landing(warehouse: Warehouse, folder: Path, orders: int) -> None:
    """Land a simulated fortnight twice: our way, and by a plain COPY."""
    plan = Plan(orders, 14, 3, ("demo-3pl", "nordic-beauty"))
    simulate(plan, folder)
    deliveries = list(archive.deliveries(folder / "deliveries.jsonl", plan.as_of))
    with warehouse.connect(Role.APP) as connection:
        copied = _timed(lambda: _plain_copy(warehouse, deliveries))
        landed = _timed(lambda: inbox.land(connection, deliveries))
        readers = [Reader(source, parse, PARSER_VERSION) for source in Source]
        drained = _timed(lambda: [drain(connection, reader) for reader in readers])
        events = connection.execute("select count(*) from landing.order_events").fetchone()[0]
    rows = len(deliveries)
    print(f"plain COPY      {rows / copied:>10,.0f} deliveries/s   ({rows:,} of "
          f"{sum(len(d.body) for d in deliveries) / rows:,.0f} bytes)")  # fmt: skip
    print(f"inbox           {rows / landed:>10,.0f} deliveries/s   COPY, dedupe, committed")
    print(f"parse and store {events / drained:>10,.0f} events/s       ({events:,} events)")
    print(f"landed          {events / (landed + drained):>10,.0f} events/s       both together")


def _plain_copy(warehouse: Warehouse, deliveries: list[Delivery]) -> None:
    with warehouse.connect(Role.OWNER) as connection:
        connection.execute("create table landing.plain (like landing.inbox)")
        connection.execute("alter table landing.plain alter column seq drop not null")
        connection.execute("alter table landing.plain alter column xid drop not null")
        columns = "tenant_id, source, delivery_id, received_at, headers, body"
        connection.execute("alter table landing.plain alter column headers drop not null")
        with connection.cursor().copy(f"copy landing.plain ({columns}) from stdin") as copy:
            for d in deliveries:
                copy.write_row((d.tenant_id, d.source, d.delivery_id, d.received_at, "{}", d.body))
        connection.commit()
        connection.execute("drop table landing.plain")


def history(warehouse: Warehouse, size: int) -> None:
    """Bring the history to a size, rebuild it, and time micro-batches upon it."""
    orders = size // EVENTS_AN_ORDER
    with warehouse.connect(Role.OWNER) as owner:
        for statement in _HISTORY:
            owner.execute(statement, {"orders": orders})
    with warehouse.connect(Role.APP) as connection:
        connection.execute("delete from ops.touched_orders")
        connection.commit()
        rebuilt = _timed(lambda: _rebuild(connection, orders))
        rounds = [_micro_batch(connection, orders, n) for n in range(ROUNDS)]
    batch, slowest = statistics.median(rounds), max(rounds)
    print(f"{size:>9,} events: rebuild {rebuilt:6.1f} s = {rebuilt / size * 1e6:6.1f} s a million; "
          f"micro-batch of 1,000 events {batch * 1000:6.1f} ms median, "
          f"{slowest * 1000:.1f} ms at most")  # fmt: skip


def _rebuild(connection: Any, orders: int) -> None:
    for first in range(1, orders + 1, ORDERS_A_PASS):
        connection.execute(_TOUCH, (first, min(first + ORDERS_A_PASS - 1, orders)))
        connection.commit()
        refresh(connection)


def _micro_batch(connection: Any, orders: int, n: int) -> float:
    first = 1 + n * 997 % (orders - 125)
    connection.execute(_TOUCH, (first, first + 124))
    connection.commit()
    return _timed(lambda: refresh(connection))


def _timed(work: Any) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


_TOUCH = """
insert into ops.touched_orders (tenant_id, order_id)
select 'demo-3pl', 'wms:B-' || n from generate_series(%s::int, %s::int) as n
on conflict do nothing
"""

# Orders of eight events: created, paid, picked, packed, labelled, shipped, one scan, delivered.
_HISTORY = (
    """
    insert into landing.order_events (
        tenant_id, source, source_event_id, event_type, order_name, units, promised_at,
        occurred_at, recorded_at, payload_hash, parser_version, inbox_seq, site
    )
    select
        'demo-3pl', 'wms', 'B-' || n || '-' || step.place, step.kind, 'wms:B-' || n, 3,
        case when step.place = 1 then placed.at + interval '80 hours' end,
        placed.at + step.minutes * interval '1 minute' * (1 + (n %% 7) * 0.1),
        placed.at + (step.minutes * (1 + (n %% 7) * 0.1) + 0.5) * interval '1 minute',
        '\\x00', 'bench', 0, 'MEM1'
    from generate_series(1, %(orders)s::int) as n
    cross join lateral (
        select '2026-01-01T00:00Z'::timestamptz + (n * 7919 %% 5000000) * interval '1 second' as at
    ) as placed
    cross join (
        values (1, 'order_created', 0), (2, 'order_paid', 3), (3, 'pick_completed', 95),
        (4, 'pack_completed', 200), (5, 'label_purchased', 201), (6, 'shipped', 900),
        (7, 'carrier_scan', 1500), (8, 'delivered', 4000)
    ) as step (place, kind, minutes)
    on conflict do nothing
    """,
    """
    insert into orders.identifiers
    select 'demo-3pl', 'wms:B-' || n, 'wms:B-' || n, '-infinity'
    from generate_series(1, %(orders)s::int) as n
    on conflict do nothing
    """,
    "analyze landing.wms_events",
    "analyze orders.identifiers",
)


if __name__ == "__main__":
    sys.exit(main())
