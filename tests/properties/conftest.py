"""A database with the models for properties: their tenants are gone afterwards."""

import pytest

from tests.properties.engine import Connection


@pytest.fixture
def judged(no_tenants_left, modelled) -> Connection:
    return modelled
