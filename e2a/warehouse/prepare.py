"""From nothing to a database that is ready: started, bootstrapped, migrated."""

import os
from collections.abc import Callable

from e2a.warehouse import cluster
from e2a.warehouse.bootstrap import bootstrap
from e2a.warehouse.connection import Warehouse, home, locate
from e2a.warehouse.migrate import upgrade


def uses_embedded() -> bool:
    """Whether the embedded cluster is meant, not a server of yours."""
    return not os.environ.get("E2A_DATABASE_URL")


def prepare(say: Callable[[str], None]) -> Warehouse:
    """Start the server if it is ours, make roles and databases, apply migrations.

    Doing it again changes nothing. Raises what its parts raise.
    """
    warehouse = cluster.start(home()) if uses_embedded() else locate()
    bootstrap(warehouse)
    applied = upgrade(warehouse)
    where = f"{warehouse.host}:{warehouse.port}"
    say(f"database   PostgreSQL at {where}" + (f", migrated to {applied[-1]}" if applied else ""))
    return warehouse
