"""The demo ends the same however it got there: after `kill -9` at any moment, on PostgreSQL 15.

One file, so that one undisturbed demo serves all of it.
"""

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

import psutil
import pytest

from bench.truth import scores
from e2a.warehouse.connection import Role
from tests.journey.conftest import E2A, ROOT, Installation
from tests.journey.test_demo import contents

BINARIES = Path("/usr/lib/postgresql/15/bin")

MOMENTS = [
    "database  ",
    "simulating",
    "landing  ",
    "landing/carrier_events",
    "landing/wms_events",
    "rules/int_sla__clock_facts",
    "rules/int_orders__events",
    "sla/clocks",
    "sla/exceptions",
    "sla/narratives",
    "billing/draft_invoices",
    "billing/findings",
]
"""Lines of progress at which the demo is killed."""


@pytest.fixture
def installation():
    home = Path(tempfile.mkdtemp(prefix="e2a-killed-"))
    installation = Installation(home, {})
    yield installation
    installation.run("db", "stop")
    shutil.rmtree(home, ignore_errors=True)


def kill_at(installation: Installation, moment: str) -> bool:
    """Start the demo and kill it and all its children at a line of progress."""
    process = subprocess.Popen(
        [str(E2A), "demo"],
        env=installation.environment(),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if moment in line:
            tree = [*psutil.Process(process.pid).children(recursive=True)]
            os.kill(process.pid, signal.SIGKILL)
            for child in tree:
                if "postgres" not in child.name():
                    child.kill()
            psutil.wait_procs(tree, timeout=10)
            process.wait()
            return True
    process.wait()
    return False


def same_as_undisturbed(installation: Installation, demo: Installation) -> None:
    done = installation.run("demo")
    assert done.returncode == 0, done.stderr[-3000:]
    assert comparable(installation) == comparable(demo)
    again = installation.run("demo")
    assert "nothing to do" in again.stderr


def comparable(installation: Installation) -> dict[str, object]:
    """Everything that must be equal between two installations of the same demo."""
    summary = installation.summary("--tenant", "demo-3pl", "--as-of", "2026-03-08T18:00:00Z")
    other = installation.summary("--tenant", "nordic-beauty", "--as-of", "2026-03-08T18:00:00Z")
    tables = contents(installation)
    stable = ("orders.timeline", "sla.verdicts", "sla.clocks", "billing.priced_operations",
              "billing.expected_invoice_lines", "billing.findings", "billing.adjustments",
              "orders.identifiers", "orders.shipments")  # fmt: skip
    return {"summary": [summary, other], **{name: tables[name] for name in stable}}


@pytest.mark.prove
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_demo_killed_at_a_moment_ends_as_one_that_was_not(installation, undisturbed, moment):
    assert kill_at(installation, moment), moment
    same_as_undisturbed(installation, undisturbed)


@pytest.mark.prove
def test_postgres_killed_in_the_middle_loses_nothing(installation, undisturbed):
    """The server dies with the demo: the next one recovers it and ends in the same state."""
    process = subprocess.Popen(
        [str(E2A), "demo"], env=installation.environment(), cwd=ROOT,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    for line in process.stderr:
        if "rules/int_sla__verdicts" in line:
            pid = int((installation.home / "pgdata" / "postmaster.pid").read_text().split()[0])
            os.kill(pid, signal.SIGKILL)
            break
    rest = process.stderr.read()
    assert process.wait() != 0
    assert "Traceback" not in rest
    same_as_undisturbed(installation, undisturbed)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def server():
    """A throw-away cluster of Debian's PostgreSQL 15, started by its own binaries."""
    if not (BINARIES / "initdb").is_file():
        pytest.skip("Debian's postgresql-15 is not installed; .ci/run installs it")
    folder = Path(tempfile.mkdtemp(prefix="e2a-pg15-"))
    as_root = os.geteuid() == 0
    user = pwd.getpwnam("postgres").pw_name if as_root else None
    if as_root:
        shutil.chown(folder, user)
    port, data = free_port(), folder / "data"
    password = folder / "password"
    password.write_text("s3cret/with:signs")
    password.chmod(0o644)

    def run(*words: str) -> None:
        subprocess.run(
            words, user=user, check=True, cwd="/", stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
        )  # fmt: skip

    initdb = [str(BINARIES / "initdb"), "-D", str(data), "-U", "boss", "--auth=scram-sha-256"]
    run(*initdb, f"--pwfile={password}", "--encoding=UTF8", "--locale=C.UTF-8")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
    control = [str(BINARIES / "pg_ctl"), "-D", str(data), "-w"]
    run(*control, "-l", str(folder / "log"), "-o", options, "start")
    yield f"postgresql://boss:s3cret%2Fwith%3Asigns@127.0.0.1:{port}/postgres"
    run(*control, "-m", "immediate", "stop")
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def theirs(server):
    home = Path(tempfile.mkdtemp(prefix="e2a-theirs-"))
    yield Installation(home, {"E2A_DATABASE_URL": server})
    shutil.rmtree(home, ignore_errors=True)


def test_on_postgresql_15_everything_planted_is_found_and_nothing_else(theirs):
    done = theirs.run("demo")
    assert done.returncode == 0, done.stderr[-3000:]
    planted = json.loads((theirs.home / "demo" / "truth.json").read_text())
    with theirs.warehouse().connect(Role.APP) as connection:
        for score in scores(connection, planted):
            assert score.planted == score.found, score.kind


@pytest.mark.prove
def test_the_demo_on_postgresql_15_ends_like_the_one_on_18(theirs, undisturbed):
    done = theirs.run("demo")
    assert done.returncode == 0, done.stderr[-3000:]
    assert comparable(theirs) == comparable(undisturbed)
