"""How fast breaches are narrated, and how much of it is ours.

`python bench/narrator.py [--requests 10000] [--threads 16] [--latency-ms 50] [--patterns 40]`

A cluster of its own and the scripted provider in a process of its own, which waits before every
answer. Three runs: every question new (bound by the provider: threads / latency a second is the
most there can be), questions of a few patterns (bound by the cache), and the same again (kept
answers only). Each question takes the whole way: breakers, reservation in three scopes, `sent` on
disk, the POST, parse, all checks, settling. Overhead is what a call takes beyond
the provider's latency.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.installation import installed
from e2a.analyst.asking import Answered, Request
from e2a.analyst.narrator import Narrator, open_narrator
from e2a.analyst.prompts import load
from e2a.analyst.settings import Settings
from e2a.analyst.spending import spent
from e2a.domain.analysis.breach_facts import facts_of_breach
from e2a.domain.analysis.inputs import breach_inputs, facts_key
from e2a.domain.analysis.judging import narrative_judge
from e2a.domain.exceptions import Severity
from e2a.domain.narrative import BreachFacts
from e2a.warehouse.connection import Role, Warehouse

START = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
PROJECT = Path(__file__).parents[1]


def main() -> int:
    """Measure and print; 1 if a question had no accepted answer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--threads", type=int, default=16)
    parser.add_argument("--latency-ms", type=int, default=50)
    parser.add_argument("--patterns", type=int, default=40)
    parser.add_argument("--json", action="store_true", help="print JSON for machines")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="e2a-bench-", ignore_cleanup_errors=True) as folder:
        os.environ["E2A_HOME"] = folder
        with installed(Path(folder)) as warehouse, _provider(options.latency_ms) as url:
            figures = _measure(warehouse, url, options)
    print(json.dumps(figures, indent=2)) if options.json else _show(figures)
    return 0 if all(one["accepted"] == one["requests"] for one in figures) else 1


@contextmanager
def _provider(latency: int) -> Iterator[str]:
    command = [sys.executable, "-m", "e2a.analyst.scripted", "--port", "0"]
    with subprocess.Popen(
        [*command, "--latency-ms", str(latency)], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[-1]
        finally:
            process.send_signal(signal.SIGTERM)


def _measure(warehouse: Warehouse, url: str, options: Any) -> list[dict[str, Any]]:
    settings = Settings(
        key="bench", base_url=url, model="scripted/slots", openrouter=False, timeout=120.0,
        max_daily_tokens=10**12, max_daily_cost=Decimal(10**5),
    )  # fmt: skip
    runs = (("every question new", 0), ("few patterns", options.patterns), ("kept answers", 0))
    figures, last = [], 0
    with open_narrator(warehouse, settings) as narrator:
        _run(narrator, options.threads, ["warm"] * options.threads, options.threads)
        for name, patterns in runs:
            last = patterns or (last if name == "kept answers" else 0)
            keys = [f"{i % last}" if last else "" for i in range(options.requests)]
            figures.append({"run": name} | _timed(warehouse, narrator, options, keys))
    return figures


def _timed(
    warehouse: Warehouse, narrator: Narrator, options: Any, keys: list[str]
) -> dict[str, Any]:
    before, cpu = _calls(warehouse), time.process_time()
    took, accepted = _run(narrator, options.threads, keys, len(keys))
    cpu = time.process_time() - cpu
    calls = _calls(warehouse) - before
    most = options.threads / (options.latency_ms / 1000)
    rate = len(keys) / took
    each = took * options.threads / len(keys) * 1000
    return {
        "requests": len(keys), "accepted": accepted, "calls": calls, "seconds": round(took, 2),
        "a_second": round(rate, 1), "provider_bound_a_second": round(most, 1),
        "of_provider_bound": round(rate / most, 3),
        "overhead_ms": round(each - options.latency_ms * calls / len(keys), 2),
        "cpu_ms": round(cpu / len(keys) * 1000, 2),
    }  # fmt: skip


def _run(narrator: Narrator, threads: int, keys: list[str], count: int) -> tuple[float, int]:
    prompt = load("breach_narrative")

    def ask(number: int) -> bool:
        breach = _breach(number)
        facts = facts_of_breach(breach)
        key = f"{facts_key(facts)}|{keys[number]}" if keys[number] else ""
        request = Request(
            tenant_id="demo-3pl", purpose="breach_narrative", subject=str(number), prompt=prompt,
            user=prompt.user(**breach_inputs(facts, "en")), facts_key=key, locale="en",
            severity=Severity.HIGH,
        )  # fmt: skip
        return isinstance(narrator.ask(request, narrative_judge(facts, "en")), Answered)

    with ThreadPoolExecutor(threads) as pool:
        began = time.monotonic()
        accepted = sum(pool.map(ask, range(count)))
        return time.monotonic() - began, accepted


def _breach(number: int) -> BreachFacts:
    late = timedelta(minutes=1 + number % 300)
    due = START + timedelta(minutes=120)
    return BreachFacts(
        tenant_id="demo-3pl", order_id=f"shopify:{100_000 + number}", stage="pick", instance=1,
        version=1, known_from=START, zone=ZoneInfo("America/Chicago"), site="W1",
        owner="warehouse", started_at=START, due_at=due, completed_at=due + late,
        is_provisional=False, late=late, reported=(),
    )  # fmt: skip


def _calls(warehouse: Warehouse) -> int:
    with warehouse.connect(Role.APP) as app:
        row = app.execute("select count(*) from ops.ai_calls").fetchone()
        assert spent(app) is not None
    return int(row[0]) if row else 0


def _show(figures: list[dict[str, Any]]) -> None:
    for one in figures:
        print(
            f"{one['run']:<20} {one['requests']:>6} in {one['seconds']:>7} s  "
            f"{one['a_second']:>8}/s ({one['of_provider_bound']:.0%} of the provider's "
            f"{one['provider_bound_a_second']}/s)  calls {one['calls']:>6}  "
            f"overhead {one['overhead_ms']} ms  cpu {one['cpu_ms']} ms  "
            f"accepted {one['accepted']}"
        )


if __name__ == "__main__":
    sys.exit(main())
