"""`e2a db watermark` and `e2a db rebase` as they are typed."""

import json
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from e2a.cli import console
from e2a.cli.database import app as command
from e2a.warehouse.connection import Role
from e2a.warehouse.inbox import land
from tests.warehouse.lane import deliver, event


@pytest.fixture
def db(warehouse, monkeypatch):
    monkeypatch.setattr(console, "locate", lambda: warehouse)
    return lambda *words: CliRunner().invoke(command, words)


def test_lanes_with_what_they_have_to_read(app, db):
    land(app, [deliver(event("a"))])
    assert "wms      1 to read, 0 held up" in db("watermark").stdout
    lanes = json.loads(db("watermark", "--json").stdout)["lanes"]
    assert [lane["readable"] for lane in lanes if lane["lane"] == "wms"] == [1]


def test_whoever_holds_rows_up_too_long_is_named_and_the_exit_says_so(
    app, db, warehouse, monkeypatch
):
    monkeypatch.setattr("e2a.warehouse.watermark.HELD_UP_TOO_LONG", timedelta(0))
    with warehouse.connect(Role.APP) as slow, slow.transaction():
        slow.execute("select pg_current_xact_id()")
        land(app, [deliver(event("a"))])
        found = db("watermark")
        assert found.exit_code == 1
        assert f"by session {slow.info.backend_pid} (e2a e2a_app)" in found.stderr


def test_a_rebase_says_what_is_left_to_read(app, db):
    land(app, [deliver(event("a"))])
    assert db("rebase").stdout == "Re-based: 1 rows are still to be read. Then: e2a run\n"
