"""`e2a policy simulate` from a file to a report, with the scratch database as it is."""

import json
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from e2a.cli.main import app
from e2a.domain.errors import BadInputError, UnknownTenantError
from e2a.warehouse.connection import Role
from e2a.warehouse.policies import policies_folder
from tests.sla.test_simulate import AS_OF, MONDAY, everything, history, picked


@pytest.fixture
def simulate(built, modelled, monkeypatch):
    """The command on the test's database; the scratch database beside it is dropped afterwards."""
    monkeypatch.setattr("e2a.cli.console.locate", lambda: built)

    def run(*arguments):
        given = ("--tenant", "demo-3pl", "--as-of", AS_OF.isoformat(), *map(str, arguments))
        return CliRunner().invoke(app, ["policy", "simulate", *given])

    yield run
    with built.connect(Role.ADMIN, autocommit=True) as admin:
        admin.execute(f'drop database if exists "{built.database}_scratch" with (force)')


@pytest.fixture
def tighter(tmp_path):
    """The demo's policy with a pick of 100 minutes instead of 120."""
    text = (policies_folder() / "demo-3pl" / "sla.yaml").read_text()
    assert "within_minutes: 120" in text
    file = tmp_path / "new.yaml"
    file.write_text(text.replace("within_minutes: 120", "within_minutes: 100"))
    return file


def test_what_would_flip_is_reported_and_nothing_is_touched(simulate, modelled, built, tighter):
    history(modelled, *picked("A", 60), *picked("B", 110), *picked("C", 130))
    before = everything(built)
    done = simulate("--with", tighter, "--days", 7, "--json")
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    pick = report["stages"]["pick"]
    assert pick["flips"] == {"met -> breached": 1}
    assert (pick["on_time_before"]["met"], pick["on_time_after"]["met"]) == (2, 1)
    assert report["examples"][0]["order_id"] == "wms:B"
    assert everything(built) == before
    said = simulate("--with", tighter, "--days", 7).stdout
    assert "1 met -> breached" in said
    assert "66.67 %" in said
    shorter = simulate("--with", tighter, "--days", (AS_OF - MONDAY - timedelta(days=1)).days)
    assert "0 orders" in shorter.stdout


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("--with", "nowhere.yaml"), BadInputError),
        (("--with", "policies/olist", "--tenant", "demo-3p"), UnknownTenantError),
        (("--with", "policies/olist/tenant.yaml"), BadInputError),
    ],
)
def test_what_cannot_be_tried_is_a_sentence(simulate, arguments, error):
    assert isinstance(simulate(*arguments).exception, error)
