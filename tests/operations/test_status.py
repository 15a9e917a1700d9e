"""`e2a status`: what is there, and whether it is well, as an exit code and as JSON."""

import json
import os
from dataclasses import replace
from datetime import timedelta
from threading import Event, Thread

import psycopg
import pytest
from typer.testing import CliRunner

from e2a.alerts.residing import Outside, reside
from e2a.cli.main import app as command
from e2a.domain.deliveries import Delivery, Source
from e2a.operations.status import look, problems
from e2a.operations.up import register
from e2a.operations.up.register import Entry
from e2a.warehouse.connection import Role
from e2a.warehouse.heartbeats import beats
from e2a.warehouse.inbox import land
from tests.gateway.serving import environment, wait_for
from tests.operations.conftest import SOON, broken, now


def test_an_installation_that_is_well_has_no_problems_and_says_how_it_stands(well):
    status = look(well().place, now())
    assert problems(status) == []
    assert {lane["lane"] for lane in status.lanes} >= {"shopify", "wms", "carrier", "file"}
    assert status.breaches == {"open": 0, "untaken": 0, "by_stage": {}}
    assert status.storage["warehouse_bytes"] > 0
    assert status.storage["dagster_bytes"] > 0
    assert (status.truth, status.ai) == (None, None)


def test_what_is_not_well_is_a_sentence_each(well, built, modelled):
    land(modelled, [Delivery("demo-3pl", Source.WMS, "old", now(), b"{}")])
    modelled.execute("update ops.lanes set beat_at = now() - interval '1 minute'")
    modelled.commit()
    broken(built, delivered_at=now())
    found = problems(look(well().place, now() + SOON))
    assert [sentence for sentence in found if sentence.startswith("1 rows of wms are unread")]
    assert [sentence for sentence in found if sentence.startswith("Nobody turns events into")]
    assert "Destination demo-3pl/hook fails (HTTP 500)" in found
    assert len(found) == 3


def test_a_destination_that_was_never_set_up_makes_nothing_unwell(well, built):
    broken(built, destination="team", last_failure="E2A_ALERTS_SLACK_URL is not set")
    status = look(well().place, now())
    assert problems(status) == []
    assert status.alerts["not_set_up"] == ["demo-3pl/team"]


def test_without_a_database_the_parts_are_shown_all_the_same(well):
    ground = well()
    with register.only_one(ground.home):
        register.write(ground.home, [Entry("radar", os.getpid(), now())])
        status = look(replace(ground.place, port=1), now())
    assert [(part.name, part.state) for part in status.parts] == [("radar", "runs")]
    assert problems(status)[0].endswith("or set E2A_DATABASE_URL to yours.")


def test_a_part_that_died_or_does_not_answer_is_not_well(well):
    ground = well()
    with register.only_one(ground.home):
        dead = Entry("daemon", None, None, last_end="SIGKILL")
        mute = Entry("gateway", os.getpid(), now(), port=1, ready="/readyz")
        register.write(ground.home, [dead, mute])
        found = problems(look(ground.place, now()))
    assert [words.partition(";")[0] for words in found] == [
        "daemon is not running", "gateway runs but does not answer",
    ]  # fmt: skip


def test_the_command_exits_with_1_and_tells_machines_why(built, modelled, monkeypatch):
    for name, value in environment(built).items():
        monkeypatch.setenv(name, value)
    modelled.execute("update ops.lanes set beat_at = null")
    modelled.commit()
    done = CliRunner().invoke(command, ["status", "--json"])
    assert done.exit_code == 1
    said = json.loads(done.output)
    assert said["healthy"] is False
    assert "no radar and no sensor is at work" in said["problems"][0]
    assert CliRunner().invoke(command, ["status"]).exit_code == 1


def test_a_deliverer_says_that_it_lives(built, modelled):
    stopped = Event()
    outside = Outside({}, now, lambda text: None, stopped)
    thread = Thread(target=reside, args=(built, outside))
    since = now() - timedelta(seconds=30)
    thread.start()
    try:
        with built.connect(Role.APP, autocommit=True) as app:
            wait_for(lambda: beats(app).get("alerts", since) > since)
    finally:
        stopped.set()
        thread.join()


def test_a_reader_sees_how_fresh_the_figures_are_and_no_more_of_operations(built):
    with built.connect(Role.READER, autocommit=True) as reader:
        for table in ("lanes", "steps", "watermarks", "batches", "heartbeats"):
            reader.execute(f"select * from ops.{table} limit 1")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute("select * from ops.credentials")
