"""The hand-written reference of `bench/sla.py`: runs it, and compares what came out of it.

`sla_by_hand.sql` is one script over the whole history. Its tables must hold the models' rows, all
columns, or its seconds would mean nothing.
"""

import time
from pathlib import Path

from bench.sla_history import administered, say
from e2a.warehouse.connection import Warehouse

TABLES = ("sla.verdicts", "sla.clock_segments", "sla.clocks", "orders.timeline")

_COLUMNS = """
select string_agg(attname, ', ' order by attnum) from pg_attribute
where attrelid = %s::regclass and attnum > 0 and not attisdropped
"""


def run(warehouse: Warehouse) -> dict[str, float]:
    """Run the script; seconds of each table it makes, its keys and statistics included."""
    text = (Path(__file__).parent / "sla_by_hand.sql").read_text()
    spent: dict[str, float] = {}
    table = ""
    with administered(warehouse) as admin:
        for statement in text.split(";\n"):
            words = statement.partition("table by_hand.")[2].split()
            table = words[0] if words else table
            started = time.perf_counter()
            admin.execute(statement)
            spent[table] = spent.get(table, 0) + time.perf_counter() - started
            if "\ncreate" in statement:
                say(f"  by hand: {table}")
    return spent


def differences(warehouse: Warehouse) -> dict[str, int]:
    """Rows of each table that only one of the two has, all columns compared."""
    found = {}
    with administered(warehouse) as admin:
        for table in TABLES:
            say(f"  comparing {table}")
            columns = admin.execute(_COLUMNS, (table,)).fetchone()[0]
            ours = f"select {columns} from {table}"
            theirs = f"select {columns} from by_hand.{table.partition('.')[2]}"
            found[table] = 0
            for one, other, whose in ((ours, theirs, "models"), (theirs, ours, "script")):
                alone = admin.execute(f"({one}) except all ({other})").fetchall()
                found[table] += len(alone)
                for row in alone[:SHOWN]:
                    say(f"    only the {whose}: {row}")
    return found


SHOWN = 5
"""Rows of a difference that are printed."""


def drop(warehouse: Warehouse) -> None:
    """Leave nothing of it."""
    with administered(warehouse) as admin:
        admin.execute("drop schema by_hand cascade")
