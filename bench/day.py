"""Whether a day of traffic leaves everything bounded that should be, with all parts running.

    python bench/day.py [--minutes 20] [--share 1.0] [--every 30] [--json]

A day is 17,280 batches (one every five seconds) of 7 events, 20,160 orders in full life, sent at
speed to a cluster of its own under `e2a up`: gateway, radar, deliverer, Dagster's three; once a
second an order is late and another's deadline passes, so that messages go out as well. Sizes and
memory are sampled. Then the night's upkeep runs as it is scheduled (`keep_inbox`, `keep_dagster`),
and once more as if it were four days later, when all records of this day are old.

Bounds, in the last third: Dagster's database grows by less than 200 MB a day of wall time; the log
stays near max_wal_size; temporary files stay under 256 MB and their spilling steady; no part's own
memory grows by more than a tenth and 16 MB over the second third. Exit code 1: one is not kept, or
messages were refused or not read. `--share 0.05 --minutes 1.5` only shows that it works: so short a
run is not judged.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.footprint import JUDGED_FROM, MB, Sample, Sampler, a_day, beyond, look
from bench.latency_load import Load, Probes
from bench.running import running, until
from bench.sla_history import say
from e2a.warehouse.connection import Role, Warehouse
from e2a.warehouse.drain import pending

BATCHES, TOGETHER = 17_280, 7
LATER = timedelta(days=4)


def main() -> int:
    """Measure and print; 1 if something is not bounded, refused or not read."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=20.0, help="in which the day is sent")
    parser.add_argument("--share", type=float, default=1.0, help="of the day")
    parser.add_argument("--every", type=float, default=30.0, help="seconds between samples")
    parser.add_argument("--json", action="store_true", help="print JSON for machines")
    options = parser.parse_args()
    with running() as (warehouse, _, load, probes):
        figures = _measure(warehouse, load, probes, options)
    print(json.dumps(figures, indent=2)) if options.json else _show(figures)
    refused = set(figures["answers"]) - {200, 202}
    return 1 if refused or figures["unread"] or figures["beyond"] else 0


def _measure(
    warehouse: Warehouse, load: Load, probes: Probes, options: argparse.Namespace
) -> dict[str, Any]:
    seconds, batches = options.minutes * 60, int(BATCHES * options.share)
    rate, began = max(1, round(batches * TOGETHER / seconds)), time.monotonic()
    every = min(options.every, seconds / 12)
    sampler = Sampler(every, lambda: look(warehouse, time.monotonic() - began))
    sampler.start()
    say(f"sending {batches:,} batches of {TOGETHER} events in {options.minutes:g} minutes")
    asyncio.run(load.run(rate, seconds, together=TOGETHER))
    samples = sampler.stop()
    is_read = until(warehouse, _read)
    steps = _number(warehouse, "select count(*) from ops.steps")
    night = _night(warehouse)
    end = look(warehouse, time.monotonic() - began)
    took, is_judged = samples[-1].at, samples[-1].at >= JUDGED_FROM
    most_wal = _number(warehouse, "select pg_size_bytes(current_setting('max_wal_size'))")
    found = beyond(samples, most_wal)
    return {
        "at": f"{datetime.now(UTC):%Y-%m-%d %H:%M}Z",
        "machine": f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}",
        "batches": batches, "events": batches * TOGETHER, "steps": steps, "seconds": took,
        "answers": load.answers, "messages": len(probes.announced), "unread": not is_read,
        "stores": _stores(samples, end, batches), "parts": _parts(samples), "night": night,
        "samples": [{"at": s.at} | s.stores for s in samples],
        "judged": is_judged, "beyond": found if is_judged else [], "noise": found,
    }  # fmt: skip


def _stores(samples: list[Sample], end: Sample, batches: int) -> dict[str, Any]:
    first, last = samples[0].stores, samples[-1].stores
    return {
        name: {
            "start": first[name], "peak": max(s.stores[name] for s in samples),
            "end": last[name], "after_night": end.stores[name],
            "a_batch": (last[name] - first[name]) / max(batches, 1),
            "a_day": a_day(samples[2 * len(samples) // 3 - 1 :], name),
        }
        for name in first
    }  # fmt: skip


def _parts(samples: list[Sample]) -> dict[str, Any]:
    tenth = next(s for s in samples if s.at >= samples[-1].at / 10)
    return {
        name: {"rss_tenth": tenth.parts.get(name, (0, 0))[0], "rss_end": resident,
               "own_tenth": tenth.parts.get(name, (0, 0))[1], "own_end": own}
        for name, (resident, own) in samples[-1].parts.items()
    }  # fmt: skip


def _night(warehouse: Warehouse) -> dict[str, Any]:
    """The night's upkeep as scheduled; then what goes once the day's records are old."""
    os.environ |= warehouse.environment()
    took = {}
    for job in ("keep_inbox", "keep_dagster"):
        began = time.monotonic()
        command = ["dagster", "job", "execute", "-m", "e2a_assets.definitions", "-j", job]
        done = subprocess.run(
            [sys.executable, "-m", *command], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(f"{job} failed:\n{done.stderr[-2000:]}")
        took[job] = time.monotonic() - began
    import dagster as dg

    from e2a_assets.upkeep import tidy

    with dg.DagsterInstance.get() as instance:
        later = tidy(instance, datetime.now(UTC) + LATER)
    records = "select count(*) from event_logs where run_id = ''"
    with warehouse.connect(Role.DAGSTER) as dagster:
        row = dagster.execute(records).fetchone()
    left = row[0] if row else None
    return {"seconds": took, "records_gone_four_days_later": later.events, "records_left": left}


def _read(app: Any) -> bool:
    return not sum(one.rows for one in pending(app))


def _number(warehouse: Warehouse, query: str) -> int:
    with warehouse.connect(Role.APP) as app:
        return int(app.execute(query).fetchone()[0])


def _show(figures: dict[str, Any]) -> None:
    print(
        f"{figures['at']}, {figures['machine']}; {figures['batches']:,} batches, "
        f"{figures['events']:,} events in {figures['seconds']:,.0f} s, {figures['steps']:,} steps, "
        f"{figures['messages']:,} messages; answers {figures['answers']}"
    )
    print(
        f"{'':<12}{'start':>9}{'peak':>9}{'end':>9}{'night':>9}  kB a batch  MB a day (last third)"
    )
    for name, one in figures["stores"].items():
        columns = "".join(f"{one[k] / MB:>9,.1f}" for k in ("start", "peak", "end", "after_night"))
        print(f"{name:<12}{columns}{one['a_batch'] / 1024:>12,.2f}{one['a_day'] / MB:>10,.0f}")
    print(f"{'MB':<12}{'RSS 10 %':>9}{'end':>9}{'own 10 %':>9}{'end':>9}")
    for name, one in figures["parts"].items():
        columns = ("rss_tenth", "rss_end", "own_tenth", "own_end")
        print(f"{name:<12}" + "".join(f"{one[k] / MB:>9,.0f}" for k in columns))
    night = figures["night"]
    took = ", ".join(f"{job} {seconds:.1f} s" for job, seconds in night["seconds"].items())
    print(
        f"night: {took}; four days later {night['records_gone_four_days_later']:,} records go, "
        f"{night['records_left']:,} stay"
    )
    said = figures["beyond"] if figures["judged"] else ["too short to be judged", *figures["noise"]]
    print("; ".join(said) or "bounded")


if __name__ == "__main__":
    sys.exit(main())
