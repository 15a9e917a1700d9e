"""`e2a exceptions`: what a person types and reads."""

import json
import re

import pytest
from typer.testing import CliRunner

from e2a.cli.main import app
from e2a.domain.errors import BadInputError
from e2a.sla.exceptions import sync
from e2a.warehouse.connection import Role
from tests.sla.orders import LATER, paid, put, reported


@pytest.fixture
def e2a(built, modelled, monkeypatch):
    """The command against a database with a late order and a reported problem."""
    put(modelled, *paid(), reported("stock_[mis]match", 5))
    sync(modelled, LATER)
    monkeypatch.setenv("E2A_DATABASE_URL", built.url(Role.ADMIN))
    monkeypatch.setenv("E2A_DATABASE", built.database)
    monkeypatch.setenv("E2A_ACTOR", "ann")

    def run(*words, fails=None):
        done = CliRunner().invoke(app, ["exceptions", *words], env={"COLUMNS": "200"})
        if fails:
            assert isinstance(done.exception, BadInputError), done.output
            assert re.search(fails, str(done.exception))
        else:
            assert done.exit_code == 0, (done.output, done.exception)
        return done.stdout

    return run


def pick(e2a):
    return next(row for row in json.loads(e2a("list", "--json")) if row["promise"] == "pick#1")


def test_the_list_is_a_table_for_people_and_json_for_machines(e2a):
    table = e2a("list")
    assert re.search(r"wms:1 +pick#1 +PICK_DELAY +MEDIUM +OPEN +- +2026-04-14 14:00Z", table)
    assert "reported:stock_[mis]match" in table
    assert "2 exceptions." in table
    assert json.loads(e2a("list", "--status", "closed", "--json")) == []
    assert "0 exceptions" in e2a("list", "--severity", "critical")


def test_a_day_of_work_from_acknowledged_to_closed(e2a):
    id = pick(e2a)["exception_id"][:8]
    assert f"{id}: PICK_DELAY pick#1 of wms:1 is ACKNOWLEDGED (ann)." in e2a("ack", id)
    e2a("ack", id, fails="is ACKNOWLEDGED already")
    e2a("start", id, "--actor", "bob")
    e2a("resolve", id, "--note", "found [it]")
    assert json.loads(e2a("close", id, "--json"))["closed_because"] == "resolved"
    seen = e2a("show", id)
    assert "RESOLVED by ann: found [it]" in seen
    assert "IN_PROGRESS by bob" in seen


def test_an_exception_is_excused_and_the_excusal_withdrawn(e2a):
    id = pick(e2a)["exception_id"]
    words = ("--reason", "force_majeure", "--approver")
    e2a("excuse", id, *words, "ann", fails="cannot approve an excusal of their own")
    done = json.loads(e2a("excuse", id, *words, "bob", "--json"))
    assert done["in_effect"]
    assert "approved by bob (force_majeure)" in e2a("show", id)
    assert "pick#1 of wms:1 is no longer excused" in e2a("withdraw", done["excusal_id"][:8])
    assert pick(e2a)["status"] == "OPEN"


def test_a_promise_is_excused_by_its_order_and_stage(e2a):
    words = ("--reason", "merchant", "--approver", "bob", "--order", "wms:1")
    e2a("excuse", *words, fails="It is not said what to excuse")
    done = e2a("excuse", *words, "--tenant", "demo-3pl", "--promise", "pick")
    assert "pick#1 of wms:1 is excused" in done


def test_a_report_is_no_promise_and_cannot_be_excused(e2a):
    report = json.loads(e2a("list", "--json"))[0]
    report = report if not report["stage"] else json.loads(e2a("list", "--json"))[1]
    words = ("--reason", "merchant", "--approver", "bob")
    e2a("excuse", report["exception_id"], *words, fails="is not a promise")


@pytest.mark.parametrize(
    "command", ["list", "show", "ack", "start", "resolve", "close", "excuse", "withdraw"]
)
def test_every_command_says_how_it_is_used(e2a, command):
    assert f"Example: e2a exceptions {command}" in e2a(command, "--help")
