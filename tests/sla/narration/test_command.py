"""`e2a narratives` and `e2a narrate` as they are typed."""

import json
import threading
import time

import pytest
import typer
from typer.testing import CliRunner

from e2a.cli import console, narrate, narratives
from e2a.domain.errors import BadInputError, RefusedError
from e2a.sla.narration.residing import Outside, reside
from tests.sla.orders import LATER

RUNNER = CliRunner()
AS_OF = ("--as-of", LATER.isoformat())
BY = ("--actor", "ann", "--reason", "reads well")


@pytest.fixture
def typed(desk, monkeypatch):
    """Runs a command over the desk, whose provider the environment names."""
    monkeypatch.setattr(console, "locate", lambda: desk.warehouse)
    monkeypatch.setattr(narrate, "locate", lambda: desk.warehouse)
    monkeypatch.setenv("AI_API_KEY", "scripted")
    monkeypatch.setenv("AI_PROVIDER_BASE_URL", desk.provider.url)
    monkeypatch.setenv("AI_SAMPLING_SEVERITY", "all")
    alone = typer.Typer()
    alone.command("narrate")(narrate.narrate)
    alone.add_typer(narratives.app, name="narratives")

    def run(*words):
        done = RUNNER.invoke(alone, words)
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done

    return run


def test_a_pass_by_hand_says_what_it_did(desk, typed, monkeypatch):
    monkeypatch.setenv("AI_AT_ONCE", "1")
    desk.breach(1, 2)
    said = typed("narrate", "--once", "--json", *AS_OF)
    assert json.loads(said.stdout) == {
        "by_model": 2, "of_known_answers": 1, "by_rules": {}, "waiting": 0,
    }  # fmt: skip
    assert "0 by a model, 0 waiting" in typed("narrate", "--once", *AS_OF).stdout


def test_without_a_key_a_pass_says_that_the_rules_wrote(desk, typed, monkeypatch):
    monkeypatch.delenv("AI_API_KEY")
    desk.breach(1)
    assert "1 by rules (1 no_key)" in typed("narrate", "--once", *AS_OF).stdout


def test_a_draft_is_read_approved_and_counted(desk, typed):
    desk.breach(1)
    typed("narrate", "--once", *AS_OF)
    listed = typed("narratives", "list", "--status", "draft", "--source", "model")
    assert "model scripted/slots" in listed.stdout
    (row,) = json.loads(typed("narratives", "list", "--json").stdout)
    shown = typed("narratives", "show", row["exception_id"][:8])
    assert f"approve {row['exception_id'][:8]} --seen {row['seen']}" in shown.stdout
    assert "[[order]]" in shown.stdout
    done = typed(
        "narratives", "approve", row["exception_id"][:8], "--seen", row["seen"], *BY, *AS_OF
    )
    assert "may be sent (ann)" in done.stdout
    (counted,) = json.loads(typed("narratives", "acceptance", "--json").stdout)
    assert (counted["as_is"], counted["as_is_share"], counted["drafts"]) == (1, 1.0, 0)
    assert "1 (100%)" in typed("narratives", "acceptance").stdout
    whole = json.loads(typed("narratives", "show", row["exception_id"], "--json").stdout)
    assert whole["decisions"][0]["by_person"] == "ann"


def test_an_edit_that_breaks_a_promise_is_refused_with_the_words_at_fault(desk, typed):
    desk.breach(1)
    (row,) = json.loads(typed("narratives", "list", "--json").stdout)
    words = ("--text", f"{row['client_note']} We will refund you.")
    edit = ("narratives", "edit", row["exception_id"], *words, *BY, *AS_OF)
    with pytest.raises(RefusedError, match="promise"):
        typed(*edit)
    assert "It stands against: " in typed(*edit, "--anyway").stdout


def test_an_order_is_silenced_by_any_of_its_names(desk, typed):
    desk.breach(1)
    said = typed("narratives", "silence", "1", "--tenant", "demo-3pl", *BY)
    assert said.stdout == "wms:1: a model is asked nothing any more.\n"
    with pytest.raises(BadInputError, match="no order 'nobody'"):
        typed("narratives", "silence", "nobody", "--tenant", "demo-3pl", *BY)


def test_asking_again_wants_to_be_told_which(desk, typed):
    with pytest.raises(BadInputError, match="not said which"):
        typed("narratives", "again")
    desk.breach(1)
    typed("narrate", "--once", *AS_OF)
    assert json.loads(typed("narratives", "again", "--prompt", "--json").stdout) == {"queued": 0}
    assert json.loads(
        typed("narratives", "again", "--day", "2026-04-14", "--json").stdout
    ) == {"queued": 1}  # fmt: skip


def test_what_does_not_exist_is_said(typed):
    with pytest.raises(BadInputError, match="No explained breach"):
        typed("narratives", "show", "0000abcd")


def test_the_resident_narrates_what_comes_and_stops_when_it_is_told(desk, typed):
    said, stopped = [], threading.Event()
    resident = threading.Thread(
        target=reside, args=(desk.warehouse, Outside(console.now, said.append, stopped, look=60))
    )
    resident.start()
    try:
        desk.breach(1)  # the deadline is months ago, so it is a breach of today as well
        _until(lambda: desk.explained("source") == [("model",)])
    finally:
        stopped.set()
        resident.join(timeout=30)
    assert not resident.is_alive()
    assert said == ["narrate    1 by a model, 0 waiting"]


def _until(holds):
    until = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < until
        stopped = threading.Event()
        stopped.wait(0.05)
