"""Precision and recall of the engine against what the simulator planted.

`python bench/truth.py [--orders 4000 --days 14 --seed 11]` simulates, lands, runs the journey in an
installation of its own and prints a line per kind of planted thing. Both must be 1.0 for deadline
breaches, reported exceptions and billing errors. Then it times the nightly proof of the same orders
beside a plain rebuild of them (`e2a.warehouse.truth`), which must be green.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.installation import installed, journey_over
from e2a.warehouse.as_of import ask
from e2a.warehouse.connection import Role, Warehouse
from e2a.warehouse.rebuild import rebuild
from e2a.warehouse.scope import leased
from e2a.warehouse.truth import prove


@dataclass(frozen=True, slots=True)
class Score:
    """Planted and found things of one kind, as sets of keys."""

    kind: str
    planted: frozenset[Any]
    found: frozenset[Any]

    @property
    def precision(self) -> float:
        """Share of what was found that had been planted; 1.0 if nothing was found."""
        return len(self.planted & self.found) / len(self.found) if self.found else 1.0

    @property
    def recall(self) -> float:
        """Share of what was planted that was found; 1.0 if nothing was planted."""
        return len(self.planted & self.found) / len(self.planted) if self.planted else 1.0


def scores(connection: Any, truth: dict[str, Any]) -> list[Score]:
    """Compare the marts with the truth, as of the truth's instant."""
    with connection.transaction():
        ask(connection, datetime.fromisoformat(truth["as_of"]))
        return [
            *_breaches(connection, truth["tenants"]),
            *_reported(connection, truth["tenants"]),
            _billing_errors(connection, truth["tenants"]),
            _refused(connection, truth["tenants"]),
        ]


def _breaches(connection: Any, tenants: dict[str, Any]) -> list[Score]:
    """Broken promises; watches are promised to nobody, and the simulator plants none."""
    found = connection.execute("select stage, tenant_id, order_id from sla.breaches").fetchall()
    planted = {
        (stage, tenant, f"shopify:{order}")
        for tenant, told in tenants.items()
        for stage, orders in told["breaches"].items()
        for order in orders
    }
    ours = {row for row in found if row[1] in tenants}
    return [
        Score(
            f"breach {stage}",
            frozenset(row for row in planted if row[0] == stage),
            frozenset(row for row in ours if row[0] == stage),
        )
        for stage in ("pick", "pack", "ship", "deliver")
    ]


def _reported(connection: Any, tenants: dict[str, Any]) -> list[Score]:
    found = connection.execute(
        "select reason_code, tenant_id, order_id from sla.reported_exceptions"
    ).fetchall()
    planted = {
        (what, tenant, f"shopify:{order}")
        for tenant, told in tenants.items()
        for what, orders in told["reported"].items()
        for order in orders
    }
    ours = {row for row in found if row[1] in tenants}
    return [
        Score(
            f"reported {what}",
            frozenset(row for row in planted if row[0] == what),
            frozenset(row for row in ours if row[0] == what),
        )
        for what in sorted({row[0] for row in planted | ours})
    ]


def _billing_errors(connection: Any, tenants: dict[str, Any]) -> Score:
    found = connection.execute(
        "select f.tenant_id, to_char(i.billing_period, 'YYYY-MM'), f.rule, f.charge_code, "
        "trim_scale(-f.discrepancy)::text from billing.findings as f "
        "inner join billing.invoices as i using (tenant_id, invoice_id) where f.open"
    ).fetchall()
    planted = {
        (tenant, e["period"], e["kind"], e["charge_code"], _plain(e["delta"]))
        for tenant, told in tenants.items()
        for e in told["billing_errors"]
    }
    return Score(
        "billing error", frozenset(planted), frozenset(r for r in found if r[0] in tenants)
    )


def _refused(connection: Any, tenants: dict[str, Any]) -> Score:
    found = connection.execute(
        "select q.tenant_id, q.reason, i.delivery_id from landing.quarantine as q "
        "inner join landing.inbox as i on i.tenant_id = q.tenant_id and i.seq = q.inbox_seq"
    ).fetchall()
    planted = {
        (tenant, reason, delivery)
        for tenant, told in tenants.items()
        for reason, deliveries in told["refused"].items()
        for delivery in deliveries
    }
    return Score("refused", frozenset(planted), frozenset(r for r in found if r[0] in tenants))


def _plain(amount: str) -> str:
    return amount.rstrip("0").rstrip(".") if "." in amount else amount


def main() -> int:
    """Run in an installation of its own; 0 if every score is perfect."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=4000)
    parser.add_argument("--days", type=int, default=14)
    parser.add_argument("--seed", type=int, default=11)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="e2a-truth-") as folder:
        os.environ["E2A_HOME"] = folder
        measured, proven = _measure(Path(folder), options.orders, options.days, options.seed)
    print(f"{options.orders:,} orders over {options.days} days, seed {options.seed}")
    print(f"{'planted thing':<32}{'planted':>8}{'found':>8}{'precision':>11}{'recall':>8}")
    for score in measured:
        print(
            f"{score.kind:<32}{len(score.planted):>8}{len(score.found):>8}"
            f"{score.precision:>11.4f}{score.recall:>8.4f}"
        )
    print(proven)
    return 0 if proven.is_green and all(s.precision == s.recall == 1.0 for s in measured) else 1


@dataclass(frozen=True, slots=True)
class Proven:
    """Seconds of the proof beside those of a plain rebuild, over the same orders."""

    orders: int
    events: int
    rows: int
    shadow: float
    rebuild: float
    whole: float
    nightly: float
    is_green: bool

    def __str__(self) -> str:
        ratio = self.whole / self.rebuild
        return (
            f"proof of {self.orders:,} orders ({self.events:,} events, {self.rows:,} stored rows), "
            f"{'green' if self.is_green else 'RED'}, load {os.getloadavg()[0]:.1f}\n"
            f"  rebuild of all, in place        {self.rebuild:8.1f} s\n"
            f"  whole proof, one worker         {self.whole:8.1f} s   {ratio:.2f} x the rebuild\n"
            f"  nightly proof, no month closed  {self.nightly:8.1f} s\n"
            f"  the shadow, made once a build   {self.shadow:8.1f} s more"
        )


def _measure(home: Path, orders: int, days: int, seed: int) -> tuple[list[Score], Proven]:
    with installed(home) as warehouse:
        week = journey_over(warehouse, home / "week", orders=orders, days=days, seed=seed)
        with warehouse.connect(Role.APP) as connection:
            measured = scores(connection, json.loads((week / "truth.json").read_text()))
        return measured, _prove(warehouse)


def _prove(warehouse: Warehouse) -> Proven:
    first, _ = _timed(lambda: prove(warehouse, print, whole=True))
    whole, found = _timed(lambda: prove(warehouse, print, whole=True))
    nightly, later = _timed(lambda: prove(warehouse, print))
    with leased(warehouse):
        plain, _ = _timed(lambda: rebuild(warehouse))
    with warehouse.connect(Role.APP) as connection:
        row = connection.execute("select count(*) from landing.order_events").fetchone()
    assert row is not None
    rows = sum(table.compared for table in found.tables)
    green = found.is_green and later.is_green
    return Proven(found.orders, row[0], rows, first - whole, plain, whole, nightly, green)


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = monotonic()
    done = work()
    return monotonic() - began, done


if __name__ == "__main__":
    started = datetime.now(UTC)
    status = main()
    print(f"took {(datetime.now(UTC) - started).total_seconds():.0f} s")
    sys.exit(status)
