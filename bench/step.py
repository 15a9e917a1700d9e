"""Where the time of one step of the hot lane goes, part by part and model by model.

    python bench/step.py [--rows 36] [--steps 60] [--history 20000] [--json]

A cluster of its own, the traffic of `bench/latency.py` landed without HTTP: so many rows of
history, then steps of about so many rows each (from two thirds to four thirds, since sizes that
never change spare the planner what real ones cost it). Printed: milliseconds a step by the clock
and of CPU (the session's in Postgres and this process's: what a busy machine leaves as it is), by
part, and by model. No bar: `bench/latency.py` has it.
"""

import argparse
import itertools
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import psycopg

from bench.installation import installed
from bench.latency_load import LIFE, TENANT, said
from bench.running import settled_in
from bench.sla_history import administered, say, seconds_by_model
from e2a.domain.deliveries import Delivery, Source
from e2a.radar import following
from e2a.sources.readers import READERS
from e2a.warehouse import step as stepping
from e2a.warehouse.connection import Role, Warehouse
from e2a.warehouse.inbox import land
from e2a.warehouse.models import run_dbt
from e2a.warehouse.step import Stepper

PARTS: tuple[tuple[Any, str, str], ...] = (
    (stepping, "unread_lanes", "which lanes have rows"),
    (stepping, "take", "reading and storing"),
    (stepping, "fill", "orders in scope"),
    (stepping, "refresh_models", "models"),
    (stepping, "strike_off", "struck off"),
    (following.exceptions, "follow", "episodes"),
    (following.narratives, "follow", "narratives"),
    (following.outbox, "follow", "messages"),
)
AT_ONCE = 5000
WARM_UP = 6


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=36)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--history", type=int, default=20_000, help="rows that are there before")
    parser.add_argument("--json", action="store_true", help="print JSON for machines")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="e2a-bench-", ignore_cleanup_errors=True) as folder:
        home = settled_in(Path(folder), 9)
        with installed(home) as warehouse:
            say("deploying the models")
            run_dbt("run", "--quiet", environment=os.environ | warehouse.environment())
            with administered(warehouse) as admin:
                admin.execute(f"alter database {warehouse.database} set track_functions = 'pl'")
            figures = _measure(warehouse, options)
    print(json.dumps(figures, indent=2)) if options.json else _show(figures, options)
    return 0


def _measure(warehouse: Warehouse, options: argparse.Namespace) -> dict[str, Any]:
    traffic, spent = _deliveries(), defaultdict[str, float](float)
    with (
        warehouse.connect(Role.APP) as lands, warehouse.connect(Role.APP) as work,
        ThreadPoolExecutor(1, "parser") as beside,
    ):  # fmt: skip
        stepper = Stepper(work, READERS, following.follow, beside)
        few = options.rows * 2 // 3, options.rows * 4 // 3
        sizes = [AT_ONCE] * (options.history // AT_ONCE)
        for rows in [*sizes, *(random.randint(*few) for _ in range(WARM_UP))]:
            _step(lands, stepper, traffic, rows)
        _timed(spent)
        seconds_by_model(warehouse)
        found = [_step(lands, stepper, traffic, random.randint(*few)) for _ in range(options.steps)]
    clock, server, here = (statistics.median(column) * 1000 for column in zip(*found, strict=True))
    each = 1000 / options.steps
    return {
        "machine": f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}",
        "clock_ms": clock, "session_cpu_ms": server, "own_cpu_ms": here,
        "parts_ms": {part: seconds * each for part, seconds in spent.items()},
        "models_ms": {m: s * each for m, s in seconds_by_model(warehouse).items()},
    }  # fmt: skip


def _step(
    lands: psycopg.Connection[Any], stepper: Stepper, traffic: Iterator[Delivery], rows: int
) -> tuple[float, float, float]:
    """Seconds of a step over so many rows: by the clock, of the session's CPU, of our own."""
    land(lands, itertools.islice(traffic, rows))
    lands.commit()
    began = time.perf_counter(), _cpu(stepper.pid), time.process_time()
    stepper.step()
    ended = time.perf_counter(), _cpu(stepper.pid), time.process_time()
    clock, server, here = (b - a for a, b in zip(began, ended, strict=True))
    return clock, server, here


def _cpu(pid: int) -> float:
    """CPU seconds of a process (Linux; nothing elsewhere)."""
    file = Path(f"/proc/{pid}/schedstat")
    return int(file.read_text().split()[0]) / 1e9 if file.is_file() else float("nan")


def _timed(spent: dict[str, float]) -> None:
    """Have every part note its seconds, from now on."""
    for module, name, part in PARTS:
        setattr(module, name, _noting(getattr(module, name), spent, part))


def _noting(function: Callable[..., Any], spent: dict[str, float], part: str) -> Callable[..., Any]:
    def noting(*given: Any, **named: Any) -> Any:
        began = time.perf_counter()
        try:
            return function(*given, **named)
        finally:
            spent[part] += time.perf_counter() - began

    return noting


def _deliveries() -> Iterator[Delivery]:
    """Orders in full life; after every hundred events one that is late already."""
    for number in itertools.count():
        for kind in ("order_created", *LIFE):
            yield _delivery(f"o{number}", kind, timedelta())
        if number % 17 == 0:
            yield _delivery(f"late-{number}", "order_created", timedelta(hours=2))


def _delivery(order: str, kind: str, ago: timedelta) -> Delivery:
    now = datetime.now(UTC)
    headers = {"content-type": "application/json"}
    body = said(order, kind, now - ago)
    return Delivery(TENANT, Source.WMS, f"{order}-{kind}", now, body, headers)


def _show(figures: dict[str, Any], options: argparse.Namespace) -> None:
    print(
        f"a step of about {options.rows} rows, {figures['machine']}: {figures['clock_ms']:.1f} ms; "
        f"CPU {figures['session_cpu_ms']:.1f} ms in Postgres, {figures['own_cpu_ms']:.1f} ms here"
    )
    for group in ("parts_ms", "models_ms"):
        for name, spent in sorted(figures[group].items(), key=lambda one: -one[1]):
            print(f"  {name:<28}{spent:7.2f} ms")
        print()


if __name__ == "__main__":
    sys.exit(main())
