"""`make up`: all parts are there and come back, what lands is carried, Ctrl-C leaves nothing."""

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

import psutil
import pytest

from e2a.operations.up.child import takes_connections
from e2a.operations.up.register import Entry, read
from e2a.warehouse.connection import Role
from tests.journey.conftest import E2A, ROOT, Installation

ASSETS = """
{ assetNodes { assetKey { path } groupName description kinds isExecutable
  owners { ... on TeamAssetOwner { team } ... on UserAssetOwner { email } } } }
"""
DELIVERY = {
    "tenant": "demo-3pl",
    "source": "wms",
    "delivery_id": "up-1",
    "received_at": "2026-03-02T10:00:00Z",
    "body": json.dumps(
        {
            "event_id": "up-1",
            "event_type": "order_paid",
            "order_id": "SO-up",
            "occurred_at": "2026-03-02T09:59:00Z",
        }
    ),
}


@dataclass
class Up:
    """An `e2a up` with everything in it."""

    installation: Installation
    web: int
    gateway: int
    process: subprocess.Popen
    said: Path

    def entries(self) -> dict[str, Entry]:
        return {entry.name: entry for entry in read(self.installation.home) or []}


def _free_ports(count: int) -> list[int]:
    """Below the range from which Postgres gets its own: once both were given the same port."""
    found = []
    for port in range(18000, 19000):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                found.append(port)
        if len(found) == count:
            return found
    raise AssertionError("no free ports between 18000 and 19000")


@contextmanager
def started(*words: str) -> Iterator[Up]:
    """The command, ready; ended by SIGINT if a test has not ended it."""
    home = Path(tempfile.mkdtemp(prefix="e2a-up-"))
    said = home / "said"
    web, gateway = _free_ports(2)
    with said.open("wb") as out:
        process = subprocess.Popen(
            [str(E2A), "up", "--port", str(web), "--gateway-port", str(gateway), *words],
            env=Installation(home, {}).environment(), cwd=ROOT, stderr=out,
        )  # fmt: skip
    try:
        wait_for(lambda: process.poll() is not None or "| ready:" in said.read_text())
        assert process.poll() is None, said.read_text()[-3000:]
        yield Up(Installation(home, {}), web, gateway, process, said)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(60)
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="module")
def up() -> Iterator[Up]:
    """One for the tests of this file."""
    with started() as running:
        yield running


def ask(port: int, query: str) -> dict:
    request = Request(
        f"http://127.0.0.1:{port}/graphql",
        json.dumps({"query": query}).encode(),
        {"content-type": "application/json"},
    )
    with urlopen(request, timeout=60) as answer:
        return json.loads(answer.read())["data"]


def wait_for(condition, seconds: float = 600):
    """The condition's first true value; fails when the time is up."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        value = condition()
        if value:
            return value
        time.sleep(0.5)
    raise AssertionError("the condition did not come true in time")


def test_the_lineage_reads_as_the_journey(up):
    nodes = {"/".join(n["assetKey"]["path"]): n for n in ask(up.web, ASSETS)["assetNodes"]}
    groups = {n["groupName"] for n in nodes.values()}
    assert groups >= {"reference", "landing", "orders", "sla", "billing"}
    journey = ["landing/wms_events", "orders/timeline", "sla/breaches", "sla/exceptions",
               "sla/narratives",
               "billing/expected_invoice_lines", "billing/findings"]  # fmt: skip
    for key in journey:
        assert nodes[key]["description"], key
        assert nodes[key]["owners"], key
        assert nodes[key]["kinds"], key


def test_each_part_speaks_behind_its_name_and_into_a_file_of_its_own(up):
    light = {"postgres", "gateway", "radar", "alerts", "narrate"}
    names = light | {"code-server", "webserver", "daemon"}
    assert set(up.entries()) == names
    speakers = {line.partition("|")[0].strip() for line in up.said.read_text().splitlines()}
    assert speakers <= names | {"up"}
    assert speakers >= {"up", "gateway", "radar", "alerts", "code-server"}
    for name in names - {"webserver"}:
        assert (up.installation.home / f"{name}.log").stat().st_size > 0, name


def test_a_second_up_refuses_with_a_sentence(up):
    done = up.installation.run("up", "--port", str(up.web))
    assert done.returncode == 2
    assert f"`e2a up` runs already over {up.installation.home}" in done.stderr
    assert f"(process {up.process.pid})" in done.stderr


def test_a_radar_that_is_killed_is_there_again_and_the_terminal_says_so(up):
    dead = up.entries()["radar"].pid
    os.kill(dead, signal.SIGKILL)
    wait_for(lambda: up.entries()["radar"].pid not in (dead, None))
    assert up.entries()["radar"].restarts == 1
    assert "radar ended (SIGKILL); starting it again in 0.2 s" in up.said.read_text()


def test_what_lands_is_carried_without_a_command(up, tmp_path):
    installation = up.installation
    file = tmp_path / "one.jsonl"
    file.write_text(json.dumps(DELIVERY) + "\n")
    landed = installation.run("land", "archive", str(file), "--no-run")
    assert landed.returncode == 0, landed.stderr

    def carried() -> bool:
        with installation.warehouse().connect(Role.APP) as connection:
            built = connection.execute("select to_regclass('sla.clocks')").fetchone()[0]
            if built is None:
                return False
            found = connection.execute("select count(*) from sla.clocks").fetchone()
            return found[0] == 1

    assert wait_for(carried)


@pytest.mark.prove
@pytest.mark.parametrize(
    "part", ["alerts", "narrate", "gateway", "webserver", "daemon", "code-server", "postgres"]
)
def test_whatever_is_killed_comes_back_and_the_whole_works_again(up, part):
    dead = up.entries()[part].pid
    os.kill(dead, signal.SIGKILL)
    wait_for(lambda: up.entries()[part].pid not in (dead, None))
    wait_for(lambda: up.entries()[part].runs)
    wait_for(lambda: _asks(up))
    wait_for(lambda: takes_connections(up.gateway, "/readyz"))


def _asks(up: Up) -> bool:
    """Whether the web server can ask the code server."""
    try:
        return bool(ask(up.web, ASSETS)["assetNodes"])
    except OSError:
        return False


@pytest.mark.prove
def test_the_light_set_is_well_again_after_each_of_its_parts_was_killed_and_stops_whole(tmp_path):
    with started("--without", "dagster") as light:
        assert set(light.entries()) == {"postgres", "gateway", "radar", "alerts", "narrate"}
        wait_for(lambda: _is_well(light))
        for part in light.entries():
            dead = light.entries()[part].pid
            os.kill(dead, signal.SIGKILL)
            wait_for(lambda part=part, dead=dead: light.entries()[part].pid not in (dead, None))
            wait_for(lambda: _is_well(light))
        file = tmp_path / "one.jsonl"
        file.write_text(json.dumps(DELIVERY) + "\n")
        assert light.installation.run("land", "archive", str(file), "--no-run").returncode == 0
        with light.installation.warehouse().connect(Role.APP, autocommit=True) as connection:
            count = "select count(*) from sla.breaches"
            assert wait_for(lambda: connection.execute(count).fetchone()[0] == 1)
        _stops_whole(light, signal.SIGTERM)


def _is_well(up: Up) -> bool:
    """Whether `e2a status` says so: all parts run, answer, and the lane says that it lives."""
    done = up.installation.run("status", "--json")
    said = json.loads(done.stdout)
    assert (done.returncode == 0) == said["healthy"] == (not said["problems"])
    return said["healthy"] and {part["state"] for part in said["parts"]} == {"runs"}


def _stops_whole(up: Up, number: signal.Signals) -> None:
    """Asked by a signal, it ends with 0 and leaves no process behind."""
    process = up.process
    sessions = [process.pid, *(p.pid for p in psutil.Process(process.pid).children(True))]
    pidfile = up.installation.home / "pgdata" / "postmaster.pid"
    postgres = int(pidfile.read_text().split()[0])
    process.send_signal(number)
    assert process.wait(90) == 0
    assert wait_for(lambda: not any(psutil.pid_exists(pid) for pid in [*sessions, postgres]), 30)
    mine = str(up.installation.home)
    commands = [" ".join(p.info["cmdline"] or []) for p in psutil.process_iter(["cmdline"])]
    assert [command for command in commands if mine in command] == []


def test_ctrl_c_stops_everything_and_leaves_no_process(up):
    """The last test of this file: it stops what the others use."""
    _stops_whole(up, signal.SIGINT)
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", up.web)) != 0
