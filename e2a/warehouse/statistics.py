"""The planner's statistics after a table grew: only an owner may ANALYZE, so writers ask for it.

Call it after writing many rows into a table that is read by the same pass or soon after: until
autovacuum comes, a planner that believes in a small table joins a large one with itself.
"""

from typing import Any

import psycopg

ENTIRELY = 2**62
"""More than a tenth of any table: for one that was filled anew."""


def count_again(connection: psycopg.Connection[Any], table: str, changed: int) -> None:
    """Have a table counted if so many changed rows are a tenth of it.

    Args:
        connection: within the transaction that changed it.
        table: with its schema, one that the application writes.
        changed: rows added, changed or removed.
    """
    if changed:
        connection.execute("select ops.count_again(%s::text::regclass, %s)", (table, changed))


def is_of_another_size(connection: psycopg.Connection[Any], table: str, rows: int) -> bool:
    """Whether a table that each pass fills anew has far more or fewer rows than when counted last.

    Counting it has every statement over it planned again, which costs a small pass more than all
    its work; up to three times as many, or as few, are taken as counted, and so are some hundreds.

    Args:
        connection: within the transaction that filled it.
        table: its name, with its schema unless it is a temporary one.
        rows: how many rows are in it now.
    """
    row = connection.execute(_ANOTHER_SIZE, {"table": table, "rows": rows}).fetchone()
    return bool(row and row[0])


# As in the macro that counts scratch (hot.sql).
_ANOTHER_SIZE = """
select
    reltuples < 0
    or greatest(%(rows)s, 200) not between greatest(reltuples, 200) / 3
    and greatest(reltuples, 200) * 3
from pg_class where oid = %(table)s::text::regclass
"""
