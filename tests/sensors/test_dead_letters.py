"""When the sensor asks for a retry, and that the retry runs what is due."""

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from e2a.domain.deliveries import Source
from e2a.warehouse.connection import Role
from e2a.warehouse.drain import Reader
from e2a.warehouse.held.dead_letters import Due
from e2a_assets.held import retry_held
from resources.clock import Clock
from resources.warehouse import WarehouseResource
from sensors.dead_letters import dead_letters, decide
from tests.warehouse.lane import deliver, event, parse, read, rows


@pytest.mark.parametrize(
    ("due", "running", "asks"),
    [
        (Due(0, 0), False, False),
        (Due(1, 0), False, True),
        (Due(0, 1), False, True),
        (Due(3, 3), True, False),
    ],
)
def test_it_asks_when_something_is_due_and_no_retry_runs(due, running, asks):
    assert (decide(due, running) is None) == asks


PLACE: dict[str, object] = {}


class HereWarehouse(WarehouseResource):
    @contextmanager
    def connect(self):
        with PLACE["here"].connect(Role.APP) as connection:
            yield connection


class LaterClock(Clock):
    def now(self):
        return datetime.now(UTC) + timedelta(minutes=6)


@pytest.fixture
def failed_row(app, warehouse):
    PLACE["here"] = warehouse

    def faulty(delivery):
        raise ZeroDivisionError

    read(app, deliver(event("a")), parse=faulty)


def evaluate(clock):
    context = dg.build_sensor_context(instance=dg.DagsterInstance.ephemeral())
    return dead_letters(context, warehouse=HereWarehouse(), clock=clock)


@pytest.mark.usefixtures("failed_row")
def test_before_its_time_a_dead_letter_is_left_alone():
    assert "0 dead letters are due" in evaluate(Clock()).skip_message


@pytest.mark.usefixtures("failed_row")
def test_what_is_due_is_run_and_settled(app, monkeypatch):
    assert len(evaluate(LaterClock()).run_requests) == 1
    monkeypatch.setattr("e2a_assets.held.READERS", [Reader(Source.WMS, parse, "v2")])
    resources = {"warehouse": HereWarehouse(), "clock": LaterClock()}
    assert retry_held.execute_in_process(resources=resources).success
    assert rows(app, "select outcome from landing.outcomes") == [("canonical",)]
