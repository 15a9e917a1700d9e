"""Live traffic over real HTTP: every event acknowledged, exactly the planted promises broken."""

import asyncio
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise

import httpx
import pytest

from e2a.cli.simulator_keys import given, made
from e2a.domain.errors import BadInputError
from e2a.radar.following import follow
from e2a.simulator.live import NotAcceptedError, Tally, Traffic, run
from e2a.simulator.live.sending import Message, send
from e2a.simulator.live.stories import Stories, late, letters
from e2a.simulator.truth import promises
from e2a.sources.readers import READERS
from e2a.warehouse.as_of import ask
from e2a.warehouse.connection import Role
from e2a.warehouse.step import Stepper
from tests.gateway import serving
from tests.warehouse.lane import rows

TENANTS = ("demo-3pl", "nordic-beauty")
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
SOON = timedelta(seconds=60)


@pytest.fixture
def secrets(built, monkeypatch):
    """Keys as `e2a simulate --live` makes them, in the database with the models."""
    for name, value in serving.environment(built).items():
        monkeypatch.setenv(name, value)
    yield made(TENANTS, datetime.now(UTC))
    with built.connect(Role.OWNER) as owner:
        owner.execute("delete from ops.credentials")


def clock() -> datetime:
    return datetime.now(UTC)


def test_two_seconds_worth_of_traffic_is_acknowledged_and_break_exactly_the_planted_promises(
    built, modelled, secrets
):
    assert made(TENANTS, clock()) == secrets
    lives, tally = [], Tally()
    with serving.thread(built) as gateway:
        run(
            Traffic(
                gateway.url, 150, TENANTS, 7, secrets, clock, lambda: tally.sent < 300,
                lives.append, tally,
            )
        )  # fmt: skip
    assert tally.acknowledged == tally.sent >= 300
    until = clock()
    assert tally.said["stored"] == rows(modelled, "select count(*) from landing.inbox")[0][0]
    assert set(tally.said) <= {"stored", "duplicate"}
    modelled.rollback()
    roads = rows(modelled, "select distinct source from landing.inbox order by source")
    assert roads == [("carrier",), ("shopify",), ("wms",)]
    modelled.rollback()
    with built.connect(Role.APP) as work, ThreadPoolExecutor(1) as beside:
        Stepper(work, READERS, follow, beside).step(until + SOON)
    planted = {
        (promise.stage, life.merchant.tenant, f"shopify:{promise.order}")
        for life in lives
        for promise in promises(life, until + SOON)
        if promise.state == "breached"
    }
    ask(modelled, until + SOON)
    found = set(rows(modelled, "select stage, tenant_id, order_id from sla.breaches"))
    assert {row for row in found if row[0] != "missing_scan"} == planted
    assert planted
    assert rows(modelled, "select count(*) from landing.outcomes where outcome <> 'canonical' and "
                "outcome <> 'nothing_to_do'") == [(0,)]  # fmt: skip


def test_each_story_has_something_happen_within_the_next_minute():
    stories = Stories(TENANTS, 7, NOW)
    for _ in range(100):
        life = stories.next(NOW)
        moments = [letter.occurred for letter in letters(life)]
        moments += [promise.due for promise in late(life)]
        assert any(NOW < moment < NOW + SOON for moment in moments)
        for promise in late(life)[:1]:
            assert NOW < promise.due < NOW + SOON


def test_letters_of_an_order_go_out_in_the_order_in_which_they_happen():
    life = Stories(TENANTS, 7, NOW).next(NOW)
    assert all(a.occurred <= b.occurred for a, b in pairwise(letters(life)))


def test_two_runs_tell_of_different_orders():
    one, two = (Stories(TENANTS, 7, NOW + timedelta(minutes=10 * n)) for n in range(2))
    names = [{stories.next(NOW).shop_id for _ in range(400)} for stories in (one, two)]
    assert not names[0] & names[1]


@contextmanager
def scripted(*answers: tuple[int, dict[str, str]]) -> Iterator[tuple[str, list[str]]]:
    """A server that gives these answers in turn, and the ids of what it was sent."""
    left, seen = list(answers), []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            seen.append(self.headers["x-shopify-webhook-id"])
            status, headers = left.pop(0)
            body = b'{"status": "stored"}'
            self.send_response(status)
            for name, value in {**headers, "content-length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            """Quietly."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def post(url: str) -> Tally:
    tally, letter = Tally(), letters(Stories(TENANTS, 7, NOW).next(NOW))[0]
    keys = {(tenant, word): "secret" for tenant in TENANTS for word in ("shopify", "easypost")}

    async def once() -> None:
        async with httpx.AsyncClient(base_url=url) as client:
            await send(client, Message("m1", [letter]), keys, lambda: NOW, tally)

    asyncio.run(once())
    return tally


def test_who_is_asked_to_wait_waits_and_sends_the_same_id_again():
    wait = {"retry-after": "0.01"}
    with scripted((503, wait), (429, wait), (500, {}), (202, {})) as (url, seen):
        tally = post(url)
    assert (tally.acknowledged, tally.sent, tally.waits) == (1, 1, 3)
    assert len(seen) == 4
    assert len(set(seen)) == 1


def test_a_refusal_for_good_ends_the_run_with_what_was_said():
    with scripted((401, {})) as (url, _), pytest.raises(NotAcceptedError, match="401 for shopify"):
        post(url)


def test_a_file_of_secrets_must_name_them_all(tmp_path):
    file = tmp_path / "keys.json"
    file.write_text(json.dumps({"demo-3pl": {"shopify": "a", "easypost": "b"}}))
    with pytest.raises(BadInputError, match="lacks 'batch'"):
        given(file, ("demo-3pl",))
    with pytest.raises(BadInputError, match="no file"):
        given(tmp_path / "none.json", ("demo-3pl",))
