"""How fast a day's breaches are put into a model's words, and how much of that is ours.

`python bench/narrator.py [--breaches 10000] [--at-once 4] [--latency-ms 50] [--json]`

A cluster of its own, orders of `bench/sla_history.sql` with their verdicts and the rules' words,
and the scripted provider in a process of its own, which waits before every answer. Each pass goes
the whole way of `e2a narrate`: claim, gather facts and notes, look the question up, hold the
budget, `sent` on disk, POST, read, all checks, settle, store the words. Three passes over the same
breaches: as they come (questions repeat, as orders do), every one new (each order has a note of its
own, so that no answer fits another), and once more (every answer is known).

Beside them, in the same run, `bare`: the same bodies posted by as many threads of plain http.client
to the same provider, nothing read, checked or kept. A pass is bound by the provider as far as it
takes no longer than that for what it asked.
"""

import argparse
import http.client
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
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.sla_history import administered, deploy, generate, say
from e2a.analyst import wire
from e2a.analyst.asking import Request
from e2a.analyst.narrator import Narrator, open_narrator
from e2a.analyst.prompts import load
from e2a.analyst.settings import Settings
from e2a.domain.analysis.breach_facts import facts_of_breach
from e2a.domain.analysis.inputs import breach_inputs
from e2a.domain.analysis.sampling import RATES
from e2a.domain.narrative import BreachFacts
from e2a.sla import narratives
from e2a.sla.narration.again import Again, again
from e2a.sla.narration.running import PROMPT, narrate
from e2a.warehouse import cluster
from e2a.warehouse.connection import Role, Warehouse
from e2a.warehouse.rebuild import rebuild

PROJECT = Path(__file__).parents[1]
ORDERS_A_BREACH = 6
"""Enough: one order in six or so is late somewhere."""
POSTS = 2_000
"""Of `bare`."""
WORDS = "door ring gate desk side rear quiet early gift blue stairs lift bell porch garden shed"


def main() -> int:
    """Measure and print; 1 if a breach has no model's words."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--breaches", type=int, default=10_000)
    parser.add_argument("--at-once", type=int, default=Settings().at_once, help="calls at a time")
    parser.add_argument("--latency-ms", type=int, default=50, help="of the provider")
    parser.add_argument("--json", action="store_true", help="print JSON for machines")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="e2a-bench-", ignore_cleanup_errors=True) as folder:
        os.environ["E2A_HOME"] = folder
        try:
            warehouse = cluster.start(Path(folder))
            _breached(warehouse, options.breaches)
            with _provider(options.latency_ms) as url:
                figures = _measure(warehouse, url, options)
        finally:
            cluster.stop(Path(folder))
    print(json.dumps(figures, indent=2)) if options.json else _show(figures)
    return 0 if all(one["by_model"] == options.breaches for one in figures["passes"]) else 1


def _breached(warehouse: Warehouse, breaches: int) -> None:
    """As many breaches as wanted in the queue, with the rules' words."""
    deploy(warehouse)
    generate(warehouse, 1, breaches * ORDERS_A_BREACH)
    say("deriving verdicts")
    rebuild(warehouse)
    with warehouse.connect(Role.APP, autocommit=True) as app:
        found = narratives.narrate(app).written
    if found < breaches:
        raise SystemExit(f"there are only {found:,} breaches")
    with administered(warehouse) as admin:
        admin.execute(_ONLY, (breaches,))
        admin.execute("vacuum analyze")


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


def _measure(warehouse: Warehouse, url: str, options: argparse.Namespace) -> dict[str, Any]:
    settings = Settings(
        key="bench", base_url=url, model="scripted/slots", openrouter=False, timeout=120.0,
        max_daily_tokens=10**12, max_daily_cost=Decimal(10**5), sampling=RATES["all"],
        at_once=options.at_once,
    )  # fmt: skip
    passes = []
    with open_narrator(warehouse, settings) as narrator:
        for name in ("as they come", "every one new", "once more"):
            say(f"narrating {name}")
            if passes:
                _again(warehouse, with_notes=name == "every one new")
            passes.append({"pass": name} | _timed(warehouse, narrator, options.breaches))
    say("posting without us")
    bare = _bare(url, _body(settings), options.at_once)
    for one in passes:
        one["provider_seconds"] = one["calls"] / bare
        one["of_provider"] = one["provider_seconds"] / one["seconds"]
    machine = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    return {
        "at": f"{datetime.now(UTC):%Y-%m-%d %H:%M}Z", "machine": machine,
        "breaches": options.breaches, "at_once": options.at_once,
        "latency_ms": options.latency_ms, "bare_a_second": bare, "passes": passes,
    }  # fmt: skip


def _timed(warehouse: Warehouse, narrator: Narrator, breaches: int) -> dict[str, Any]:
    before, cpu, began = _calls(warehouse), time.process_time(), time.monotonic()
    done = narrate(warehouse, narrator, lambda: datetime.now(UTC), most=breaches)
    seconds = time.monotonic() - began
    return {
        "asked": done.asked, "by_model": done.by_model, "cached": done.cached,
        "by_rules": dict(done.by_rules), "calls": _calls(warehouse) - before,
        "seconds": seconds, "a_second": done.asked / seconds,
        "cpu_ms": (time.process_time() - cpu) / max(1, done.asked) * 1000,
    }  # fmt: skip


def _again(warehouse: Warehouse, *, with_notes: bool) -> None:
    """Put all breaches back into the queue; each order with a note that no other has."""
    if with_notes:
        with administered(warehouse) as admin:
            admin.execute("set session_replication_role = replica")
            admin.execute(_NOTE, {"words": WORDS.split()})
    with warehouse.connect(Role.APP, autocommit=True) as app:
        again(app, Again(rules_too=True))


def _body(settings: Settings) -> bytes:
    """A question about a breach, as it is sent."""
    due = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)
    facts = facts_of_breach(BreachFacts(
        tenant_id="bench", order_id="wms:B-1", stage="pick", instance=1, version=1, known_from=due,
        zone=ZoneInfo("America/New_York"), site="NYC1", owner="warehouse",
        started_at=due - timedelta(hours=2), due_at=due, completed_at=due + timedelta(hours=1),
        is_provisional=False, late=timedelta(hours=1), reported=(),
    ))  # fmt: skip
    prompt = load(PROMPT)
    request = Request(
        tenant_id="bench", purpose="breach_narrative", subject="", prompt=prompt,
        user=prompt.user(**breach_inputs(facts, "en")), facts_key="", locale="en",
    )  # fmt: skip
    words, most = wire.opening(request), prompt.max_tokens
    return wire.body(settings, request, words, settings.model, wire.FORMATS[0], most)


def _bare(url: str, body: bytes, threads: int) -> float:
    """Answers a second to posts of this body, `threads` at a time."""
    where = urlsplit(url)

    def post(_: int) -> None:
        link = http.client.HTTPConnection(where.hostname or "", where.port)
        for _ in range(POSTS // threads):
            headers = {"authorization": "Bearer bench", "content-type": "application/json"}
            link.request("POST", f"{where.path}/chat/completions", body, headers)
            link.getresponse().read()
        link.close()

    with ThreadPoolExecutor(threads) as pool:
        began = time.monotonic()
        list(pool.map(post, range(threads)))
    return POSTS // threads * threads / (time.monotonic() - began)


def _calls(warehouse: Warehouse) -> int:
    with warehouse.connect(Role.APP) as app:
        row = app.execute("select count(*) from ops.ai_calls").fetchone()
    return int(row[0]) if row else 0


def _show(figures: dict[str, Any]) -> None:
    print(
        f"{figures['at']}, {figures['machine']}; {figures['breaches']:,} breaches, "
        f"{figures['at_once']} at once, a provider of {figures['latency_ms']} ms; "
        f"bare posts {figures['bare_a_second']:.1f}/s"
    )
    for one in figures["passes"]:
        print(
            f"{one['pass']:<14} {one['seconds']:>7.1f} s {one['a_second']:>7.1f}/s  calls "
            f"{one['calls']:>6,}: the provider alone {one['provider_seconds']:>6.1f} s "
            f"({one['of_provider']:.0%})  cpu {one['cpu_ms']:.2f} ms  by a model "
            f"{one['by_model']:,}  by rules {one['by_rules'] or 'none'}"
        )


_ONLY = """
delete from sla.unnarrated where ctid not in (
    select ctid from sla.unnarrated
    order by tenant_id, order_id, stage, instance limit %s
)
"""

_NOTE = """
update landing.order_events as e
set fragment = jsonb_build_object('note', (
    select string_agg(w.words[1 + (get_byte(h.digest, n) & 15)], ' ' order by n)
    from (select sha256(e.order_name::bytea) as digest) as h,
        (select %(words)s::text[] as words) as w, generate_series(0, 9) as n
))
where e.event_type = 'order_created'
"""


if __name__ == "__main__":
    sys.exit(main())
