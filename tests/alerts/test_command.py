"""`e2a alerts` as it is typed."""

import json

import pytest
from typer.testing import CliRunner

from e2a.cli import console
from e2a.cli.alerts import app as command
from e2a.domain.errors import BadInputError, RefusedError
from tests.alerts.routing import alerts, announce, outbox
from tests.alerts.sending import put

RUNNER = CliRunner()


@pytest.fixture
def typed(shared, app, monkeypatch):
    """One dead message to `hook`, and the command."""
    monkeypatch.setattr(console, "locate", lambda: shared)
    announce(app, alerts())
    put(app, "hook", 1)
    settle(app, "dead")
    return lambda *words: RUNNER.invoke(command, words)


def settle(app, state):
    app.execute("update ops.outbox set state = %s, attempts = 12, together = 1", (state,))
    app.execute("update ops.outbox set idempotency_key = message_id")
    app.commit()


def the_id(app):
    ((id,),) = outbox(app, "message_id::text")
    return id


def test_a_list_shows_what_is_dead_and_a_message_is_shown_whole(typed, app):
    assert the_id(app)[:8] in typed("list", "--state", "dead").stdout
    assert typed("list", "--state", "waiting").stdout == "None.\n"
    (row,) = json.loads(typed("list", "--json").stdout)
    assert (row["order_id"], row["state"]) == ("wms:1", "dead")
    shown = json.loads(typed("show", the_id(app)[:8], "--json").stdout)
    assert shown["payload"]["stage"] == "pick"


def test_a_dead_message_is_sent_again_with_its_key(typed, app):
    assert typed("resend", the_id(app)).exit_code == 0
    ((state, attempts, same),) = outbox(app, "state, attempts, idempotency_key = message_id")
    assert (state, attempts, same) == ("waiting", 0, True)
    assert isinstance(typed("resend", the_id(app)).exception, RefusedError)


def test_a_delivered_message_is_sent_again_as_a_new_one(typed, app):
    settle(app, "delivered")
    typed("resend", the_id(app))
    assert outbox(app, "state, idempotency_key = message_id") == [("waiting", False)]


def test_what_is_no_longer_true_is_not_sent_again(typed, app):
    app.execute("update ops.outbox set is_over = true")
    app.commit()
    assert isinstance(typed("resend", the_id(app)).exception, RefusedError)


def test_destinations_say_which_variables_are_not_set(typed, monkeypatch):
    (row,) = json.loads(typed("destinations", "--json").stdout)
    assert (row["destination"], row["road"], row["missing"]) == (
        "hook", "webhook", ["E2A_ALERTS_SECRET"],
    )  # fmt: skip
    monkeypatch.setenv("E2A_ALERTS_SECRET", "x")
    (row,) = json.loads(typed("destinations", "--json").stdout)
    assert row["missing"] == []


@pytest.mark.parametrize("words", [("show", "ffff"), ("show", "f"), ("list", "--state", "lost")])
def test_what_is_not_there_is_said(typed, words):
    assert isinstance(typed(*words).exception, BadInputError)
