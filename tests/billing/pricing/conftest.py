"""Merchants for tests of pricing: their tenants are gone afterwards."""

from collections.abc import Callable
from functools import partial

import pytest

from tests.billing.pricing.merchant import Merchant


@pytest.fixture
def merchant(no_tenants_left, modelled) -> Callable[..., Merchant]:
    """Makes a merchant from the text of its rate cards."""
    modelled.rollback()
    modelled.autocommit = True
    return partial(Merchant, modelled)
