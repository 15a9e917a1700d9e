"""`e2a truth` as it is typed: green, red with the rows, mended; by exit code and JSON too."""

import json
import re

import pytest
import typer
from typer.testing import CliRunner

from e2a.cli import console
from e2a.cli import truth as module
from e2a.domain.errors import BadInputError
from tests.warehouse.truth.attack import LATE_BY_A_SECOND, live_through, plant

RUNNER = CliRunner()


@pytest.fixture
def truth(shadowed, modelled, monkeypatch):
    for place in (console, module):
        monkeypatch.setattr(place, "locate", lambda: shadowed)
    command = typer.Typer()
    command.command()(module.truth)
    return lambda *words: RUNNER.invoke(command, words)


def test_a_difference_is_shown_with_both_values_and_mended_by_one_word(truth, modelled, built):
    assert truth("--show").stdout == "Nothing has been proven yet: e2a truth\n"
    live_through(modelled, orders=1)
    plant(built, LATE_BY_A_SECOND)
    red = truth()
    assert red.exit_code == 1
    assert "1 row that differs from a rebuild (sla.verdicts 1)" in red.stdout
    assert re.search(r"due_at: stored (\S+):01\+00:00, rebuilt \1:00\+00:00", red.stdout)
    (row,) = json.loads(truth("--show", "--json").stdout)["rows"]
    assert (row["kind"], row["columns"]) == ("differing", ["due_at"])
    green = truth("--mend", "--json")
    assert green.exit_code == 0
    assert json.loads(green.stdout)["proof"]["green"] is True


def test_showing_and_proving_at_once_is_refused(truth):
    refused = truth("--show", "--whole")
    assert isinstance(refused.exception, BadInputError)
