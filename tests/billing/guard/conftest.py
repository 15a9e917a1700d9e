"""Merchants whose invoices are audited; their tenants are gone afterwards."""

from functools import partial

import pytest

from tests.billing.guard.audited import Audited
from tests.billing.pricing.conftest import _no_tenants_left  # noqa: F401


@pytest.fixture
def merchant(_no_tenants_left, modelled):  # noqa: F811
    """Makes a merchant from the text of its rate cards."""
    modelled.rollback()
    modelled.autocommit = True
    return partial(Audited, modelled)
