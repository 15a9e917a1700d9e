"""`e2a policy lint --ai` and `e2a policy tests`: without a key nothing starts and nothing fails."""

import json

import pytest
from typer.testing import CliRunner

from e2a.cli.main import app
from tests.domain.lint.seeds import FILES


@pytest.fixture
def policies(tmp_path, monkeypatch):
    """One clean tenant, no key, and a home in which nothing is or may be made."""
    folder = tmp_path / "policies"
    (folder / "acme").mkdir(parents=True)
    for stem, text in FILES.items():
        (folder / "acme" / f"{stem}.yaml").write_text(text)
    monkeypatch.setenv("E2A_POLICIES", str(folder))
    monkeypatch.setenv("E2A_HOME", str(tmp_path / "home"))
    for name in ("AI_API_KEY", "OPENROUTER_API_KEY", "E2A_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return folder


def run(*arguments):
    return CliRunner().invoke(app, ["policy", *map(str, arguments)])


def test_without_a_key_the_rules_look_alone_and_no_database_is_started(policies, tmp_path):
    done = run("lint", "--ai")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "no model looked (no_key)" in done.stderr
    assert not (tmp_path / "home").exists()


def test_json_says_who_wrote(policies):
    told = json.loads(run("lint", "--ai", "--json").stdout)
    assert told["findings"] == []
    (review,) = told["reviews"]
    assert (review["tenant"], review["written_by"], review["reason"]) == ("acme", "rules", "no_key")


def test_only_errors_of_the_rules_decide_the_exit_code(policies):
    text = FILES["sla"].replace("within_minutes: 60", "within_minutes: 2h")
    (policies / "acme" / "sla.yaml").write_text(text)
    assert run("lint", "--ai").exit_code == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("lint", "--prose", "contract.txt"),
        ("lint", "--ai", "--prose", "nowhere.txt"),
        ("tests", "policies/nobody"),
        ("tests", "policies/acme", "--ai"),
    ],
)
def test_what_makes_no_sense_is_bad_usage(policies, arguments):
    done = run(*arguments)
    assert type(done.exception).__name__ == "BadInputError"


def test_no_tests_are_made_of_a_policy_with_errors(policies):
    text = FILES["sla"].replace("within_minutes: 60", "within_minutes: 2h")
    (policies / "acme" / "sla.yaml").write_text(text)
    assert "The policy has errors" in str(run("tests", policies / "acme").exception)
