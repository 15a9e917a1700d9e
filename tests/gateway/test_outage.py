"""The database goes and comes: nothing acknowledged is lost, nothing unstored is acknowledged."""

import asyncio
import json
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import psycopg
import pytest
from psycopg import sql

from e2a.gateway.commit import store
from e2a.warehouse.connection import Role, Warehouse
from tests.gateway.serving import Gateway, bearer, process, thread, wait_for


def event(id: object) -> bytes:
    return json.dumps({"event_id": f"o{id}", "event_type": "pick_completed"}).encode()


@contextmanager
def away(warehouse: Warehouse) -> Iterator[None]:
    """The database refuses and drops everybody, as seen by the gateway."""
    name = sql.Identifier(warehouse.database)
    with warehouse.connect(Role.ADMIN, autocommit=True) as admin:
        admin.execute(sql.SQL("alter database {} with allow_connections false").format(name))
        admin.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s",
            (warehouse.database,),
        )
        try:
            yield
        finally:
            admin.execute(sql.SQL("alter database {} with allow_connections true").format(name))


class Senders:
    """Senders who each go on to the next event once the one before is acknowledged."""

    def __init__(self, gateway: Gateway, key: dict[str, str], count: int = 8) -> None:
        self.gateway, self.key, self.count = gateway, key, count
        self.acknowledged: list[str] = []
        self.statuses: set[int] = set()
        self.stopping = threading.Event()

    def _send(self, place: int) -> None:
        with httpx.Client(base_url=self.gateway.url, timeout=20) as client:
            number = 0
            while not self.stopping.is_set():
                name = f"{place}-{number}"
                try:
                    answer = client.post("/ingest/wms", content=event(name), headers=self.key)
                except httpx.TransportError:
                    continue
                self.statuses.add(answer.status_code)
                if answer.is_success:
                    self.acknowledged.append(f"wms-o{name}")
                    number += 1

    def __enter__(self) -> "Senders":
        self.threads = [threading.Thread(target=self._send, args=(n,)) for n in range(self.count)]
        for one in self.threads:
            one.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        for one in self.threads:
            one.join()

    def further(self, messages: int) -> None:
        """Wait until so many more are acknowledged."""
        before = len(self.acknowledged)
        wait_for(lambda: len(self.acknowledged) >= before + messages)


def stored(warehouse: Warehouse) -> list[Any]:
    with warehouse.connect(Role.OWNER) as owner:
        return [r[0] for r in owner.execute("select delivery_id from landing.inbox").fetchall()]


def test_while_the_database_is_away_senders_hear_503_and_nothing_acknowledged_is_lost(
    warehouse, tmp_path
):
    with process(warehouse, tmp_path / "log") as gateway:
        with Senders(gateway, bearer(gateway.key("wms"))) as senders:
            senders.further(50)
            with away(warehouse):
                wait_for(lambda: 503 in senders.statuses)
                refused = gateway.post("wms", event("x"), senders.key)
                assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
                assert gateway.client.get("/healthz").status_code == 200
                ready = gateway.client.get("/readyz")
                assert (ready.status_code, ready.json()["database"]) == (503, False)
                assert gateway.client.get("/metrics").status_code == 200
            senders.further(50)
        kept = stored(warehouse)
    assert len(kept) == len(set(kept))
    assert set(senders.acknowledged) <= set(kept)
    assert senders.statuses <= {200, 202, 503}


@pytest.mark.prove
def test_a_killed_backend_costs_a_retry_and_no_event(warehouse, tmp_path):
    with process(warehouse, tmp_path / "log") as gateway:
        with Senders(gateway, bearer(gateway.key("wms"))) as senders:
            for _ in range(5):
                senders.further(20)
                with warehouse.connect(Role.ADMIN, autocommit=True) as admin:
                    ended = admin.execute(
                        "select pg_terminate_backend(pid) from pg_stat_activity "
                        "where usename = 'e2a_gateway' and datname = %s", (warehouse.database,),
                    ).fetchall()  # fmt: skip
                assert ended
            senders.further(20)
        kept = stored(warehouse)
    assert len(kept) == len(set(kept))
    assert set(senders.acknowledged) <= set(kept)


def test_a_gateway_that_starts_before_its_database_refuses_until_it_is_there(warehouse, tmp_path):
    with process(warehouse, tmp_path / "log") as gateway:
        key = bearer(gateway.key("wms"))
        with away(warehouse):
            wait_for(lambda: gateway.post("wms", event(1), key).status_code == 503)
        wait_for(lambda: gateway.post("wms", event(1), key).is_success)


def test_an_outcome_that_is_not_known_in_time_is_not_acknowledged(warehouse, monkeypatch):
    """A writer elsewhere holds the id and does not commit; then it rolls back."""
    monkeypatch.setattr(store, "SECONDS", 0.3)
    with thread(warehouse) as gateway:
        key = bearer(gateway.key("wms"))
        with warehouse.connect(Role.APP) as slow:
            slow.execute(
                "insert into landing.deliveries (tenant_id, source, delivery_id, body_hash) "
                "values ('demo-3pl', 'wms', 'wms-oslow', '')"
            )
            assert gateway.post("wms", event("slow"), key).status_code == 503
            slow.rollback()
        wait_for(lambda: gateway.post("wms", event("slow"), key).is_success)
        wait_for(lambda: gateway.stored("wms-oslow") == [event("slow")])


def test_two_bodies_of_one_id_that_race_are_both_kept(warehouse):
    """The second waits for the first to commit and then sees that its body is another one."""
    call = (
        "select gateway.receive(array['demo-3pl'], array['wms'], array['id'], array[now()], "
        "array['{}'], array[%s::bytea])"
    )

    async def race() -> list[str]:
        first, second = [
            await psycopg.AsyncConnection.connect(warehouse.conninfo(Role.GATEWAY)) for _ in "ab"
        ]
        ((said,),) = await (await first.execute(call, (b"one",))).fetchall()
        waiting = asyncio.create_task(second.execute(call, (b"two",)))
        while not await _is_blocked(first, second):
            await asyncio.sleep(0.01)
        await first.commit()
        ((also,),) = await (await waiting).fetchall()
        await second.commit()
        return [*said, *also]

    async def _is_blocked(first: Any, second: Any) -> bool:
        pid = second.info.backend_pid
        ((blockers,),) = await (
            await first.execute("select pg_blocking_pids(%s)", (pid,))
        ).fetchall()
        return bool(blockers)

    assert asyncio.run(race()) == ["stored", "conflict"]
    assert len(stored(warehouse)) == 2


def test_a_gateway_that_is_told_to_end_stores_answers_and_exits_0(warehouse, tmp_path):
    with process(warehouse, tmp_path / "log") as gateway:
        assert gateway.process is not None
        with Senders(gateway, bearer(gateway.key("wms")), count=16) as senders:
            senders.further(100)
            gateway.process.send_signal(signal.SIGTERM)
            code = gateway.process.wait(20)
        kept = stored(warehouse)
        assert code == 0
        assert set(senders.acknowledged) <= set(kept)
        assert senders.statuses <= {200, 202}
        last = json.loads(gateway.log.read_text().splitlines()[-1])
        assert last["event"] == "stopped"


@pytest.mark.prove
def test_a_gateway_that_is_killed_has_acknowledged_nothing_that_is_not_stored(warehouse, tmp_path):
    with process(warehouse, tmp_path / "log") as gateway:
        assert gateway.process is not None
        with Senders(gateway, bearer(gateway.key("wms")), count=16) as senders:
            senders.further(100)
            gateway.process.kill()
            gateway.process.wait(20)
        assert set(senders.acknowledged) <= set(stored(warehouse))
