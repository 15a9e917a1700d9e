"""`make up`: the lineage is there, the sensor carries what lands, Ctrl-C leaves nothing behind."""

import json
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.request import Request, urlopen

import psutil
import pytest

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


def _free_port() -> int:
    """Below the range from which Postgres gets its own: once both were given the same port."""
    for port in range(18000, 19000):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise AssertionError("no free port between 18000 and 19000")


@pytest.fixture(scope="module")
def up():
    """An installation with everything started, as (installation, port, process)."""
    home = Path(tempfile.mkdtemp(prefix="e2a-up-"))
    installation = Installation(home, {})
    port = _free_port()
    process = subprocess.Popen(
        [str(E2A), "up", "--port", str(port)],
        env=installation.environment(),
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("up "):
            break
    yield installation, port, process
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        process.wait(60)
    shutil.rmtree(home, ignore_errors=True)


def ask(port: int, query: str) -> dict:
    request = Request(
        f"http://127.0.0.1:{port}/graphql",
        json.dumps({"query": query}).encode(),
        {"content-type": "application/json"},
    )
    with urlopen(request, timeout=60) as answer:
        return json.loads(answer.read())["data"]


def wait_for(condition, seconds: float = 180):
    """The condition's first true value; fails when the time is up."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        value = condition()
        if value:
            return value
        time.sleep(0.5)
    raise AssertionError("the condition did not come true in time")


def test_the_lineage_reads_as_the_journey(up):
    _, port, _ = up
    nodes = {"/".join(n["assetKey"]["path"]): n for n in ask(port, ASSETS)["assetNodes"]}
    groups = {n["groupName"] for n in nodes.values()}
    assert groups >= {"reference", "landing", "orders", "sla", "billing"}
    journey = ["landing/wms_events", "orders/timeline", "sla/breaches", "sla/exceptions",
               "sla/narratives",
               "billing/expected_invoice_lines", "billing/findings"]  # fmt: skip
    for key in journey:
        assert nodes[key]["description"], key
        assert nodes[key]["owners"], key
        assert nodes[key]["kinds"], key


def test_what_lands_is_carried_by_the_sensor_without_a_command(up, tmp_path):
    installation, _, _ = up
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


def test_ctrl_c_stops_everything_and_leaves_no_process(up):
    """The last test of this file: it stops what the others use."""
    installation, port, process = up
    sessions = [process.pid, *(p.pid for p in psutil.Process(process.pid).children(True))]
    postgres = int((installation.home / "pgdata" / "postmaster.pid").read_text().split()[0])
    process.send_signal(signal.SIGINT)
    assert process.wait(90) == 0
    assert wait_for(lambda: not any(psutil.pid_exists(pid) for pid in [*sessions, postgres]), 30)
    mine = str(installation.home)
    commands = [" ".join(p.info["cmdline"] or []) for p in psutil.process_iter(["cmdline"])]
    assert [command for command in commands if mine in command] == []
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
