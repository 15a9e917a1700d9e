"""Proofs on record: what was compared, what differed, and which one counts."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, LiteralString

import psycopg
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

Connection = psycopg.Connection[Any]

SAMPLE = 100
"""Differing rows a table that are kept with what they say; all of them are counted."""
KEPT = 400
"""Proofs on record: a year of nights and some made by hand."""


@dataclass(frozen=True, slots=True)
class TableTruth:
    """What a proof found in one stored table, in rows."""

    table_name: str
    compared: int
    missing: int
    extra: int
    differing: int


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that differs: as the lanes left it, and as the rebuild has it."""

    tenant_id: str
    table_name: str
    key: dict[str, Any]
    kind: str
    streamed: dict[str, Any] | None
    proven: dict[str, Any] | None

    def columns(self) -> list[str]:
        """The columns in which the two disagree; none where one of them is not there."""
        if self.streamed is None or self.proven is None:
            return []
        return [name for name, said in self.streamed.items() if self.proven.get(name) != said]


@dataclass(frozen=True, slots=True)
class Truth:
    """One finished proof."""

    id: int
    whole: bool
    started_at: datetime
    finished_at: datetime
    orders: int
    left_orders: int
    periods: int
    left_periods: int
    differences: int
    tables: tuple[TableTruth, ...] = ()

    @property
    def is_green(self) -> bool:
        """Whether every row compared is what the rebuild says."""
        return self.differences == 0


def last_truth(connection: Connection) -> Truth | None:
    """The newest proof that came to its end, or None: nothing has been proven yet."""
    return _one(connection, _LAST, {})


def truth(connection: Connection, number: int) -> Truth:
    """A finished proof by its number."""
    found = _one(connection, _BY_ID, {"id": number})
    assert found is not None, f"no finished proof {number}"
    return found


def _one(connection: Connection, query: LiteralString, given: dict[str, Any]) -> Truth | None:
    with connection.cursor(row_factory=class_row(Truth)) as cursor:
        found = cursor.execute(query, given).fetchone()
    if found is None:
        return None
    with connection.cursor(row_factory=class_row(TableTruth)) as tables:
        of_it = tables.execute(_TABLES, {"id": found.id}).fetchall()
    return replace(found, tables=tuple(of_it))


def differences(connection: Connection, number: int, limit: int = SAMPLE) -> list[Difference]:
    """The kept sample of a proof's differing rows."""
    with connection.cursor(row_factory=class_row(Difference)) as cursor:
        return cursor.execute(_DIFFERENCES, {"id": number, "limit": limit}).fetchall()


def begin(connection: Connection, *, whole: bool) -> int:
    """Note that a proof has begun; returns its number."""
    row = connection.execute(_BEGIN, {"whole": whole}).fetchone()
    connection.commit()
    assert row is not None
    return int(row[0])


def note(
    connection: Connection, number: int, tables: Iterable[TableTruth], sample: Iterable[Difference]
) -> None:
    """Add what part of a proof found."""
    with connection.cursor() as cursor:
        cursor.executemany(
            _NOTE_TABLE,
            [(number, t.table_name, t.compared, t.missing, t.extra, t.differing) for t in tables],
        )
        cursor.executemany(
            _NOTE_ROW,
            [
                (d.tenant_id, number, d.table_name, Jsonb(d.key), d.kind,
                 d.streamed and Jsonb(d.streamed), d.proven and Jsonb(d.proven))
                for d in sample
            ],
        )  # fmt: skip


def finish(connection: Connection, number: int, counts: dict[str, int]) -> Truth:
    """Note the end of a proof, forget the oldest ones, and return it."""
    connection.execute(_FINISH, {"id": number, **counts})
    connection.execute(_FORGET_ROWS, {"id": number - KEPT})
    connection.execute(_FORGET, {"id": number - KEPT})
    found = truth(connection, number)
    connection.commit()
    return found


_COLUMNS: LiteralString = """
select
    id, whole, started_at, finished_at, orders, left_orders, periods, left_periods, differences
from ops.truths where tenant_id = '*' and finished_at is not null
"""
_LAST: LiteralString = _COLUMNS + " order by id desc limit 1"
_BY_ID: LiteralString = _COLUMNS + " and id = %(id)s"

_TABLES = """
select table_name, compared, missing, extra, differing from ops.truth_tables
where tenant_id = '*' and truth_id = %(id)s order by table_name
"""

_DIFFERENCES = """
select tenant_id, table_name, key, kind, streamed, proven from ops.truth_differences
where truth_id = %(id)s order by table_name, tenant_id, key limit %(limit)s
"""

_BEGIN = """
insert into ops.truths (tenant_id, whole, started_at) values ('*', %(whole)s, now())
returning id
"""

_NOTE_TABLE = """
insert into ops.truth_tables as t
(tenant_id, truth_id, table_name, compared, missing, extra, differing)
values ('*', %s, %s, %s, %s, %s, %s)
on conflict (tenant_id, truth_id, table_name) do update set
    compared = t.compared + excluded.compared, missing = t.missing + excluded.missing,
    extra = t.extra + excluded.extra, differing = t.differing + excluded.differing
"""

_NOTE_ROW = """
insert into ops.truth_differences
(tenant_id, truth_id, table_name, key, kind, streamed, proven)
values (%s, %s, %s, %s, %s, %s, %s)
on conflict do nothing
"""

_FINISH = """
update ops.truths set
    finished_at = now(), orders = %(orders)s, left_orders = %(left_orders)s,
    periods = %(periods)s, left_periods = %(left_periods)s,
    differences = (
        select coalesce(sum(missing + extra + differing), 0) from ops.truth_tables
        where tenant_id = '*' and truth_id = %(id)s
    )
where tenant_id = '*' and id = %(id)s
"""

_FORGET_ROWS = "delete from ops.truth_differences where truth_id <= %(id)s"
_FORGET = "delete from ops.truths where tenant_id = '*' and id <= %(id)s"
