"""Invoices of a merchant whose rate card stands in the test."""

import pytest

from tests.billing.invoices.clerk import Clerk
from tests.billing.pricing.conftest import _no_tenants_left, merchant  # noqa: F401 - fixtures


@pytest.fixture
def clerk(merchant, built):  # noqa: F811
    """Makes a clerk who bills a merchant by the text of its rate cards."""
    return lambda rates, **more: Clerk(merchant(rates, **more), built)
