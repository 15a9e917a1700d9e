"""Roles, rights and migrations: made once, and nobody may more than he needs."""

import os
import subprocess
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from e2a.domain.errors import DatabaseUnavailableError
from e2a.warehouse.bootstrap import LOGINS, bootstrap
from e2a.warehouse.connection import Role, Warehouse
from e2a.warehouse.migrate import upgrade

CATALOGUE = """
select 'relation', c.relnamespace::regnamespace::text, c.relname, c.relacl::text, c.relkind::text
from pg_class as c where c.relnamespace::regnamespace::text !~ '^pg_|information_schema'
union all
select 'function', p.pronamespace::regnamespace::text, p.proname, p.proacl::text, p.prosrc
from pg_proc as p where p.pronamespace::regnamespace::text !~ '^pg_|information_schema'
union all
select 'database', '', datname, datacl::text, '' from pg_database where datname = current_database()
union all
select 'role', '', rolname, rolconfig::text, rolsuper::text || rolcreatedb || rolcreaterole
from pg_roles where rolname like 'e2a%'
order by 1, 2, 3, 4
"""


def _catalogue(warehouse: Warehouse) -> list[Any]:
    with warehouse.connect(Role.OWNER) as owner:
        return owner.execute(CATALOGUE).fetchall()


def test_bootstrapping_and_migrating_again_change_nothing(warehouse: Warehouse) -> None:
    before = _catalogue(warehouse)
    bootstrap(warehouse)
    assert upgrade(warehouse) == []
    assert _catalogue(warehouse) == before


@pytest.mark.parametrize("role", LOGINS)
def test_no_role_of_ours_is_a_superuser_or_makes_roles(warehouse: Warehouse, role: Role) -> None:
    with warehouse.connect(Role.OWNER) as owner:
        rights = owner.execute(
            "select rolsuper, rolcreatedb, rolcreaterole from pg_roles where rolname = %s", (role,)
        ).fetchone()
    assert rights == (False, False, False)


@pytest.mark.parametrize(
    "statement",
    [
        "create table landing.mine (id integer)",
        "create table public.mine (id integer)",
        "create schema mine",
        "delete from landing.inbox",
        "truncate landing.inbox",
        "truncate landing.order_events",
        "drop table billing.adjustments",
        "alter table sla.narratives add column mine text",
        "update ops.schema_version set version_num = '0000'",
    ],
)
def test_the_application_may_not(app: psycopg.Connection[Any], statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute(statement)  # type: ignore[call-overload]


@pytest.mark.parametrize(
    "statement",
    [
        "select * from landing.inbox",
        "select * from landing.order_events",
        "select * from reference.rate_cards",
        "select * from ops.touched_orders",
        "select * from sla.narratives",
        "select landing.ensure_day('2026-01-01')",
        "select ops.open_scope()",
    ],
)
def test_the_reader_may_not_look_below_the_marts(warehouse: Warehouse, statement: str) -> None:
    with (
        warehouse.connect(Role.READER) as reader,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        reader.execute(statement)  # type: ignore[call-overload]


@pytest.mark.parametrize(
    "statement",
    [
        "create table public.mine (id integer)",
        "create table sla.mine (id integer)",
        "create temp table mine (id integer)",
        "delete from sla.narratives",
        "insert into billing.invoices (tenant_id) values ('demo-3pl')",
    ],
)
def test_the_reader_may_not_write_even_if_it_lifts_its_read_only_default(
    warehouse: Warehouse, statement: str
) -> None:
    with warehouse.connect(Role.READER, autocommit=True) as reader:
        with pytest.raises(
            (psycopg.errors.ReadOnlySqlTransaction, psycopg.errors.InsufficientPrivilege)
        ):
            reader.execute(statement)  # type: ignore[call-overload]
        reader.execute("set default_transaction_read_only = off")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute(statement)  # type: ignore[call-overload]


def test_the_reader_reads_every_mart(built: Warehouse) -> None:
    with built.connect(Role.OWNER) as owner:
        marts = owner.execute(
            "select table_schema || '.' || table_name from information_schema.views "
            "where table_schema in ('orders', 'sla', 'billing')"
        ).fetchall()
    assert marts
    with built.connect(Role.READER) as reader:
        for (mart,) in marts:
            reader.execute(f"select * from {mart} limit 0")  # type: ignore[arg-type]


def test_dagster_sees_nothing_of_the_warehouse(warehouse: Warehouse) -> None:
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(warehouse.conninfo(Role.DAGSTER, warehouse.database))


def test_the_application_cannot_reach_dagsters_storage(warehouse: Warehouse) -> None:
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(warehouse.conninfo(Role.APP, warehouse.dagster_database))


def test_a_missing_database_is_a_sentence_with_a_fix(warehouse: Warehouse) -> None:
    with pytest.raises(DatabaseUnavailableError, match=r"not prepared for E2A.*Run `e2a db start`"):
        replace(warehouse, database="e2a_nowhere").connect(Role.APP)


def test_dbt_sees_no_password_but_its_own(warehouse: Warehouse) -> None:
    given = warehouse.environment()
    secrets = {role: warehouse.passwords[role] for role in (Role.ADMIN, Role.APP, Role.READER)}
    shown = subprocess.run(
        ["env"], env={**os.environ, **given}, capture_output=True, text=True, check=True
    ).stdout
    assert not [role for role, secret in secrets.items() if secret and secret in shown]
