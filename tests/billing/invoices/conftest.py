"""Invoices of a merchant whose rate card stands in the test."""

import pytest

from tests.billing.invoices.clerk import Clerk
from tests.billing.pricing.conftest import merchant  # noqa: F401 - a fixture


@pytest.fixture
def clerk(merchant, built):  # noqa: F811
    """Makes a clerk who bills a merchant by the text of its rate cards."""
    return lambda rates, **more: Clerk(merchant(rates, **more), built)
