"""Steps over the modelled database, announcing what a test says; an outbox without models."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from e2a.domain.deliveries import Source
from e2a.radar.following import follow
from e2a.warehouse.connection import Role
from e2a.warehouse.drain import Reader
from e2a.warehouse.step import Stepper
from tests.alerts.routing import alerts, announce
from tests.warehouse.lane import parse


@pytest.fixture
def hot(built, modelled):
    """Steps: `hot(now)`. Everything goes to the destination `hook` until a test says otherwise."""
    announce(modelled, alerts())
    with built.connect(Role.APP) as work, ThreadPoolExecutor(1) as beside:
        yield Stepper(work, [Reader(Source.WMS, parse, "v1")], follow, beside).step
    modelled.rollback()
    modelled.execute("delete from reference.alert_policies")
    modelled.commit()


@pytest.fixture
def app(shared):
    """A connection to a database without models, whose outbox is empty again afterwards."""
    with shared.connect(Role.APP) as connection:
        yield connection
    with shared.connect(Role.OWNER, autocommit=True) as owner:
        owner.execute("truncate ops.outbox, ops.breakers, reference.alert_policies")
