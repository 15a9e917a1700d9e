"""Databases for tests: one server a session, one migrated template, one copy of it a test.

    cluster ──> template ──> warehouse (a fresh copy) ──> app
                        └──> built (with the models in it) ──> modelled (emptied after each test)

`E2A_TEST_DATABASE_URL` names a server to use instead of an embedded one.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from xdist.scheduler import LoadFileScheduling

from e2a.warehouse import cluster as server
from e2a.warehouse.bootstrap import bootstrap
from e2a.warehouse.connection import Role, Warehouse, locate
from e2a.warehouse.migrate import upgrade
from e2a.warehouse.models import run_dbt
from e2a.warehouse.policies import load_policies
from e2a.warehouse.scratch import empty_tables, fingerprint

LOADED_AT = datetime(2026, 1, 1, tzinfo=UTC)
_numbers = count(1)


class _ByInstallation(LoadFileScheduling):
    """A file goes to one worker; those of the journey all to one, which makes the demo once."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return "tests/journey" if file.startswith("tests/journey/") else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling:
    """How files are dealt out where there are several workers."""
    return _ByInstallation(config, log)


@pytest.fixture(scope="session")
def make_home() -> Iterator[Callable[[], Path]]:
    """Makes homes that Postgres' system user can reach, which pytest's tmp_path is not."""
    homes: list[Path] = []

    def make() -> Path:
        homes.append(Path(tempfile.mkdtemp(prefix="e2a-test-", dir="/tmp")))
        return homes[-1]

    yield make
    for home in homes:
        server.stop(home)
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def cluster(make_home: Callable[[], Path]) -> Iterator[Warehouse]:
    """A running server; its own database `e2a` is left alone by the tests."""
    home, url = make_home(), os.environ.get("E2A_TEST_DATABASE_URL")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("E2A_HOME", str(home))
        for name in ("E2A_PG_PORT", "E2A_DATABASE_URL", "E2A_POLICIES"):
            environment.delenv(name, raising=False)
        if url:
            environment.setenv("E2A_DATABASE_URL", url)
        yield locate(home) if url else server.start(home)


@pytest.fixture(scope="session")
def template(cluster: Warehouse) -> Iterator[Warehouse]:
    """A database that is bootstrapped, migrated and knows the policies of the checkout."""
    with _named(cluster, "template") as warehouse:
        bootstrap(warehouse)
        upgrade(warehouse)
        with warehouse.connect(Role.APP) as connection:
            load_policies(connection, LOADED_AT)
        yield warehouse


@pytest.fixture
def warehouse(template: Warehouse) -> Iterator[Warehouse]:
    """A fresh copy of the template, dropped afterwards."""
    with _copy(template) as warehouse:
        yield warehouse


@pytest.fixture(scope="module")
def shared(template: Warehouse) -> Iterator[Warehouse]:
    """A fresh copy of the template for all tests of a file."""
    with _copy(template) as warehouse:
        yield warehouse


@pytest.fixture
def app(warehouse: Warehouse) -> Iterator[psycopg.Connection[Any]]:
    """A connection to the copy as `e2a_app`."""
    with warehouse.connect(Role.APP) as connection:
        yield connection


@pytest.fixture(scope="session")
def built(template: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """A copy in which dbt has deployed the models, once; a test that writes takes `modelled`."""
    with _copy(template) as warehouse:
        target = tmp_path_factory.mktemp("dbt")
        run_dbt(
            "run", "--target-path", str(target), "--log-path", str(target),
            environment={**os.environ, **warehouse.environment()},
        )  # fmt: skip
        yield warehouse


@pytest.fixture
def modelled(built: Warehouse) -> Iterator[psycopg.Connection[Any]]:
    """A connection as `e2a_app` to the database with the models; emptied afterwards.

    No copy of it: dbt deploys functions that name their database.
    """
    with built.connect(Role.APP) as connection:
        yield connection
    with built.connect(Role.OWNER) as owner:
        found = owner.execute(
            "select format('%I.%I', schemaname, tablename) from pg_tables "
            "where schemaname in ('landing', 'orders', 'sla', 'billing', 'scratch') "
            "or (schemaname = 'ops' and "
            "tablename ~ '^(touched_|unproven|truth|batches|scopes|steps|outbox|untold|"
            "breakers|ai_)')"
        ).fetchall()
        empty_tables(owner, [sql.SQL(row[0]) for row in found])
        owner.execute(
            "update ops.lanes set judged_until = '-infinity', beat_at = null, failures = 0, "
            "trusted_boot = null, doubted_at = null"
        )


@pytest.fixture
def no_tenants_left(built: Warehouse) -> Iterator[None]:
    """Tenants that tests invent are gone afterwards; ends after `modelled`, which empties facts."""
    yield
    with built.connect(Role.OWNER, autocommit=True) as owner:
        tables = owner.execute(
            "select attrelid::regclass::text from pg_attribute "
            "where attname = 'tenant_id' and attnum > 0 and attrelid in "
            "(select oid from pg_class where relnamespace = 'reference'::regnamespace "
            "and relkind = 'r') order by attrelid = 'reference.tenants'::regclass"
        ).fetchall()
        for (table,) in tables:
            owner.execute(f"delete from {table} where tenant_id ~ '^(rates|walk|life)-'")  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def shadowed(built: Warehouse) -> Iterator[Warehouse]:
    """`built`, with the shadow of the nightly proof beside it: a copy instead of a dbt run."""
    shadow = replace(built, database=f"{built.database}_shadow")
    name = sql.Identifier(shadow.database)
    with built.connect(Role.ADMIN, autocommit=True) as admin:
        admin.execute(
            sql.SQL("create database {} owner e2a_owner template {}").format(
                name, sql.Identifier(built.database)
            )
        )
    bootstrap(shadow)
    with shadow.connect(Role.OWNER) as owner:
        owner.execute(
            "insert into ops.builds (tenant_id, fingerprint) values ('*', %s)", (fingerprint(),)
        )
    yield built
    with built.connect(Role.ADMIN, autocommit=True) as admin:
        admin.execute(sql.SQL("drop database {} with (force)").format(name))


@contextmanager
def _copy(template: Warehouse) -> Iterator[Warehouse]:
    with _named(template, "test") as warehouse:
        with warehouse.connect(Role.ADMIN, autocommit=True) as admin:
            admin.execute(
                sql.SQL("create database {} owner e2a_owner template {}").format(
                    sql.Identifier(warehouse.database), sql.Identifier(template.database)
                )
            )
        bootstrap(warehouse)  # a copy takes the tables over, but not the rights to connect
        yield warehouse


@contextmanager
def _named(warehouse: Warehouse, word: str) -> Iterator[Warehouse]:
    """The warehouse under a database name of its own; whatever has that name is dropped."""
    name = f"e2a_{word}_{os.getpid()}_{next(_numbers)}"
    named = replace(warehouse, database=name, dagster_database=f"e2a_test_{os.getpid()}_dagster")
    yield named
    with warehouse.connect(Role.ADMIN, autocommit=True) as admin:
        admin.execute(
            sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
        )
