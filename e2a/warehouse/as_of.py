"""Asking about an instant: the one helper that sets `e2a.as_of` and `e2a.known_at`.

Everything that reads a state goes through here, so that no verdict comes from the clock of the
machine that happens to ask. "As known at T about T2" is `ask(connection, T2, known_at=T)`.
"""

from datetime import datetime
from typing import Any

import psycopg

from e2a.domain.errors import BadInputError


def ask(
    connection: psycopg.Connection[Any],
    as_of: datetime | None,
    known_at: datetime | None = None,
) -> datetime:
    """Make the current transaction ask about an instant (None: now) and return it.

    Args:
        connection: in the transaction that asks.
        as_of: what had happened by then.
        known_at: what had been recorded by then; None is all that is known now (C19).

    Raises:
        ValueError: a naive instant.
        BadInputError: `known_at` lies in the future, where the answer may still change.
    """
    for name, instant in (("as-of", as_of), ("known-at", known_at)):
        if instant is not None and instant.tzinfo is None:
            raise ValueError(
                f"{name} {instant.isoformat()} has no zone; write it with an offset or Z"
            )
    row = connection.execute(
        "select set_config('e2a.as_of', coalesce(%s::timestamptz, now())::text, true), "
        "set_config('e2a.known_at', coalesce(%s::timestamptz::text, ''), true), "
        "coalesce(%s::timestamptz, now()), %s::timestamptz > now()",
        (as_of, known_at, as_of, known_at),
    ).fetchone()
    assert row is not None
    if row[3]:
        raise BadInputError(
            f"known-at {known_at} lies in the future", "What is not recorded yet may still change"
        )
    asked: datetime = row[2]
    return asked
