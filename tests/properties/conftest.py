"""A database with the models for properties: their tenants are gone afterwards."""

from collections.abc import Iterator

import pytest

from e2a.warehouse.connection import Role
from tests.properties.engine import Connection


@pytest.fixture
def no_tenants_left(built) -> Iterator[None]:
    """Ends after `modelled`, which takes the facts away that hang on tenants."""
    yield
    with built.connect(Role.OWNER, autocommit=True) as owner:
        tables = owner.execute(
            "select attrelid::regclass::text from pg_attribute "
            "where attname = 'tenant_id' and attnum > 0 and attrelid in "
            "(select oid from pg_class where relnamespace = 'reference'::regnamespace "
            "and relkind = 'r') order by attrelid = 'reference.tenants'::regclass"
        ).fetchall()
        for (table,) in tables:
            owner.execute(f"delete from {table} where tenant_id ~ '^(walk|life)-'")


@pytest.fixture
def judged(no_tenants_left, modelled) -> Connection:
    return modelled
