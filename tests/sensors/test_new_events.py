"""What wakes the journey: the decision by table, the shell on an ephemeral instance."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import dagster as dg
import pytest

from e2a.warehouse.drain import Pending
from resources.clock import Clock
from resources.warehouse import WarehouseResource
from sensors import new_events as module
from sensors.new_events import BACKLOG, MicroBatch, decide, new_events

TODAY = date(2026, 3, 9)
MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)


MANY = BACKLOG + 1


@pytest.mark.parametrize(
    ("arrived", "waiting", "build", "batch"),
    [
        ([], 0, None, None),
        ([Pending("wms", MONDAY, TUESDAY, BACKLOG, "09-2")], BACKLOG, None, None),
        ([], MANY, None, MicroBatch(f"waiting-{MANY}", TODAY)),
        ([Pending("wms", MONDAY, TUESDAY, MANY, "09-2")], 0, None, MicroBatch("09-2", TUESDAY)),
        (
            [
                Pending("carrier", MONDAY, MONDAY, 2, "10-1"),
                Pending("wms", MONDAY, TUESDAY, BACKLOG, "09-2"),
            ],
            0,
            None,
            MicroBatch("10-1", TUESDAY),
        ),
        ([], 0, "abc", MicroBatch("build-abc", TODAY)),
        ([Pending("wms", MONDAY, TUESDAY, 1, "09-2")], 0, "abc", MicroBatch("build-abc", TUESDAY)),
    ],
)
def test_a_run_is_due_for_a_backlog_and_for_models_that_nothing_was_derived_by(
    arrived, waiting, build, batch
):
    assert decide(arrived, waiting, build, TODAY) == batch


class FixedClock(Clock):
    """A clock that stands still."""

    def now(self) -> datetime:
        return datetime(2026, 3, 9, 12, tzinfo=UTC)


@dataclass
class NoConnection:
    """Stands where a connection would; the reads above it are replaced."""

    def __enter__(self):
        return self

    def __exit__(self, *error: object) -> None:
        return None


class NoWarehouse(WarehouseResource):
    """A warehouse whose answers the test gives."""

    def connect(self):
        return NoConnection()

    def warehouse(self):
        return None


@pytest.fixture
def tick(monkeypatch):
    """One evaluation on an instance that lives through the test."""
    instance = dg.DagsterInstance.ephemeral()
    arrived: list[Pending] = []
    monkeypatch.setattr(module, "pending", lambda connection: list(arrived))
    monkeypatch.setattr(module, "waiting", lambda connection: 0)
    monkeypatch.setattr(module, "missing_build", lambda warehouse, models: None)

    def evaluate():
        context = dg.build_sensor_context(instance=instance)
        return new_events(context, warehouse=NoWarehouse(), clock=FixedClock())

    return evaluate, arrived, instance


def test_a_few_rows_are_left_to_the_hot_lane(tick):
    evaluate, arrived, _ = tick
    arrived.append(Pending("wms", MONDAY, TUESDAY, 5, "09-2"))
    assert evaluate().skip_message == "nothing that the hot lane could not do"


def test_the_same_rows_have_the_same_key_and_new_rows_another(tick):
    evaluate, arrived, _ = tick
    arrived.append(Pending("wms", MONDAY, TUESDAY, MANY, "09-2"))
    first, again = (evaluate().run_requests[0] for _ in range(2))
    assert first.run_key == again.run_key == "09-2#1"
    assert first.partition_key == "2026-03-03"
    arrived[0] = Pending("wms", MONDAY, TUESDAY, MANY + 1, "09-3")
    assert evaluate().run_requests[0].run_key == "09-3#1"


def test_a_failed_batch_is_asked_for_again_three_times_and_no_more(tick):
    """Edge-triggered requests lose an update when its run fails."""
    evaluate, arrived, instance = tick
    arrived.append(Pending("wms", MONDAY, TUESDAY, MANY, "09-2"))
    for attempt in (1, 2, 3):
        key = evaluate().run_requests[0].run_key
        assert key == f"09-2#{attempt}"
        instance.add_run(
            dg.DagsterRun(
                job_name="journey",
                run_id=f"00000000-0000-0000-0000-00000000000{attempt}",
                status=dg.DagsterRunStatus.FAILURE,
                tags={"dagster/run_key": key},
            )
        )
    assert "failed 3 times" in evaluate().skip_message
