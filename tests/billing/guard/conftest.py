"""Merchants whose invoices are audited; their tenants are gone afterwards."""

from functools import partial

import pytest

from tests.billing.guard.audited import Audited


@pytest.fixture
def merchant(no_tenants_left, modelled):
    """Makes a merchant from the text of its rate cards."""
    modelled.rollback()
    modelled.autocommit = True
    return partial(Audited, modelled)
