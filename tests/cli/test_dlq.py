"""`e2a dlq` as it is typed: lists, dry runs, and sentences for what cannot be."""

import json

import orjson
import pytest
from typer.testing import CliRunner

from e2a.cli import console
from e2a.cli.dlq import app as command
from e2a.domain.errors import E2AError
from tests.warehouse.lane import deliver, event, read, stored

RUNNER = CliRunner()


@pytest.fixture
def dlq(warehouse, monkeypatch):
    monkeypatch.setattr(console, "locate", lambda: warehouse)

    def run(*words):
        return RUNNER.invoke(command, words)

    return run


def typed(id, **more):
    """An event as a warehouse would send it."""
    said = {"event_id": id, "event_type": "order_paid", "occurred_at": "2026-05-04T09:00:00Z"}
    return deliver(body=orjson.dumps({**said, "order_id": "SO-1", **more}), id=id)


def faulty(delivery):
    raise ZeroDivisionError("division by zero")


def rows_of(found):
    return json.loads(found.stdout)["rows"]


def test_a_list_tells_what_is_held_back_and_for_what(app, dlq):
    read(app, typed("a"), typed("b"), parse=faulty)
    found = dlq("list", "--limit", "1")
    assert "demo-3pl/1" in found.stdout
    assert "2 rows: 2 for ZeroDivisionError" in found.stdout
    assert [row["id"] for row in rows_of(dlq("list", "--json"))] == ["demo-3pl/1", "demo-3pl/2"]


def test_nothing_held_back_is_said(dlq):
    assert dlq("list", "--quarantine").stdout == "Nothing.\n"


def test_an_empty_list_says_which_other_list_is_not(app, dlq):
    read(app, typed("a"), parse=faulty)
    assert (
        dlq("list", "--quarantine").stdout == "Nothing.\n1 rows are held otherwise: e2a dlq list\n"
    )
    assert json.loads(dlq("list", "--waiting", "--json").stdout)["held_otherwise"] == {
        "dead_letter": 1
    }


def test_a_row_is_shown_with_its_body(app, dlq):
    read(app, typed("a"), parse=faulty)
    assert '"event_id":"a"' in dlq("show", "demo-3pl/1").stdout
    assert json.loads(dlq("show", "demo-3pl/1", "--json").stdout)["status"] == "retrying"


def test_a_dry_run_says_how_many_and_does_nothing(app, dlq):
    read(app, typed("a"), parse=faulty)
    told = dlq("replay", "--all", "--dry-run").stdout
    assert told == "Would replay 1 rows: 1 for ZeroDivisionError.\n"
    assert stored(app) == []


def test_a_replay_reads_with_the_real_parsers_and_tells_its_progress(app, dlq):
    read(app, typed("a"), typed("b"), parse=faulty)
    done = dlq("replay", "--reason", "ZeroDivisionError", "--batch-size", "1", "--json")
    assert json.loads(done.stdout) == {
        "rows": 2, "settled": 2, "events": 2, "forgotten": 0, "still_held": 0
    }  # fmt: skip
    assert "replayed   2 of 2 rows" in done.stderr
    assert len(stored(app)) == 2


def test_a_discard_by_id_is_on_record(app, dlq):
    read(app, typed("a"), parse=faulty)
    done = dlq("discard", "demo-3pl/1", "--reason", "test traffic", "--by", "ana")
    assert "Discarded 1 rows" in done.stdout
    assert "discarded by ana: test traffic" in dlq("show", "demo-3pl/1").stdout


@pytest.mark.parametrize("missing", ["--reason", "--by"])
def test_a_discard_needs_a_reason_and_a_name(dlq, missing):
    given = {"--reason": "noise", "--by": "ana"}
    del given[missing]
    done = dlq("discard", "demo-3pl/1", *(word for pair in given.items() for word in pair))
    assert done.exit_code == 2
    assert missing in done.stderr


def test_a_cleanup_takes_failures_of_that_age(app, dlq):
    read(app, deliver(event("a"), id="a"), parse=faulty)
    app.execute("update landing.dead_letters set next_attempt_at = null")
    app.commit()
    assert "Would discard 1 rows" in dlq("cleanup", "--older-than", "1d", "--by", "x",
                                         "--dry-run").stdout  # fmt: skip
    assert "Discarded 1 rows" in dlq("cleanup", "--older-than", "1d").stdout
    assert "Discarded 0 rows" in dlq("cleanup", "--older-than", "1d", "--by", "x").stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("replay",), "Which rows"),
        (("discard", "--reason", "r", "--by", "b"), "Which rows"),
        (("show", "nonsense"), "is no id of a held row"),
        (("replay", "demo-3pl/7"), "1 of 1 rows are not held back"),
        (("discard", "demo-3pl/7", "--reason", "r", "--by", "b"), "are not held back"),
        (("list", "--quarantine", "--waiting"), "two lists"),
        (("cleanup", "--older-than", "soon", "--by", "x"), "is no age"),
    ],
)
def test_what_cannot_be_is_one_sentence(dlq, words, said):
    found = dlq(*words)
    assert isinstance(found.exception, E2AError)
    assert said in str(found.exception)
