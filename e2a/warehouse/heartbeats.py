"""That a resident part lives, said by itself every few seconds.

A process that hangs is there and holds its locks, but says nothing. The hot lane says so with its
steps (`ops.lanes`); every other resident part does it here.
"""

from datetime import datetime
from typing import Any

import psycopg

BEAT_SECONDS = 5.0
"""Seconds between two beats."""


def beat(connection: psycopg.Connection[Any], part: str) -> None:
    """Say that a part lives, by the database's clock; on a connection that commits by itself."""
    connection.execute(_BEAT, (part,))


def beats(connection: psycopg.Connection[Any]) -> dict[str, datetime]:
    """When each part last said that it lives."""
    rows = connection.execute("select part, beat_at from ops.heartbeats where tenant_id = '*'")
    return dict(rows.fetchall())


_BEAT = """
insert into ops.heartbeats as h (part, session_pid) values (%s, pg_backend_pid())
on conflict (tenant_id, part)
do update set session_pid = excluded.session_pid, beat_at = excluded.beat_at
"""
