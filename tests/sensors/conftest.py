"""Dagster over the real database with the models: resources, and a clock that a test sets."""

from datetime import UTC, datetime, timedelta

import pytest

from e2a.warehouse.connection import Role
from resources.clock import Clock
from resources.warehouse import WarehouseResource

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


class SetClock(Clock):
    """A clock that the test sets."""

    minutes: int = 0

    def now(self) -> datetime:
        return NOON + timedelta(minutes=self.minutes)


@pytest.fixture
def here(built):
    """The database with the models as a resource."""

    class Here(WarehouseResource):
        def warehouse(self):
            return built

        def connect(self):
            return built.connect(Role.APP)

    return Here()
