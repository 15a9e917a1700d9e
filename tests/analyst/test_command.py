"""`e2a ai` as it is typed."""

import json

import pytest
from typer.testing import CliRunner

from e2a.analyst.scripted.answering import answers
from e2a.cli import console
from e2a.cli.ai import app as command
from tests.analyst.asking import JUDGE, narrating, request

RUNNER = CliRunner()


@pytest.fixture
def typed(shared, monkeypatch):
    monkeypatch.setattr(console, "locate", lambda: shared)
    return lambda *words: RUNNER.invoke(command, words)


def test_a_day_on_which_nobody_was_asked_says_so(typed):
    assert typed("spent").exit_code == 0
    assert json.loads(typed("spent", "--json").stdout) == []


def test_what_was_spent_is_shown_to_people_machines_and_prometheus(typed, shared, provider):
    provider.script = answers
    with narrating(shared, provider.url) as narrator:
        narrator.ask(request(), JUDGE)
    told = {one["scope"]: one for one in json.loads(typed("spent", "--json").stdout)}
    assert set(told) == {"global", "tenant", "purpose:breach_narrative"}
    assert float(told["global"]["used_cost_usd"]) > 0
    assert "purpose:breach_narrative" in typed("spent").stdout
    assert 'ai_cost_usd_total{cost_source="provider"' in typed("metrics").stdout
