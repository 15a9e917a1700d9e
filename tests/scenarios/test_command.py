"""`e2a scenario`: what it prints, and how it ends."""

import json

import pytest
from typer.testing import CliRunner

from e2a.cli.main import app
from tests.scenarios.test_run import scenario

RUNNER = CliRunner()


def call(*arguments):
    return RUNNER.invoke(app, ["scenario", *map(str, arguments)])


@pytest.fixture
def folder(tmp_path):
    def write(**texts):
        for name, text in texts.items():
            (tmp_path / f"{name}.yaml").write_text(text)
        return tmp_path

    return write


def test_all_as_expected_exits_with_0(installation, folder):
    place = folder(a=scenario("state: breached", "a"), b=scenario("units: 3", "b"))
    for paths in ([place], [place / "a.yaml", place / "b.yaml"], [place / "*.yaml"]):
        done = call("run", *paths)
        assert done.exit_code == 0, done.output
        assert "2 scenarios, 2 questions: all as expected" in done.stdout


def test_a_difference_exits_with_1_and_shows_the_line(installation, folder):
    done = call("run", folder(a=scenario("state: met")) / "a.yaml")
    assert done.exit_code == 1
    assert "a.yaml:11  O pick, as of Sun 2026-05-10 12:00:00 UTC" in done.stdout
    assert "expected  met" in done.stdout
    assert "actual    breached" in done.stdout


def test_machines_read_the_same(installation, folder):
    done = call("run", folder(a=scenario("state: met")), "--json")
    (report,) = json.loads(done.stdout)
    assert report["passed"] is False
    assert report["wrong"][0]["differences"] == [
        {"field": "state", "expected": "met", "actual": "breached"}
    ]


def test_what_is_no_scenario_exits_with_2_before_anything_runs(folder):
    bad = scenario("state: met").replace("zone:", "zon:")
    done = call("run", folder(a=bad))
    assert done.exit_code == 2
    assert "a.yaml:3:1: unknown key `zon`. Did you mean `zone`?" in done.stderr


def test_an_id_is_met_once_in_a_run(folder):
    done = call("run", folder(a=scenario("units: 3"), b=scenario("units: 3")))
    assert done.exit_code == 2
    assert "scenario `one` is in" in done.stderr


def test_the_schema_is_printed():
    assert json.loads(call("schema").stdout)["title"] == "E2A scenarios"
