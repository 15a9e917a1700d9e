"""The tenant of `bench/sla.py`: its promises, its databases, its orders at any size.

What the orders are like is said in `sla_history.sql`; how long anything takes is not known here.
"""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from e2a.domain.policy_text import from_documents
from e2a.warehouse.bootstrap import bootstrap
from e2a.warehouse.connection import Role, Warehouse
from e2a.warehouse.migrate import upgrade
from e2a.warehouse.models import run_dbt
from e2a.warehouse.reference import load

GENERATED_AT_ONCE = 50_000

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


def deploy(warehouse: Warehouse) -> None:
    """Make the database with the models and the tenant, whose models count their own seconds."""
    say(f"deploying the models in {warehouse.database}")
    bootstrap(warehouse)
    upgrade(warehouse)
    with warehouse.connect(Role.APP) as connection:
        load(connection, [from_documents("bench", DOCUMENTS)], datetime.now(UTC))
    run_dbt("run", "--quiet", environment=os.environ | warehouse.environment())
    with administered(warehouse) as admin:
        admin.execute(f"alter database {warehouse.database} set track_functions = 'pl'")


def generate(warehouse: Warehouse, first: int, last: int) -> None:
    """Add the orders of these numbers, events and all, nothing derived from them."""
    text = (Path(__file__).parent / "sla_history.sql").read_text()
    with administered(warehouse) as admin:
        admin.execute("set session_replication_role = replica")  # foreign keys hold by making
        for start in range(first, last + 1, GENERATED_AT_ONCE):
            end = min(start + GENERATED_AT_ONCE - 1, last)
            admin.execute(text, {"first": start, "last": end})
            say(f"  generated {end:,} of {last:,} orders")
        admin.execute("vacuum analyze landing.order_events, orders.identifiers, orders.shipments")


def touch(connection: psycopg.Connection[Any], first: int, last: int) -> None:
    """Mark the orders of these numbers as having news, and commit."""
    connection.execute(
        "insert into ops.touched_orders (tenant_id, order_id) "
        "select 'bench', 'wms:B-' || n from generate_series(%s::int, %s::int) as n "
        "on conflict do nothing",
        (first, last),
    )
    connection.commit()


def seconds_by_model(warehouse: Warehouse) -> dict[str, float]:
    """Seconds spent in each refresh function since this was asked last, largest first.

    Sessions report what they spent when they end: ask after closing them.
    """
    with administered(warehouse) as admin:
        rows = admin.execute(
            "select substr(funcname, length('refresh_') + 1), total_time / 1000 "
            "from pg_stat_user_functions "
            "where schemaname = 'ops' and funcname like 'refresh\\_%' order by 2 desc"
        ).fetchall()
        admin.execute("select pg_stat_reset()")
    return dict(rows)


def administered(warehouse: Warehouse) -> psycopg.Connection[Any]:
    """The administrator in the warehouse's own database, in autocommit."""
    return psycopg.connect(warehouse.conninfo(Role.ADMIN, warehouse.database), autocommit=True)


def say(line: str) -> None:
    """Progress."""
    print(line, file=sys.stderr, flush=True)
