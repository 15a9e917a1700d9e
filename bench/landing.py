"""Bulk landing: files of events into canonical rows, beside a bare copy of the same bytes.

`python bench/landing.py [--events 400000 --orders 20000] [--json]`, on an embedded cluster of its
own. Two kinds of files, each landed (inbox, deduplicated by delivery) and then drained (parsed,
validated, judged, deduplicated by event, names learned):

- events: typed rows of 300 bytes, `e2a land events`;
- shopify: full order bodies, made of Shopify's own sample if the shared folder is there.

Beside the rates stands the processor time that one delivery costs, in Python and in Postgres: on a
shared machine it is what can be compared. And, in the same run, the least that must happen: JSON
read, and COPY into one table with a primary key. Bars: 12,000 events a second (20,000 the stretch),
1,500 Shopify bodies a second.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.installation import installed
from bench.processor import Cost, cost
from e2a.domain.deliveries import Delivery, Source
from e2a.sources import archive
from e2a.sources.registry import PARSER_VERSION, parse
from e2a.warehouse.connection import Role, Warehouse
from e2a.warehouse.drain import Reader, drain
from e2a.warehouse.inbox import land

BARS = {"events": 12_000, "shopify": 1_500}
SAMPLE = Path(__file__).parents[2] / "shared/data/shopify/docs_samples_2026-04/orders/create.json"
LIFE = (
    "order_created", "order_paid", "order_released", "pick_completed", "pack_completed",
    "label_purchased", "shipped", "delivered",
)  # fmt: skip
BYTES = 300
TENANT = "demo-3pl"


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=400_000, help="typed rows of 300 bytes")
    parser.add_argument("--orders", type=int, default=20_000, help="Shopify order bodies")
    parser.add_argument("--json", action="store_true", help="print JSON for machines")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="e2a-bench-", ignore_cleanup_errors=True) as folder:
        os.environ["E2A_HOME"] = folder
        with installed(Path(folder)) as warehouse:
            figures = [_events(warehouse, Path(folder) / "events.jsonl", options.events)]
            if SAMPLE.is_file():
                figures.append(_shopify(warehouse, options.orders))
            else:
                print(f"no sample at {SAMPLE}: Shopify is not measured", file=sys.stderr)
    print(json.dumps(figures, indent=2)) if options.json else _show(figures)
    return 0


def _events(warehouse: Warehouse, file: Path, count: int) -> dict[str, Any]:
    with file.open("wb") as lines:
        lines.writelines(orjson.dumps(_event(number)) + b"\n" for number in range(count))
    read = lambda: archive.event_file(file, TENANT, datetime.now(UTC))  # noqa: E731
    return {"kind": "events", **_measure(warehouse, Source.FILE, count, read)}


def _event(number: int) -> dict[str, Any]:
    order, step = divmod(number, len(LIFE))
    event: dict[str, Any] = {
        "event_id": f"evt-{number:09}", "event_type": LIFE[step], "order_id": f"SO-{order:08}",
        "occurred_at": f"2026-03-{2 + step:02}T{order % 24:02}:{order // 24 % 60:02}:00Z",
        "site": "MEM1", "service_level": "standard", "correlation_id": f"c-{number:012}",
    }  # fmt: skip
    if step == 0:
        event["lines"] = [{"line": "1", "sku": f"SKU-{order % 5000:06}", "quantity": 2}]
    if step >= LIFE.index("label_purchased"):
        event["tracking_number"] = f"1Z999AA1{order:010}"
    short = BYTES - len(orjson.dumps({**event, "payload": {"note": ""}}))
    return {**event, "payload": {"note": "x" * max(short, 0)}}


def _shopify(warehouse: Warehouse, count: int) -> dict[str, Any]:
    sample = orjson.loads(SAMPLE.read_bytes())["response"]
    sample["cancelled_at"] = None

    def read() -> Iterator[Delivery]:
        now = datetime.now(UTC)
        for number in range(count):
            gid = f"gid://shopify/Order/{820_982_911_946_154_508 + number}"
            body = orjson.dumps({**sample, "admin_graphql_api_id": gid})
            headers = {
                "x-shopify-topic": "orders/create", "x-shopify-webhook-id": f"w-{number}",
                "x-shopify-triggered-at": "2026-03-02T10:00:00Z",
            }  # fmt: skip
            yield Delivery(TENANT, Source.SHOPIFY, f"orders/create:w-{number}", now, body, headers)

    return {"kind": "shopify", **_measure(warehouse, Source.SHOPIFY, count, read)}


def _measure(
    warehouse: Warehouse, source: Source, count: int, read: Callable[[], Iterator[Delivery]]
) -> dict[str, Any]:
    with warehouse.connect(Role.APP) as app:
        landing = _cost(warehouse, lambda: land(app, read(), _told(f"{source} landed")))
        draining = _cost(
            warehouse,
            lambda: drain(
                app, Reader(source, parse, PARSER_VERSION), lambda n, _: _told(f"{source} read")(n)
            ),
        )
        again = _cost(warehouse, lambda: land(app, read())).wall
        row = app.execute(
            "select count(*) from landing.order_events where source = %s", (source,)
        ).fetchone()
        app.rollback()
    assert row is not None
    return {
        "deliveries": count, "canonical": row[0], "land_per_second": count / landing.wall,
        "drain_per_second": count / draining.wall,
        "per_second": count / (landing + draining).wall,
        "land_cost": landing.told(count), "drain_cost": draining.told(count),
        "duplicates_per_second": count / again, "bare_per_second": count / _bare(warehouse, read),
    }  # fmt: skip


def _bare(warehouse: Warehouse, read: Callable[[], Iterator[Delivery]]) -> float:
    with warehouse.connect(Role.OWNER) as owner:
        owner.execute("create temp table bare (id text primary key, body jsonb)")
        return _cost(warehouse, lambda: _copied(owner, read())).wall


def _copied(connection: Any, deliveries: Iterator[Delivery]) -> None:
    with connection.cursor().copy("copy bare from stdin") as copy:
        for delivery in deliveries:
            orjson.loads(delivery.body)
            copy.write_row((delivery.delivery_id, delivery.body.decode()))


def _told(what: str) -> Callable[[int], None]:
    return lambda rows: print(f"  {what} {rows:,}", file=sys.stderr)


def _cost(warehouse: Warehouse, work: Callable[[], object]) -> Cost:
    return cost(warehouse.home, work)


def _show(figures: list[dict[str, Any]]) -> None:
    load = os.getloadavg()[0]
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M}Z, {os.cpu_count()} cores, load {load:.1f}")
    for one in figures:
        print(
            f"{one['kind']:<8} {one['deliveries']:,} deliveries to {one['canonical']:,} events: "
            f"{one['per_second']:,.0f}/s (bar {BARS[one['kind']]:,}); "
            f"landed {one['land_per_second']:,.0f}/s, read {one['drain_per_second']:,.0f}/s, "
            f"landed again {one['duplicates_per_second']:,.0f}/s; "
            f"a bare copy {one['bare_per_second']:,.0f}/s\n"
            f"{'':<8} each costs {one['land_cost']} to land, {one['drain_cost']} to read"
        )


if __name__ == "__main__":
    sys.exit(main())
