"""The radar at size: a rebuild of every promise, and micro-batches as history grows.

`python bench/sla.py [--orders 100000] [--sizes 100000,1000000] [--workers 2] [--quick] [--json]`,
on an embedded cluster of its own and data of `bench/sla_history.sql`: eight events an order, of one
or two lines, with orders late on record, held, split, cancelled, voided and recorded twice. The
sizes of the bars are `--orders 1000000 --sizes 100000,10000000`; `--quick` takes two minutes.

- rebuild: all stored models over all orders in committed chunks, as `e2a.warehouse.rebuild` does.
  Beside it, in the same database and one after the other, `bench/sla_by_hand.sql`: one hand-written
  script with the same results, which are compared row by row. The script knows nothing of billing,
  so the models that it makes are also told apart: their share of the seconds of all models.
  Bars: 6 minutes a million orders, and 1.5 times the script.
- micro-batch: 1,000 events (125 orders) touched and refreshed in one transaction, SQL time only,
  over histories of two sizes in two databases of one cluster; the same orders in both, alternating,
  each once before it counts; medians. Bar: the larger at most 1.2 times the smaller.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench import sla_by_hand
from bench.sla_history import deploy, generate, say, seconds_by_model, touch
from e2a.warehouse import cluster
from e2a.warehouse.connection import Role, Warehouse
from e2a.warehouse.rebuild import CHUNK, rebuild
from e2a.warehouse.scope import leased, refresh

EVENTS_AN_ORDER = 8
ORDERS_A_BATCH = 125
ROUNDS = 11
REBUILD_BAR = 360
BY_HAND_BAR = 1.5
GROWTH_BAR = 1.2
BESIDE = ("billable_operations", "priced_operations", "reported_exceptions")
"""Models that the script has no counterpart of."""


def main() -> int:
    """Measure and print; 1 if the script's rows are not the models'."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=100_000, help="orders of the rebuild")
    parser.add_argument("--sizes", default="100000,1000000", help="events of the two histories")
    parser.add_argument("--workers", type=int, default=2, help="passes side by side")
    parser.add_argument("--quick", action="store_true", help="20,000 orders in all")
    parser.add_argument("--json", action="store_true", help="print JSON for machines")
    options = parser.parse_args()
    if options.quick:
        options.orders, options.sizes = 20_000, "40000,160000"
    small, large = (int(size) // EVENTS_AN_ORDER for size in options.sizes.split(","))
    with tempfile.TemporaryDirectory(prefix="e2a-bench-", ignore_cleanup_errors=True) as folder:
        os.environ["E2A_HOME"] = folder
        try:
            server = cluster.start(Path(folder))
            figures = _measure(server, options.orders, small, large, options.workers)
        finally:
            cluster.stop(Path(folder))
    print(json.dumps(figures, indent=2)) if options.json else _show(figures)
    return 1 if any(figures["rebuild"]["different_rows"].values()) else 0


def _measure(
    server: Warehouse, orders: int, small: int, large: int, workers: int
) -> dict[str, Any]:
    """The larger history is that of the rebuild, grown."""
    machine = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    big = replace(server, database="e2a_large")
    deploy(big)
    generate(big, 1, orders)
    rebuilt = _rebuild(big, orders, workers)
    _grow(big, orders, large)
    little = replace(server, database="e2a_small")
    deploy(little)
    _grow(little, 0, small)
    return {
        "machine": machine,
        "rebuild": rebuilt,
        "micro_batch": {
            "small_events": small * EVENTS_AN_ORDER,
            "large_events": max(large, orders) * EVENTS_AN_ORDER,
            **_alternate((little, big), small),
        },
    }


def _rebuild(warehouse: Warehouse, orders: int, workers: int) -> dict[str, Any]:
    say(f"rebuilding {orders:,} orders")
    seconds_by_model(warehouse)
    with leased(warehouse):
        seconds = _timed(
            lambda: rebuild(
                warehouse,
                lambda done, of: say(f"  {done:,} of {of:,}"),
                chunk=min(CHUNK, -(-orders // workers)),
                workers=workers,
            )
        )
    models = seconds_by_model(warehouse)
    same = sum(spent for model, spent in models.items() if model not in BESIDE)
    say(f"rebuilt in {seconds:,.1f} s: {seconds / orders * 1_000_000:,.1f} s a million")
    steps = sla_by_hand.run(warehouse)
    by_hand = sum(steps.values())
    different = sla_by_hand.differences(warehouse)
    sla_by_hand.drop(warehouse)
    return {
        "orders": orders,
        "workers": workers,
        "seconds": seconds,
        "sla_seconds": seconds * same / sum(models.values()),
        "by_hand_seconds": by_hand,
        "ratio": seconds * same / sum(models.values()) / by_hand,
        "different_rows": different,
        "models": models,
        "by_hand": steps,
    }


def _grow(warehouse: Warehouse, have: int, want: int) -> None:
    """Add and derive orders until there are so many."""
    if want > have:
        generate(warehouse, have + 1, want)
    with warehouse.connect(Role.APP) as connection:
        for first in range(have + 1, want + 1, CHUNK):
            touch(connection, first, min(first + CHUNK - 1, want))
            refresh(connection)
            say(f"  derived {min(first + CHUNK - 1, want):,} of {want:,} orders")


def _alternate(warehouses: tuple[Warehouse, Warehouse], orders: int) -> dict[str, Any]:
    """The same batches in turn in both, twice; the second time counts."""
    starts = [1 + number * 997 % (orders - ORDERS_A_BATCH) for number in range(ROUNDS)]
    _batches(warehouses, starts)
    for warehouse in warehouses:
        seconds_by_model(warehouse)
    small, large = (statistics.median(times) * 1000 for times in _batches(warehouses, starts))
    return {
        "small_ms": small,
        "large_ms": large,
        "ratio": large / small,
        "models_ms": {
            size: {model: spent / ROUNDS * 1000 for model, spent in spents.items()}
            for size, spents in zip(
                ("small", "large"), map(seconds_by_model, warehouses), strict=True
            )
        },
    }


def _batches(warehouses: tuple[Warehouse, Warehouse], starts: list[int]) -> list[list[float]]:
    rounds: list[list[float]] = [[], []]
    with ExitStack() as opened:
        connections = [opened.enter_context(w.connect(Role.APP)) for w in warehouses]
        for first in starts:
            for times, connection in zip(rounds, connections, strict=True):
                touch(connection, first, first + ORDERS_A_BATCH - 1)
                times.append(_timed(lambda c=connection: refresh(c)))
    return rounds


def _show(figures: dict[str, Any]) -> None:
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M}Z, {figures['machine']}")
    _show_rebuild(figures["rebuild"])
    batch = figures["micro_batch"]
    print(
        f"micro-batch  {batch['small_ms']:.0f} ms after {batch['small_events']:,} events, "
        f"{batch['large_ms']:.0f} ms after {batch['large_events']:,}: "
        f"{batch['ratio']:.2f} times (bar {GROWTH_BAR})"
    )
    for model, spent in list(batch["models_ms"]["large"].items())[:3]:
        print(f"  {model:<28} {batch['models_ms']['small'][model]:>8.1f} and {spent:.1f} ms")


def _show_rebuild(whole: dict[str, Any]) -> None:
    millions = whole["orders"] / 1e6
    print(
        f"rebuild      {whole['orders']:,} orders, {whole['workers']} workers: "
        f"{whole['seconds']:.1f} s = {whole['seconds'] / millions:.0f} s a million orders, "
        f"billing included (bar {REBUILD_BAR})"
    )
    print(
        f"by hand      {whole['by_hand_seconds']:.1f} s; the same models "
        f"{whole['sla_seconds']:.1f} s: {whole['ratio']:.2f} times (bar {BY_HAND_BAR}); "
        f"rows that differ: {sum(whole['different_rows'].values())}"
    )
    for name, steps in (("model", whole["models"]), ("by hand", whole["by_hand"])):
        for step, spent in sorted(steps.items(), key=lambda item: -item[1]):
            print(f"  {name:<8} {step:<28} {spent * 1e6 / whole['orders']:>8.0f} us an order")


def _timed(work: Any) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
