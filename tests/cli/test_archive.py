"""`e2a archive` as it is typed, and its file landed again."""

import json

import pytest
from typer.testing import CliRunner

from e2a.cli import console
from e2a.cli.main import app as command
from tests.warehouse.lane import deliver, event, read, rows


@pytest.fixture
def e2a(warehouse, monkeypatch, tmp_path):
    monkeypatch.setattr(console, "locate", lambda: warehouse)
    monkeypatch.setenv("E2A_ARCHIVE", str(tmp_path))
    return lambda *words: CliRunner().invoke(command, words)


def test_old_days_go_to_parquet_and_can_be_landed_again(app, e2a, tmp_path):
    read(app, deliver(event("a")))
    told = json.loads(e2a("archive", "--days", "1", "--no-drop", "--json").stdout)
    assert told == [{"day": "2026-05-04", "kept_because": "archived only", "archived_rows": 1}]
    done = e2a("archive", "--days", "1")
    assert done.stdout == "Archived 0 rows; dropped 1 of 1 old days.\n"
    assert "2026-05-04 0 rows archived, dropped" in done.stderr
    assert rows(app, "select count(*) from landing.inbox") == [(0,)]
    (file,) = tmp_path.rglob("*.parquet")
    again = e2a("land", "archive", str(file), "--no-run")
    assert "Landed 0 deliveries; 1 were here already." in again.stdout
