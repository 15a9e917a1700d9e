"""The guard at size: orders priced, invoiced and validated, beside what the ancestor needed.

`python bench/guard.py [--sizes 10000,1000000] [--workers 2] [--json]`, on an embedded cluster of
its own and the orders of `bench/sla_history.sql`, on a rate card of six charges with tiers,
a minimum and tax. Each size is a database of its own; three phases are told apart:

- price: billable and priced operations of every order, in committed chunks side by side;
- invoice: lines of all months, taxes, drafts;
- validate: every draft against a fresh derivation, and an imported invoice a month, exported from
  the draft with one wrong rate and one line missing, against the same.

Bars: 1 million orders in 5 minutes and 2 GiB; growth from the smaller to the larger at most linear.
The ancestor took 1,735 s to generate the invoices of 10,000 orders, and 7.3 s to validate them.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any

import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.sla_history import DOCUMENTS, administered, deploy, generate, say
from e2a.billing import guard
from e2a.billing import invoices as billing
from e2a.domain.policy_text import from_documents
from e2a.warehouse import cluster
from e2a.warehouse.connection import Role, Warehouse
from e2a.warehouse.rebuild import CHUNK, rebuild
from e2a.warehouse.reference import load
from e2a.warehouse.scope import leased

MODELS = frozenset(
    {"int_orders__events", "int_orders__voided", "billable_operations", "priced_operations"}
)
"""What pricing needs; promises are `bench/sla.py`'s."""

CARD = {
    "valid_from": "2020-01-01", "currency": "USD",
    "limits": {"per_finding": 50, "total": 100, "total_percent": 10},
    "taxes": {"full": "8.25"}, "minimum": {"amount": 1500},
    "charges": {
        "pick_first": {"operation": "pick", "model": "first_unit", "price": "2.50", "tax": "full"},
        "pick_more": {"operation": "pick", "model": "additional_unit", "price": "0.50"},
        "pack": {"operation": "pack", "model": "per_operation", "price": "1.00"},
        "ship": {
            "operation": "ship", "model": "graduated",
            "tiers": [
                {"up_to": 1000, "price": "0.40"}, {"up_to": 50000, "price": "0.35"},
                {"price": "0.30"},
            ],
        },
        "label": {"operation": "label", "model": "pass_through", "markup_percent": 8},
        "account": {"model": "flat", "price": "99.00"},
    },
}  # fmt: skip
PLANTED = """
select case charge_code when 'pack' then 'missing' else 'wrong_rate' end, count(*)
from billing.invoice_lines as l inner join billing.invoices as i using (tenant_id, invoice_id)
where i.origin = 'own' and charge_code in ('pack', 'pick_more') group by 1
"""
FOUND = "select rule, count(*) from billing.findings where open group by rule"
BAR_SECONDS, BAR_GIB = 300, 2
ANCESTOR = {"generate_10000": 1735.0, "validate_10000": 7.3}
WRONG = """
insert into billing.invoices (
    tenant_id, invoice_id, origin, status, billing_period, currency, pre_tax, tax, total,
    fingerprint
)
select
    tenant_id, 'billed/' || invoice_id, 'imported', 'draft', billing_period, currency, pre_tax, tax,
    total, fingerprint
from billing.invoices where origin = 'own';
insert into billing.invoice_lines (
    tenant_id, invoice_id, line_number, kind, charge_code, unit_price, quantity, amount, tax_code
)
select
    tenant_id, 'billed/' || invoice_id, line_number, kind, charge_code,
    unit_price + case when charge_code = 'pick_more' then 0.05 else 0 end, quantity,
    amount + case when charge_code = 'pick_more' then round(quantity * 0.05, 2) else 0 end, tax_code
from billing.invoice_lines where charge_code <> 'pack';
insert into billing.invoice_taxes (tenant_id, invoice_id, tax_code, percent, base, amount)
select tenant_id, 'billed/' || invoice_id, tax_code, percent, base, amount
from billing.invoice_taxes
"""


def main() -> int:
    """Measure and print; 1 if the planted errors are not exactly what is found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="10000,1000000", help="orders, smaller and larger")
    parser.add_argument("--workers", type=int, default=2, help="passes side by side")
    parser.add_argument("--json", action="store_true", help="print JSON for machines")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="e2a-bench-", ignore_cleanup_errors=True) as folder:
        os.environ["E2A_HOME"] = folder
        try:
            server = cluster.start(Path(folder))
            sizes = [int(size) for size in options.sizes.split(",")]
            figures = [_measure(server, orders, options.workers) for orders in sizes]
        finally:
            cluster.stop(Path(folder))
    print(json.dumps(figures, indent=2)) if options.json else _show(figures)
    return 0 if all(one["found"] == one["planted"] for one in figures) else 1


def _measure(server: Warehouse, orders: int, workers: int) -> dict[str, Any]:
    warehouse = replace(server, database=f"e2a_{orders}")
    deploy(warehouse)
    now = datetime.now(UTC)
    with warehouse.connect(Role.APP) as app:
        load(app, [from_documents("bench", {**DOCUMENTS, "rates": [CARD]})], now)
    generate(warehouse, 1, orders)
    seconds: dict[str, float] = {}
    with _peak() as peak, leased(warehouse):
        seconds["price"] = _timed(lambda: _price(warehouse, orders, workers))
    with warehouse.connect(Role.APP) as app, _peak(peak):
        seconds["invoice"] = _timed(lambda: billing.draft(app, now))
        drafts = app.execute("select count(*) from billing.invoices").fetchone()
        app.commit()
        with administered(warehouse) as admin:
            admin.execute(WRONG)
        seconds["validate"] = _timed(lambda: guard.validate(app, now))
        found, planted = (dict(app.execute(q).fetchall()) for q in (FOUND, PLANTED))
        lines = app.execute("select count(*) from billing.priced_operations").fetchone()
    assert drafts is not None
    assert lines is not None
    return {
        "orders": orders, "priced_operations": lines[0], "invoices": drafts[0], "seconds": seconds,
        "total": sum(seconds.values()), "peak_gib": max(peak) / 2**30, "found": found,
        "planted": planted,
    }  # fmt: skip


def _price(warehouse: Warehouse, orders: int, workers: int) -> None:
    def told(done: int, of: int) -> None:
        say(f"  priced {done:,} of {of:,} orders")

    chunk = min(CHUNK, -(-orders // workers))
    rebuild(warehouse, told, chunk=chunk, workers=workers, only=MODELS)


@contextmanager
def _peak(before: list[int] | None = None) -> Any:
    """Memory that belongs to this process and the server's alone, sampled, in bytes."""
    seen, done = before if before is not None else [0], Event()

    def watch() -> None:
        while not done.wait(0.5):
            seen.append(sum(map(_own_memory, _processes())))

    watcher = Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        done.set()
        watcher.join()


def _processes() -> list[psutil.Process]:
    me = psutil.Process()
    servers = [p for p in psutil.process_iter(["name"]) if (p.info["name"] or "") == "postgres"]
    home = os.environ["E2A_HOME"]
    return [me, *(p for p in servers if _belongs(p, home))]


def _belongs(process: psutil.Process, home: str) -> bool:
    try:
        return str(process.cwd()).startswith(home)
    except psutil.Error:
        return False


def _own_memory(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().uss)
    except psutil.Error:
        return 0


def _show(figures: list[dict[str, Any]]) -> None:
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M}Z, {os.cpu_count()} cores")
    for one in figures:
        phases = ", ".join(f"{name} {spent:.1f} s" for name, spent in one["seconds"].items())
        print(
            f"{one['orders']:>9,} orders, {one['priced_operations']:,} priced operations, "
            f"{one['invoices']} invoices: {one['total']:.1f} s ({phases}), "
            f"{one['peak_gib']:.2f} GiB (bars {BAR_SECONDS} s a million, {BAR_GIB} GiB); "
            f"found {_words(one['found'])}; planted {_words(one['planted'])}"
        )
    small, large = figures[0], figures[-1]
    if large is not small:
        growth = (large["total"] / small["total"]) / (large["orders"] / small["orders"])
        print(f"growth       {growth:.2f} times linear (bar 1)")
    print(
        f"the ancestor {ANCESTOR['generate_10000']:,.0f} s to generate 10,000 orders' invoices, "
        f"{ANCESTOR['validate_10000']} s to validate them"
    )


def _words(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {rule}" for rule, count in sorted(counts.items())) or "nothing"


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
