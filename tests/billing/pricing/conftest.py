"""Merchants for tests of pricing: their tenants are gone afterwards."""

from collections.abc import Callable, Iterator
from functools import partial

import pytest

from e2a.warehouse.connection import Role
from tests.billing.pricing.merchant import Merchant


@pytest.fixture
def _no_tenants_left(built) -> Iterator[None]:
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
            owner.execute(f"delete from {table} where tenant_id ~ '^rates-'")


@pytest.fixture
def merchant(_no_tenants_left, modelled) -> Callable[..., Merchant]:
    """Makes a merchant from the text of its rate cards."""
    modelled.rollback()
    modelled.autocommit = True
    return partial(Merchant, modelled)
