"""Roles and databases, made once by the administrator; making them again changes nothing.

e2a_owner    owns schemas and tables: migrations and dbt
e2a_app      what the running product may do: no table creation, no deletion of the inbox
e2a_reader   BI: reads marts, read-only by default
e2a_dagster  owns Dagster's own storage and sees nothing else
e2a_gateway  the open door: may call what schema `gateway` offers, and nothing else
e2a_operator the admin API: sees what readers see, and works on what was held back
e2a_deliverer sends alerts: sees the outbox and the routes, and records answers
e2a_analyst  asks models: may call what the ledger of calls offers, and sees no facts
"""

from contextlib import suppress
from typing import Any

import psycopg
from psycopg import sql

from e2a.domain.errors import DatabaseUnavailableError
from e2a.warehouse.connection import Role, Warehouse

OLDEST = 150000
"""PostgreSQL 15: older ones lack what the rules need (multiranges, security_invoker views)."""

USERS = (
    Role.OWNER,
    Role.APP,
    Role.READER,
    Role.GATEWAY,
    Role.OPERATOR,
    Role.DELIVERER,
    Role.ANALYST,
)
"""Who may connect to the warehouse."""
LOGINS = (*USERS, Role.DAGSTER)
NO_TABLES = (Role.READER, Role.GATEWAY, Role.DELIVERER, Role.ANALYST)
"""Who may make no tables there, not even temporary ones."""


def bootstrap(warehouse: Warehouse) -> None:
    """Make roles and databases where they are missing and set the roles' passwords.

    Raises:
        DatabaseUnavailableError: the server is older than PostgreSQL 15 or does not answer.
    """
    with warehouse.connect(Role.ADMIN, autocommit=True) as admin:
        if admin.info.server_version < OLDEST:
            raise DatabaseUnavailableError(
                f"The server is PostgreSQL {admin.info.server_version // 10000}",
                "E2A needs PostgreSQL 15 or later; point E2A_DATABASE_URL at one",
            )
        admin.execute("select pg_advisory_lock(hashtext('e2a.bootstrap'))")
        for role in LOGINS:
            _role(admin, role, warehouse.passwords[role])
        _let_owner_see_writers(admin)
        admin.execute("grant e2a_reader to e2a_operator")
        _database(admin, warehouse.database, Role.OWNER, USERS)
        _database(admin, warehouse.dagster_database, Role.DAGSTER, (Role.DAGSTER,))


def _role(admin: psycopg.Connection[Any], role: Role, password: str) -> None:
    found = admin.execute("select from pg_roles where rolname = %s", (role.value,)).fetchone()
    verb = "alter" if found is not None else "create"
    # Only a superuser may say NOSUPERUSER of a role that exists, even when it changes nothing.
    rights = " nosuperuser nocreatedb nocreaterole" if found is None or _is_superuser(admin) else ""
    admin.execute(
        sql.SQL(verb + " role {} login" + rights + " password {}").format(
            sql.Identifier(role.value), sql.Literal(password)
        )
    )
    if role is Role.READER:
        admin.execute("alter role e2a_reader set default_transaction_read_only = on")


def _let_owner_see_writers(admin: psycopg.Connection[Any]) -> None:
    """Who holds up the watermark: functions of the owner look at other sessions.

    Where the administrator may not grant that, the watermark waits for every writer of the server.
    """
    seen = "select pg_has_role('e2a_owner', 'pg_read_all_stats', 'member')"
    row = admin.execute(seen).fetchone()
    if row and not row[0]:
        with suppress(psycopg.errors.InsufficientPrivilege):
            admin.execute("grant pg_read_all_stats to e2a_owner")


def _database(
    admin: psycopg.Connection[Any], name: str, owner: Role, allowed: tuple[Role, ...]
) -> None:
    database = sql.Identifier(name)
    if admin.execute("select from pg_database where datname = %s", (name,)).fetchone() is None:
        if not _is_superuser(admin):
            admin.execute(sql.SQL("grant {} to current_user").format(sql.Identifier(owner.value)))
        admin.execute(
            sql.SQL("create database {} owner {} encoding 'UTF8' template template0").format(
                database, sql.Identifier(owner.value)
            )
        )
    admin.execute(sql.SQL("alter database {} set timezone = 'UTC'").format(database))
    admin.execute(sql.SQL("revoke all on database {} from public").format(database))
    for role in allowed:
        rights = "connect" if role in NO_TABLES else "connect, temporary"
        admin.execute(
            sql.SQL("grant " + rights + " on database {} to {}").format(
                database, sql.Identifier(role.value)
            )
        )


def _is_superuser(admin: psycopg.Connection[Any]) -> bool:
    row = admin.execute("select rolsuper from pg_roles where rolname = current_user").fetchone()
    return bool(row and row[0])
