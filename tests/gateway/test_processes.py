"""`e2a gateway --workers 2`: several processes behind one socket are one door."""

import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from e2a.domain.errors import PortInUseError
from e2a.gateway.server import listen
from e2a.warehouse.connection import Warehouse
from tests.gateway.serving import Gateway, bearer, environment, wait_for, wait_until_ready


def start(shared: Warehouse, log: Path) -> Gateway:
    """The command with two workers, on a free port."""
    with log.open("wb") as out:
        child = subprocess.Popen(
            [sys.executable, "-m", "e2a.cli.main", "gateway", "--port", "0", "--workers", "2"],
            stderr=out, env=environment(shared),
        )  # fmt: skip
    wait_for(lambda: re.search(r"http://[\d.]+:\d+", log.read_text()))
    url = re.search(r"http://[\d.]+:\d+", log.read_text())
    assert url
    gateway = Gateway(shared, url[0], child, log)
    wait_until_ready(gateway)
    wait_for(lambda: log.read_text().count('"started"') == 2)
    return gateway


@pytest.fixture(scope="module")
def pair(shared: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """Two workers, ended by SIGTERM."""
    gateway = start(shared, tmp_path_factory.mktemp("pair") / "log")
    yield gateway
    assert gateway.process
    gateway.process.send_signal(signal.SIGTERM)
    assert gateway.process.wait(30) == 0
    assert gateway.log
    assert gateway.log.read_text().count('"stopped"') >= 2


def storm(pair: Gateway, messages: list[bytes]) -> Counter[str]:
    """Each message over a connection of its own, many at once."""
    key = bearer(pair.key("wms"))

    def send(body: bytes) -> str:
        response = pair.post("wms", body, key | {"connection": "close"})
        assert response.is_success
        return str(response.json()["status"])

    with ThreadPoolExecutor(16) as pool:
        return Counter(pool.map(send, messages))


def test_a_storm_of_duplicates_over_two_processes_leaves_one_row_each(pair):
    messages = [f'{{"event_id": "storm-{n % 10}"}}'.encode() for n in range(200)]
    assert storm(pair, messages) == {"stored": 10, "duplicate": 190}
    assert pair.rows("select count(*) from landing.inbox where delivery_id ~ 'storm'") == [(10,)]


def test_two_bodies_of_one_id_over_two_processes_are_both_kept_once(pair):
    messages = [f'{{"event_id": "c-{n % 10}", "n": {n % 20}}}'.encode() for n in range(200)]
    told = storm(pair, messages)
    assert (told["stored"], told["conflict"]) == (10, 10)
    assert pair.rows("select count(*) from landing.inbox where delivery_id ~ '^wms-c-'") == [(20,)]


def test_metrics_answer_for_both_processes(pair):
    storm(pair, [f'{{"event_id": "m-{n}"}}'.encode() for n in range(40)])
    page = pair.client.get("/metrics").text
    assert float(re.search(r'requests_total\{answer="stored",source="wms"\} (\S+)', page)[1]) >= 40


def test_a_process_that_dies_is_replaced(pair):
    supervisor = psutil.Process(pair.process.pid)
    victim, *_ = supervisor.children()
    victim.kill()
    wait_for(lambda: victim.pid not in {c.pid for c in supervisor.children()})
    wait_for(lambda: len(supervisor.children()) == 2)
    wait_for(lambda: pair.log.read_text().count('"started"') >= 3)
    assert storm(pair, [b'{"event_id": "after"}']) == {"stored": 1}


@pytest.mark.prove
def test_the_processes_end_with_their_supervisor_even_if_it_is_killed(shared, tmp_path):
    gateway = start(shared, tmp_path / "log")
    children = psutil.Process(gateway.process.pid).children()
    gateway.process.kill()
    gateway.process.wait()
    gone, alive = psutil.wait_procs(children, timeout=20)
    assert (len(gone), alive) == (2, [])


def test_a_port_that_is_taken_is_a_sentence(pair):
    with pytest.raises(PortInUseError, match=rf"cannot listen at 127.0.0.1:{pair.port} .*--port"):
        listen("127.0.0.1", pair.port)
