"""`e2a policy lint` on files as people have them: exit codes, places, and what a path means."""

import json

import pytest
from typer.testing import CliRunner

from e2a.cli.main import app
from e2a.domain.errors import BadInputError
from tests.domain.lint.seeds import FILES, SEEDS


@pytest.fixture
def policies(tmp_path, monkeypatch):
    """A folder of policies with one clean tenant, as the installation's own."""
    folder = tmp_path / "policies"
    (folder / "acme").mkdir(parents=True)
    for stem, text in FILES.items():
        (folder / "acme" / f"{stem}.yaml").write_text(text)
    monkeypatch.setenv("E2A_POLICIES", str(folder))
    monkeypatch.chdir(tmp_path)
    return folder


def run(*arguments):
    return CliRunner().invoke(app, ["policy", "lint", *map(str, arguments)])


def edit(path, good, bad):
    text = path.read_text()
    assert good in text
    path.write_text(text.replace(good, bad, 1))


def test_clean_policies_exit_with_0_and_say_nothing_on_stdout(policies):
    done = run()
    assert (done.exit_code, done.stdout) == (0, "")


def test_an_error_exits_with_1_and_is_one_line_with_place_id_and_fix(policies):
    edit(policies / "acme" / "sla.yaml", "within_minutes: 60", "within_minutes: 2h")
    done = run()
    assert done.exit_code == 1
    assert done.stdout == (
        "policies/acme/sla.yaml:18:29: L03 error: `within_minutes: 2h` says its unit a second "
        "time, in words. Fix: Write `within_minutes: 120`.\n"
    )


def test_warnings_fail_only_when_strict(policies):
    edit(policies / "acme" / "sla.yaml", 'cut_off: "11:00"', 'cut_off: "05:00"')
    assert run().exit_code == 0
    assert run("--strict").exit_code == 1


def test_json_is_a_list_also_when_it_is_empty(policies):
    assert json.loads(run("--json").stdout) == []
    edit(policies / "acme" / "sla.yaml", "factor: 1.5", "factor: 0")
    (finding,) = json.loads(run("--json").stdout)
    assert (finding["rule"], finding["line"], finding["severity"]) == ("L04", 11, "error")


def test_a_file_is_judged_beside_its_neighbours_but_only_it_is_reported(policies):
    edit(policies / "acme" / "tenant.yaml", "zone: America/Chicago", "zone: Mars")
    edit(policies / "acme" / "sla.yaml", "carrier_calendar: ups", "carrier_calendar: dhl")
    rules = [f["rule"] for f in json.loads(run(policies / "acme/sla.yaml", "--json").stdout)]
    assert rules == ["L13"]


def test_a_file_of_another_name_is_read_in_the_place_of_a_tenants(policies, tmp_path):
    new = tmp_path / "new.yaml"
    new.write_text(FILES["sla"].replace("carrier_calendar: ups", "carrier_calendar: dhl"))
    assert run(new).exit_code == 0, "nobody knows its calendars"
    assert run(new, "--tenant", "acme").exit_code == 1


def test_a_change_that_loosens_is_a_warning_against_the_text_before_it(policies, tmp_path):
    new = tmp_path / "new.yaml"
    new.write_text(FILES["sla"].replace("within_minutes: 60", "within_minutes: 90"))
    found = json.loads(run(new, "--tenant", "acme", "--against", policies, "--json").stdout)
    assert [(f["rule"], f["severity"]) for f in found] == [("L23", "warning")]


def test_scenarios_are_no_tenant(policies):
    (policies / "scenarios").mkdir()
    (policies / "scenarios" / "sla.yaml").write_text("not: a policy\n")
    assert run().exit_code == 0


@pytest.mark.parametrize("path", ["nowhere", "empty"])
def test_a_path_without_policies_is_bad_usage(policies, tmp_path, path):
    (tmp_path / "empty").mkdir()
    assert isinstance(run(tmp_path / path).exception, BadInputError)


def test_a_scenario_is_pointed_to_its_own_command(policies, tmp_path):
    (tmp_path / "P01.yaml").write_text("scenario: P01\n")
    assert "e2a scenario run" in str(run(tmp_path / "P01.yaml").exception)


def test_a_file_that_is_no_text_is_bad_usage(policies):
    (policies / "acme" / "sla.yaml").write_bytes(b"\xff\xfe\x00")
    assert isinstance(run().exception, BadInputError)


def test_every_rule_is_explained(policies):
    said = run("--list").stdout
    assert all(seed.rule in said for seed in SEEDS)
