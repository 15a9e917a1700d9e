"""The radar at size: a rebuild of every promise, and micro-batches as history grows.

`python bench/sla.py [--orders 100000] [--sizes 100000,1000000] [--workers 2]`, on an embedded
cluster of its own and data of `bench/sla_history.sql`: eight events an order, of one or two lines,
with orders late on record, held, split, cancelled, voided and recorded twice.

- rebuild: all stored models over all orders in committed chunks, as `e2a.warehouse.rebuild` does,
  and beside it the share of each model, from one chunk taken alone. Bar: 6 minutes for 1 million
  orders, billing models left out.
- micro-batch: 1,000 events (125 orders) touched and refreshed in one transaction, SQL time only,
  warm, alternating rounds over histories of two sizes in two databases of one cluster, medians.
  Bar: the larger at most 1.2 times the smaller.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import psycopg

from e2a.domain.policy_text import from_documents
from e2a.warehouse import cluster
from e2a.warehouse.bootstrap import bootstrap
from e2a.warehouse.connection import Role, Warehouse, home
from e2a.warehouse.migrate import upgrade
from e2a.warehouse.models import run_dbt
from e2a.warehouse.rebuild import CHUNK, rebuild
from e2a.warehouse.reference import load
from e2a.warehouse.scope import fill, leased, refresh

EVENTS_AN_ORDER = 8
ORDERS_A_BATCH = 125
ROUNDS = 11
GENERATED_AT_ONCE = 50_000
REBUILD_BAR = 6 * 60 / 1_000_000
GROWTH_BAR = 1.2
BILLING = ("billable_operations", "priced_operations")

WORKING = [{"from": "08:00", "to": "12:00"}, {"from": "12:30", "to": "17:00"}]
HOLDS = {
    "incorrect_address": {"pauses": True, "party": "merchant"},
    "weather": {"pauses": False, "party": "carrier"},
}
DOCUMENTS = {
    "tenant": {
        "tenant": "bench",
        "name": "Bench",
        "billing_zone": "America/New_York",
        "sites": {"NYC1": {"zone": "America/New_York", "calendar": "weekdays"}},
        "calendars": {
            "always": {"open": "always"},
            "weekdays": {"weekly": {"mon-fri": WORKING}, "holidays": {"country": "US"}},
        },
    },
    "sla": [
        {
            "policy": "warehouse",
            "valid_from": "2020-01-01",
            "holds": HOLDS,
            "stages": {
                "pick": {"within_minutes": 240},
                "pack": {"from": "picked", "within_minutes": 120},
                "ship": {"from": "packed", "within_minutes": 300},
            },
        },
        {
            "policy": "carrier",
            "valid_from": "2020-01-01",
            "calendar": "always",
            "holds": HOLDS,
            "stages": {"deliver": {"from": "received", "by": "promised_at"}},
        },
    ],
    "rates": [],
}


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=100_000, help="orders of the rebuild")
    parser.add_argument("--sizes", default="100000,1000000", help="events of the two histories")
    parser.add_argument("--workers", type=int, default=2, help="passes side by side")
    parser.add_argument("--json", action="store_true", help="print JSON for machines")
    options = parser.parse_args()
    sizes = [int(size) // EVENTS_AN_ORDER for size in options.sizes.split(",")]
    with tempfile.TemporaryDirectory(prefix="e2a-bench-", ignore_cleanup_errors=True) as folder:
        os.environ["E2A_HOME"] = folder
        with _server() as server:
            figures = {
                "machine": f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}",
                "rebuild": _rebuild(server, options.orders, options.workers),
                "micro_batch": _growth(server, sizes),
            }
    print(json.dumps(figures, indent=2)) if options.json else _show(figures)
    return 0


def _show(figures: dict[str, Any]) -> None:
    whole, batch = figures["rebuild"], figures["micro_batch"]
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M}Z, {figures['machine']}")
    print(
        f"rebuild      {whole['orders']:>9,} orders, {whole['workers']} workers: "
        f"{whole['seconds']:.1f} s = {whole['seconds'] / whole['orders'] * 1e6:.0f} s a million "
        f"orders, billing included; one chunk alone, SLA models: "
        f"{whole['sla_seconds_a_million']:.0f} s a million (bar {REBUILD_BAR * 1e6:.0f})"
    )
    for model, seconds in whole["models"].items():
        print(f"  {model:<28} {seconds * 1e6 / whole['chunk']:>8.0f} us an order")
    print(
        f"micro-batch  {batch['small_ms']:.0f} ms after {batch['small_events']:,} events, "
        f"{batch['large_ms']:.0f} ms after {batch['large_events']:,}: "
        f"{batch['ratio']:.2f} (bar {GROWTH_BAR})"
    )


def _rebuild(server: Warehouse, orders: int, workers: int) -> dict[str, Any]:
    with _database(server, "rebuild", orders) as warehouse:
        models = _by_model(warehouse, min(CHUNK, orders))
        _say(f"rebuilding {orders:,} orders")
        with leased(warehouse):
            seconds = _timed(
                lambda: rebuild(
                    warehouse, lambda done, of: _say(f"  {done:,} of {of:,}"), workers=workers
                )
            )
    chunk = min(CHUNK, orders)
    sla = sum(spent for model, spent in models.items() if model not in BILLING)
    return {
        "orders": orders,
        "workers": workers,
        "seconds": seconds,
        "chunk": chunk,
        "sla_seconds_a_million": sla / chunk * 1e6,
        "models": models,
    }


def _by_model(warehouse: Warehouse, orders: int) -> dict[str, float]:
    """Seconds of each model over one chunk, warm: the second of two passes counts."""
    with warehouse.connect(Role.APP) as connection:
        spent: dict[str, float] = {}
        for _ in range(2):
            _touch(connection, 1, orders)
            with connection.transaction():
                fill(connection)
                for (model,) in connection.execute(
                    "select model from ops.hot_models order by step, model"
                ).fetchall():
                    call = psycopg.sql.SQL("select ops.{}()").format(
                        psycopg.sql.Identifier(f"refresh_{model}")
                    )
                    spent[model] = _timed(lambda call=call: connection.execute(call))
    return spent


def _growth(server: Warehouse, sizes: list[int]) -> dict[str, Any]:
    """Alternating rounds over two histories, the first round of each thrown away."""
    with (
        _database(server, "small", sizes[0]) as small,
        _database(server, "large", sizes[1]) as large,
    ):
        for warehouse in (small, large):
            with leased(warehouse):
                rebuild(warehouse, lambda done, of: _say(f"  {done:,} of {of:,}"))
        rounds: list[list[float]] = [[], []]
        with small.connect(Role.APP) as one, large.connect(Role.APP) as other:
            for number in range(ROUNDS + 1):
                for times, connection, orders in zip(rounds, (one, other), sizes, strict=True):
                    first = 1 + number * 997 % (orders - ORDERS_A_BATCH)
                    _touch(connection, first, first + ORDERS_A_BATCH - 1)
                    times.append(_timed(lambda c=connection: refresh(c)))
    small_ms, large_ms = (statistics.median(times[1:]) * 1000 for times in rounds)
    return {
        "small_events": sizes[0] * EVENTS_AN_ORDER,
        "large_events": sizes[1] * EVENTS_AN_ORDER,
        "small_ms": small_ms,
        "large_ms": large_ms,
        "ratio": large_ms / small_ms,
    }


@contextmanager
def _server() -> Iterator[Warehouse]:
    try:
        yield cluster.start(home())
    finally:
        cluster.stop(home())


@contextmanager
def _database(server: Warehouse, word: str, orders: int) -> Iterator[Warehouse]:
    """A database of that name with the models and so many orders, nothing derived yet."""
    warehouse = replace(server, database=f"e2a_{word}")
    bootstrap(warehouse)
    upgrade(warehouse)
    with warehouse.connect(Role.APP) as connection:
        load(connection, [from_documents("bench", DOCUMENTS)], datetime.now(UTC))
    _say(f"deploying the models for {word}")
    run_dbt("run", "--quiet", environment=os.environ | warehouse.environment())
    _generate(warehouse, orders)
    yield warehouse


def _generate(warehouse: Warehouse, orders: int) -> None:
    text = (Path(__file__).parent / "sla_history.sql").read_text()
    with psycopg.connect(warehouse.conninfo(Role.ADMIN, warehouse.database)) as admin:
        admin.execute("set session_replication_role = replica")  # foreign keys hold by making
        for first in range(1, orders + 1, GENERATED_AT_ONCE):
            last = min(first + GENERATED_AT_ONCE - 1, orders)
            admin.execute(text, {"first": first, "last": last})
            _say(f"  generated {last:,} of {orders:,} orders")
        admin.execute("analyze landing.order_events, orders.identifiers, orders.shipments")


def _touch(connection: psycopg.Connection[Any], first: int, last: int) -> None:
    connection.execute(
        "insert into ops.touched_orders (tenant_id, order_id) "
        "select 'bench', 'wms:B-' || n from generate_series(%s::int, %s::int) as n "
        "on conflict do nothing",
        (first, last),
    )
    connection.commit()


def _timed(work: Any) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
