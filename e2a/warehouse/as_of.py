"""Asking about an instant: the one helper that sets `e2a.as_of`.

Everything that reads a state goes through here, so that no verdict comes from the clock of the
machine that happens to ask.
"""

from datetime import datetime
from typing import Any

import psycopg


def ask(connection: psycopg.Connection[Any], as_of: datetime | None) -> datetime:
    """Make the current transaction ask about an instant (None: now) and return it.

    Raises:
        ValueError: a naive instant.
    """
    if as_of is not None and as_of.tzinfo is None:
        raise ValueError(f"as-of {as_of.isoformat()} has no zone; write it with an offset or Z")
    row = connection.execute(
        "select set_config('e2a.as_of', coalesce(%s::timestamptz, now())::text, true), "
        "coalesce(%s::timestamptz, now())",
        (as_of, as_of),
    ).fetchone()
    assert row is not None
    instant: datetime = row[1]
    return instant
