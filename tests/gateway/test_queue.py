"""What waits is bounded, in all and for each credential, and nobody waits for nothing."""

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace

import psycopg
import pytest

from e2a.domain.deliveries import Delivery, Source
from e2a.gateway.admission.credential import MOST, Claim, candidates
from e2a.gateway.commit.link import connect
from e2a.gateway.commit.queue import GROUP_ROWS, MOST_OF_ONE, MOST_ROWS, Queue
from e2a.gateway.commit.writers import Writers
from e2a.gateway.credentials.model import Credential
from e2a.gateway.replies import RefusedRequestError
from e2a.gateway.senders import SENDERS
from e2a.warehouse.connection import Role

NOW = datetime.now(UTC)


def row(id="d"):
    return Delivery("demo-3pl", Source.WMS, id, NOW, b"{}")


def refusal(call):
    with pytest.raises(RefusedRequestError) as caught:
        call()
    return caught.value.status, caught.value.retry_after


def test_one_credential_cannot_take_the_place_of_the_others():
    async def run():
        queue = Queue()
        queue.put([row()] * MOST_OF_ONE, "greedy")
        assert refusal(lambda: queue.put([row()], "greedy")) == (429, 1)
        queue.put([row()], "modest")

    asyncio.run(run())


def test_a_full_queue_is_503_for_everybody_and_has_room_again_once_it_is_worked_off():
    async def run():
        queue = Queue()
        for n in range(MOST_ROWS):
            queue.put([row()], f"key-{n % 10}")
        assert refusal(lambda: queue.put([row()], "other")) == (503, 1)
        taken = await queue.group()
        assert len(taken) == GROUP_ROWS
        queue.put([row()], "other")
        assert queue.rows == MOST_ROWS - GROUP_ROWS + 1

    asyncio.run(run())


def test_what_waits_is_refused_as_soon_as_no_writer_is_left(warehouse):
    """One writer hangs in a lock with the first message, the second waits; then the server goes."""
    opened = []

    async def once():
        if opened:
            raise psycopg.OperationalError("away")
        opened.append(await connect(warehouse))
        return opened[0]

    async def run(blocking):
        writers = Writers(once, count=1)
        writers.start()
        while not writers.connected:
            await asyncio.sleep(0.01)
        first = asyncio.create_task(writers.store([row("held")], "a"))
        await asyncio.sleep(0)
        while writers.queue.rows:
            await asyncio.sleep(0.01)
        second = asyncio.create_task(writers.store([row("behind")], "a"))
        while not writers.queue.rows:
            await asyncio.sleep(0.01)
        blocking.execute("select pg_terminate_backend(%s)", (opened[0].info.backend_pid,))
        told = await asyncio.wait_for(
            asyncio.gather(first, second, return_exceptions=True), timeout=20
        )
        await writers.stop()
        return [error.status for error in told]

    with warehouse.connect(Role.ADMIN) as blocking, warehouse.connect(Role.APP) as holder:
        holder.execute(
            "insert into landing.deliveries (tenant_id, source, delivery_id, body_hash) "
            "values ('demo-3pl', 'wms', 'held', '')"
        )
        assert asyncio.run(run(blocking)) == [503, 503]


def test_a_message_is_not_tried_with_endlessly_many_secrets():
    def ring(count):
        found = [Credential(f"t{n}", f"k{n}", "aftership", "hmac") for n in range(count)]

        async def seek(find):
            return find()

        return SimpleNamespace(of_source=lambda source, now: found, seek=seek)

    def ask(count):
        headers = {"aftership-hmac-sha256": "x"}
        return asyncio.run(candidates(ring(count), SENDERS["aftership"], headers, Claim(), NOW))

    assert len(ask(MOST)) == MOST
    with pytest.raises(RefusedRequestError) as caught:
        ask(MOST + 1)
    assert (caught.value.status, caught.value.cause) == (401, "key_not_named")
