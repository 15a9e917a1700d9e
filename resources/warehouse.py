"""The Postgres warehouse as a Dagster resource."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import dagster as dg
import psycopg

from e2a.warehouse.connection import Role, Warehouse, locate


class WarehouseResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Connections to the warehouse that the environment names (see `.env.example`)."""

    def warehouse(self) -> Warehouse:
        """Where the warehouse is."""
        return locate()

    @contextmanager
    def connect(self) -> Iterator[psycopg.Connection[Any]]:
        """A connection as `e2a_app`, closed afterwards; transactions are the caller's."""
        connection = self.warehouse().connect(Role.APP)
        try:
            yield connection
        finally:
            connection.close()
