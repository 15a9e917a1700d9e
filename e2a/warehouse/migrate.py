"""Schema migrations: everything that cannot be rebuilt from events.

Add a revision under `migrations/versions` when a table of the inbox, of human decisions or of
operations changes. Whatever dbt can rebuild has no place there.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from e2a.warehouse.connection import Role, Warehouse

if TYPE_CHECKING:
    import sqlalchemy
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(warehouse: Warehouse) -> list[str]:
    """Bring the database to the newest revision; a second call applies nothing.

    Returns:
        The revisions that this call applied, oldest first.
    """
    import sqlalchemy  # with Alembic half a second, for commands that mostly migrate nothing
    from alembic import command
    from alembic.config import Config

    engine = sqlalchemy.create_engine(
        warehouse.url(Role.OWNER, "postgresql+psycopg"), poolclass=sqlalchemy.NullPool
    )
    with engine.begin() as connection:
        connection.exec_driver_sql("create schema if not exists ops")
        connection.exec_driver_sql("select pg_advisory_xact_lock(hashtext('e2a.migrate'))")
        before = _revision(connection)
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        return _applied(config, before, _revision(connection))


def newest() -> str:
    """The revision to which this checkout brings a database."""
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return str(ScriptDirectory.from_config(config).get_current_head())


def _revision(connection: "sqlalchemy.Connection") -> str | None:
    table = connection.exec_driver_sql("select to_regclass('ops.schema_version')").scalar()
    if table is None:
        return None
    revision: str | None = connection.exec_driver_sql(
        "select version_num from ops.schema_version"
    ).scalar()
    return revision


def _applied(config: "Config", before: str | None, after: str | None) -> list[str]:
    if before == after or after is None:
        return []
    from alembic.script import ScriptDirectory

    script = ScriptDirectory.from_config(config)
    walked = script.iterate_revisions(after, before or "base")
    return [revision.revision for revision in walked][::-1]
