"""Real installations for the journeys: the command as a process, its own home, a real database."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from e2a.warehouse import connection

ROOT = Path(__file__).parents[2]
OLIST = ROOT.parent / "shared" / "data" / "datasets" / "olist"
E2A = Path(sys.executable).parent / "e2a"


@dataclass(frozen=True)
class Installation:
    """One installation: where it lives and how to speak to it."""

    home: Path
    variables: dict[str, str]

    def run(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run an `e2a` command to its end."""
        return subprocess.run(
            [str(E2A), *words],
            env=self.environment(**more),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )

    def environment(self, **more: str) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("E2A_", "DAGSTER_"))}
        return kept | {"E2A_HOME": str(self.home)} | self.variables | more

    def summary(self, *words: str) -> dict:
        """`e2a summary --json`, read."""
        done = self.run("summary", "--json", *words)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def warehouse(self) -> connection.Warehouse:
        """The installation's warehouse, for tests that look behind the marts."""
        with pytest.MonkeyPatch.context() as environment:
            for name in os.environ:
                if name.startswith("E2A_"):
                    environment.delenv(name)
            for name, value in self.variables.items():
                environment.setenv(name, value)
            return connection.locate(self.home)


@pytest.fixture(scope="session")
def demo() -> Iterator[Installation]:
    """An installation on the embedded PostgreSQL in which the demo has run once."""
    home = Path(tempfile.mkdtemp(prefix="e2a-demo-"))
    installation = Installation(home, {})
    try:
        done = installation.run("demo")
        assert done.returncode == 0, done.stderr[-3000:]
        yield installation
    finally:
        installation.run("db", "stop")
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def empty() -> Iterator[Installation]:
    """An installation with a database and nothing in it."""
    home = Path(tempfile.mkdtemp(prefix="e2a-empty-"))
    installation = Installation(home, {})
    try:
        done = installation.run("db", "start")
        assert done.returncode == 0, done.stderr[-3000:]
        yield installation
    finally:
        installation.run("db", "stop")
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def olist(demo: Installation) -> Installation:
    """The demo's installation, with the real Olist orders and payments landed and run over."""
    if not OLIST.is_dir():
        pytest.skip(f"no Olist data at {OLIST}; the journey over it is not tested here")
    orders = demo.run("land", "olist", str(OLIST), "--tenant", "olist", "--no-run")
    assert orders.returncode == 0, orders.stderr[-3000:]
    assert "Landed 8,135 deliveries" in orders.stdout
    payments = demo.run("land", "olist-payments", str(OLIST))
    assert payments.returncode == 0, payments.stderr[-3000:]
    return demo


@pytest.fixture(scope="session")
def undisturbed() -> Iterator[Installation]:
    """An installation in which the demo has run once and that no test changes."""
    home = Path(tempfile.mkdtemp(prefix="e2a-undisturbed-"))
    installation = Installation(home, {})
    try:
        done = installation.run("demo")
        assert done.returncode == 0, done.stderr[-3000:]
        yield installation
    finally:
        installation.run("db", "stop")
        shutil.rmtree(home, ignore_errors=True)
