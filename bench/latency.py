"""How soon a breach can be read and is announced, with everything running on this machine.

    python bench/latency.py [--lane radar|sensor] [--rate 200] [--seconds 600]
                            [--surge 2000] [--surge-seconds 60] [--json]

A cluster of its own under `e2a up`, all parts: gateway, lane, deliverer, Dagster's three. Signed
events go in over HTTP at the rate, orders in full life; every second one order that is late
already (its acknowledgement to its row being readable in `sla.breaches`, read every 5 ms by the
reader's role) and one whose deadline passes ten seconds later without any event (from
`announce_after` to its webhook's arrival). Then the surge, in batches: the rows not yet read,
sampled every second, must not grow from its middle to its end.

Bars: radar p95 250 ms; sensor lane alone p50 1 s and p99 7 s; announced p95 1 s after its time.
Also printed: what Dagster's database, the log, temporary files and memory grew by. The load, the
watcher and the webhook take their share of the same cores.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.footprint import memory, sizes
from bench.latency_load import ANNOUNCE_AFTER, Load, Probes, watch
from bench.running import running
from bench.sla_history import say
from e2a.warehouse.connection import Role, Warehouse
from e2a.warehouse.drain import pending

BARS = {"radar": {"p95": 0.25}, "sensor": {"p50": 1.0, "p99": 7.0}}
ANNOUNCED_BAR = 1.0
WARM_UP = 15
GRACE = 30
"""Seconds after the load until what is still not seen counts as never seen."""


def main() -> int:
    """Measure and print; 1 if something was never seen or refused."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lane", choices=tuple(BARS), default="radar")
    parser.add_argument("--rate", type=int, default=200, help="events a second")
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--surge", type=int, default=2000, help="events a second; 0 leaves it out")
    parser.add_argument("--surge-seconds", type=int, default=60)
    parser.add_argument("--json", action="store_true", help="print JSON for machines")
    options = parser.parse_args()
    with running(options.lane) as (warehouse, process, load, probes):
        figures = _measure(warehouse, process.pid, load, probes, options)
    print(json.dumps(figures, indent=2)) if options.json else _show(figures)
    lost = figures["readable"]["never"] + figures["announced"]["never"]
    return 1 if lost or set(figures["answers"]) - {200, 202} else 0


def _measure(
    warehouse: Warehouse, pid: int, load: Load, probes: Probes, options: argparse.Namespace
) -> dict[str, Any]:
    done = threading.Event()
    watcher = threading.Thread(target=watch, args=(warehouse, probes, done))
    asyncio.run(load.run(options.rate, WARM_UP, probing=False))
    watcher.start()
    before, began = _taken(warehouse, pid), time.time()
    say(f"sending {options.rate} events/s for {options.seconds} s")
    asyncio.run(load.run(options.rate, options.seconds))
    until = time.monotonic() + GRACE
    while time.monotonic() < until and _missing(probes):
        time.sleep(0.2)
    after = _taken(warehouse, pid)
    hours = (time.time() - began) / 3600
    figures = {
        "at": f"{datetime.now(UTC):%Y-%m-%d %H:%M}Z", "lane": options.lane,
        "machine": f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}",
        "rate": options.rate, "seconds": options.seconds,
        "acknowledged": _spread(load.answered_in, 0),
        "readable": _spread(
            [max(0.0, probes.seen[o] - at) for o, at in probes.late.items() if o in probes.seen],
            len(probes.late.keys() - probes.seen.keys()),
        ),
        "announced": _spread(
            [
                probes.announced[order] - due.timestamp() - ANNOUNCE_AFTER
                for order, due in probes.silent.items() if order in probes.announced
            ],
            len(probes.silent.keys() - probes.announced.keys()),
        ),
        "batches": _batches(warehouse, datetime.fromtimestamp(began, UTC)),
        "before": before, "after": after,
        "dagster_mb_a_day": (after["dagster"] - before["dagster"]) / hours * 24 / 2**20,
    }  # fmt: skip
    if options.surge:
        say(f"sending {options.surge} events/s for {options.surge_seconds} s")
        figures["surge"] = _surge(warehouse, load, options)
    done.set()
    watcher.join()
    return {**figures, "answers": load.answers}


def _taken(warehouse: Warehouse, pid: int) -> dict[str, int]:
    """Bytes that stores take, and that `e2a up` and all its parts hold alone, Postgres included."""
    return sizes(warehouse) | {"memory": memory(pid)[1]}


def _missing(probes: Probes) -> bool:
    return bool(probes.late.keys() - probes.seen.keys()) or bool(
        probes.silent.keys() - probes.announced.keys()
    )


def _batches(warehouse: Warehouse, since: datetime) -> dict[str, Any]:
    """What the lane's batches were like: rows, and age of the oldest at the batch's transaction."""
    with warehouse.connect(Role.APP) as app:
        found = app.execute(
            "select inbox_rows, extract(epoch from committed_at - oldest_received_at)::float8 "
            "from ops.batches where committed_at > %s",
            (since,),
        ).fetchall()
    return {
        "rows": _spread([float(rows) for rows, _ in found], 0),
        "oldest": _spread([age for _, age in found], 0),
    }


def _surge(warehouse: Warehouse, load: Load, options: argparse.Namespace) -> dict[str, Any]:
    behind: list[int] = []
    done = threading.Event()

    def sample() -> None:
        with warehouse.connect(Role.APP, autocommit=True) as app:
            while not done.wait(1.0):
                behind.append(sum(one.rows for one in pending(app)))

    sampler = threading.Thread(target=sample)
    sampler.start()
    began = time.monotonic()
    asyncio.run(load.run(options.surge, options.surge_seconds, together=20, probing=False))
    took = time.monotonic() - began
    done.set()
    sampler.join()
    third = max(1, len(behind) // 3)
    return {
        "rate": options.surge * options.surge_seconds / took,
        "rows_behind": behind,
        "second_third": statistics.fmean(behind[third : 2 * third] or [0]),
        "last_third": statistics.fmean(behind[-third:] or [0]),
    }


def _spread(found: list[float], never: int) -> dict[str, Any]:
    ordered = sorted(found) or [float("nan")]
    place = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
    values = {n: ordered[min(len(ordered) - 1, int(p * len(ordered)))] for n, p in place.items()}
    return {"count": len(found), "never": never, **values}


def _show(figures: dict[str, Any]) -> None:
    bars = ", ".join(f"{name} {bar:g} s" for name, bar in BARS[figures["lane"]].items())
    print(
        f"{figures['at']}, {figures['machine']}; lane {figures['lane']}, {figures['rate']} events/s"
        f" for {figures['seconds']} s; answers {figures['answers']}"
    )
    beside = {"readable": f" (bars {bars})", "announced": f" (bar p95 {ANNOUNCED_BAR:g} s)"}
    for name in ("acknowledged", "readable", "announced"):
        one = figures[name]
        spread = ", ".join(f"{p} {one[p] * 1000:,.0f} ms" for p in ("p50", "p95", "p99", "max"))
        of = f"{one['count']} of them, {one['never']} never"
        print(f"{name:<13}{spread}; {of}{beside.get(name, '')}")
    rows, oldest = figures["batches"]["rows"], figures["batches"]["oldest"]
    print(
        f"batches      {rows['count']}: rows p50 {rows['p50']:,.0f}, p95 {rows['p95']:,.0f}; "
        f"oldest row p50 {oldest['p50'] * 1000:,.0f} ms, p95 {oldest['p95'] * 1000:,.0f} ms"
    )
    if surge := figures.get("surge"):
        print(
            f"surge        {surge['rate']:,.0f} events/s: rows behind {surge['second_third']:,.0f} "
            f"in the second third, {surge['last_third']:,.0f} in the last (bar: no growth)"
        )
    grew = {n: (figures["after"][n] - figures["before"][n]) / 2**20 for n in figures["before"]}
    words = ", ".join(f"{name} {by:+,.1f} MB" for name, by in grew.items())
    a_day = f"Dagster's database {figures['dagster_mb_a_day']:,.0f} MB a day (bar 200)"
    print(f"grew         {words}; {a_day}")


if __name__ == "__main__":
    sys.exit(main())
