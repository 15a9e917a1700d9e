"""The journey once more on a PostgreSQL of your own: Debian's version 15."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.journey.conftest import Installation
from tests.journey.test_killed import comparable

BINARIES = Path("/usr/lib/postgresql/15/bin")


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


def test_the_demo_on_postgresql_15_ends_like_the_one_on_18(theirs, undisturbed):
    done = theirs.run("demo")
    assert done.returncode == 0, done.stderr[-3000:]
    assert comparable(theirs) == comparable(undisturbed)
