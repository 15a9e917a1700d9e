"""A database of its own to judge in: the same roles, migrations and models, and no rows.

Scenarios and simulations run the real engine here, so that nothing live is written; the nightly
proof rebuilds in another one. The database stands beside the warehouse, as `<database>_scratch` or
`<database>_shadow`. It is made once and kept: as long as models,
macros and migrations are those it was made with, a later use only finds it empty. Users take turns.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

import psycopg
from psycopg import sql

from e2a.domain.errors import DatabaseUnavailableError
from e2a.warehouse.bootstrap import bootstrap
from e2a.warehouse.connection import Role, Warehouse
from e2a.warehouse.migrate import MIGRATIONS, upgrade
from e2a.warehouse.models import DBT_PROJECT, run_dbt

SCRATCH, SHADOW = "scratch", "shadow"
"""What simulations try in, and what the night rebuilds in: one does not wait for the other."""
TURN = "hashtext('e2a.' || %s::text)"
"""Key of the advisory lock, held in the warehouse's own database for as long as a use lasts."""


@dataclass(frozen=True, slots=True)
class Scratch:
    """An empty database with the models deployed, nobody else's until the block ends."""

    warehouse: Warehouse
    connection: psycopg.Connection[Any]
    """As `e2a_app`, in autocommit: a transaction is yours to open, and better short, since one that
    lasts holds back what the live lanes of the same server may read."""


@contextmanager
def scratch(
    warehouse: Warehouse, say: Callable[[str], None], name: str = SCRATCH
) -> Iterator[Scratch]:
    """Wait for a turn, make the database if need be, and leave it empty.

    Args:
        warehouse: the installation beside which it stands.
        say: told what takes time.
        name: which one; those of other names are used at the same time.

    Raises:
        DatabaseUnavailableError: the server does not answer, or lets nobody make a database.
        ConfigurationError: a model does not build.
    """
    place = replace(warehouse, database=f"{warehouse.database}_{name}")
    with warehouse.connect(Role.APP, autocommit=True) as turn:
        _take(turn, say, name)
        if not _is_built(place):
            say(f"{name:<10} building the models in a database of their own, once")
            _build(place, name)
        _empty(place)
        try:
            with place.connect(Role.APP, autocommit=True) as connection:
                yield Scratch(place, connection)
        finally:
            _empty(place)


def _take(turn: psycopg.Connection[Any], say: Callable[[str], None], name: str) -> None:
    row = turn.execute(f"select pg_try_advisory_lock({TURN})", (name,)).fetchone()
    if not (row and row[0]):
        say(f"{name:<10} waiting for whoever uses it to end")
        turn.execute(f"select pg_advisory_lock({TURN})", (name,))


def _is_built(place: Warehouse) -> bool:
    try:
        with place.connect(Role.OWNER) as owner:
            row = owner.execute(
                "select exists (select from ops.builds where tenant_id = '*' and fingerprint = %s)",
                (fingerprint(),),
            ).fetchone()
    except (DatabaseUnavailableError, psycopg.errors.UndefinedTable):
        return False
    return bool(row and row[0])


def _build(place: Warehouse, name: str) -> None:
    """From nothing, so that no model of an earlier state is left in it."""
    with place.connect(Role.ADMIN, autocommit=True) as admin:
        admin.execute(
            sql.SQL("drop database if exists {} with (force)").format(
                sql.Identifier(place.database)
            )
        )
    bootstrap(place)
    upgrade(place)
    folder = str(place.home / name)
    run_dbt(
        "run", "--quiet", "--target-path", folder, "--log-path", folder,
        environment={**os.environ, **place.environment()},
    )  # fmt: skip
    with place.connect(Role.OWNER) as owner:
        owner.execute(
            "insert into ops.builds (tenant_id, fingerprint) values ('*', %s)", (fingerprint(),)
        )


def fingerprint() -> str:
    """What the database is made of: the text of models, macros and migrations."""
    folders = (DBT_PROJECT / "models", DBT_PROJECT / "macros", MIGRATIONS / "versions")
    files = [path for folder in folders for path in folder.rglob("*") if path.suffix != ".pyc"]
    files = [*sorted(path for path in files if path.is_file()), DBT_PROJECT / "dbt_project.yml"]
    texts = [f"{path.name}\n".encode() + path.read_bytes() for path in files]
    return sha256(b"\0".join(texts)).hexdigest()


def _empty(place: Warehouse) -> None:
    with place.connect(Role.OWNER, autocommit=True) as owner:
        tables = [sql.SQL(name) for (name,) in owner.execute(_TABLES).fetchall()]
        found = sql.SQL(" union all ").join(
            sql.SQL("select {} where exists (select from {})").format(
                sql.Literal(table.as_string()), table
            )
            for table in tables
        )
        full = [sql.SQL(name) for (name,) in owner.execute(found).fetchall()]
        if full:
            empty_tables(owner, full)


def empty_tables(owner: psycopg.Connection[Any], tables: Sequence[sql.Composable]) -> None:
    """Empty tables of a database that is only tried in: finalised invoices too.

    Nothing else may empty those, so the owner takes the guard off for the one transaction.
    """
    with owner.transaction():
        guarded = [name for (name,) in owner.execute(_GUARDED).fetchall()]
        for name in guarded:
            owner.execute(f"alter table {name} disable trigger stays_filled")
        owner.execute(sql.SQL("truncate {} cascade").format(sql.SQL(", ").join(tables)))
        for name in guarded:
            owner.execute(f"alter table {name} enable trigger stays_filled")


_GUARDED = "select tgrelid::regclass::text from pg_trigger where tgname = 'stays_filled'"


_TABLES = """
select c.oid::regclass::text from pg_class as c
where
    c.relkind in ('r', 'p') and not c.relispartition
    and (
        (
            c.relnamespace::regnamespace::text
            in ('landing', 'orders', 'sla', 'billing', 'rules', 'reference')
            and c.oid <> 'reference.zones'::regclass
        )
        or (c.relnamespace = 'ops'::regnamespace and c.relname ~ '^(touched_|batch|unproven_)')
    )
"""
