"""What wakes the journey: the decision by table, the shell on an ephemeral instance."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import dagster as dg
import pytest

from e2a.warehouse.drain import Pending
from resources.clock import Clock
from resources.warehouse import WarehouseResource
from sensors import new_events as module
from sensors.new_events import MicroBatch, decide, new_events

TODAY = date(2026, 3, 9)
MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)


@pytest.mark.parametrize(
    ("arrived", "waiting", "batch"),
    [
        ([], 0, None),
        ([], 7, MicroBatch("waiting-7", TODAY)),
        ([Pending("wms", MONDAY, TUESDAY, 5, "09-2")], 7, MicroBatch("09-2", TUESDAY)),
        (
            [
                Pending("carrier", MONDAY, MONDAY, 1, "10-1"),
                Pending("wms", MONDAY, TUESDAY, 5, "09-2"),
            ],
            0,
            MicroBatch("10-1", TUESDAY),
        ),
    ],
)
def test_a_batch_is_due_when_rows_lie_beyond_a_watermark_or_orders_wait(arrived, waiting, batch):
    assert decide(arrived, waiting, TODAY) == batch


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


@pytest.fixture
def tick(monkeypatch):
    """One evaluation on an instance that lives through the test."""
    instance = dg.DagsterInstance.ephemeral()
    arrived: list[Pending] = []
    monkeypatch.setattr(module, "pending", lambda connection: list(arrived))
    monkeypatch.setattr(module, "waiting", lambda connection: 0)

    def evaluate():
        context = dg.build_sensor_context(instance=instance)
        return new_events(context, warehouse=NoWarehouse(), clock=FixedClock())

    return evaluate, arrived, instance


def test_nothing_beyond_the_watermark_says_so_with_a_number(tick):
    evaluate, _, _ = tick
    assert evaluate().skip_message == "0 rows beyond the watermark"


def test_the_same_rows_have_the_same_key_and_new_rows_another(tick):
    evaluate, arrived, _ = tick
    arrived.append(Pending("wms", MONDAY, TUESDAY, 5, "09-2"))
    first, again = (evaluate().run_requests[0] for _ in range(2))
    assert first.run_key == again.run_key == "09-2#1"
    assert first.partition_key == "2026-03-03"
    arrived[0] = Pending("wms", MONDAY, TUESDAY, 6, "09-3")
    assert evaluate().run_requests[0].run_key == "09-3#1"


def test_a_failed_batch_is_asked_for_again_three_times_and_no_more(tick):
    """Edge-triggered requests lose an update when its run fails."""
    evaluate, arrived, instance = tick
    arrived.append(Pending("wms", MONDAY, TUESDAY, 5, "09-2"))
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
