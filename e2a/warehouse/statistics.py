"""The planner's statistics after a table grew: only an owner may ANALYZE, so writers ask for it.

Call it after writing many rows into a table that is read by the same pass or soon after: until
autovacuum comes, a planner that believes in a small table joins a large one with itself.
"""

from typing import Any

import psycopg


def count_again(connection: psycopg.Connection[Any], table: str, changed: int) -> None:
    """Have a table counted if so many changed rows are a tenth of it.

    Args:
        connection: within the transaction that changed it.
        table: with its schema, one that the application writes.
        changed: rows added, changed or removed.
    """
    if changed:
        connection.execute("select ops.count_again(%s::text::regclass, %s)", (table, changed))
