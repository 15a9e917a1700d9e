"""`e2a adjustments` and `e2a invoices import`: what a billing clerk types and reads."""

import json
import re

import pytest
from typer.testing import CliRunner

from e2a.cli.main import app
from e2a.domain.errors import E2AError
from e2a.warehouse.connection import Role
from tests.billing.guard.audited import P15_CARD


@pytest.fixture
def acme(merchant):
    acme = merchant(P15_CARD)
    acme.p15()
    acme.audit()
    return acme


@pytest.fixture
def e2a(built, acme, monkeypatch):
    """The commands of ann, for this tenant, against the invoice of P15."""
    monkeypatch.setenv("E2A_DATABASE_URL", built.url(Role.ADMIN))
    monkeypatch.setenv("E2A_DATABASE", built.database)
    monkeypatch.setenv("E2A_ACTOR", "ann")

    def run(*words, fails=None, whose=("--tenant", acme.tenant)):
        done = CliRunner().invoke(app, [*words, *whose], env={"COLUMNS": "200"})
        if fails:
            assert isinstance(done.exception, E2AError), done.output
            assert re.search(fails, str(done.exception))
        else:
            assert done.exit_code == 0, (done.output, done.exception)
        return done.stdout

    return run


def test_the_list_shows_what_waits_for_people_and_json_for_machines(e2a):
    text = e2a("adjustments", "list")
    assert re.search(r"error +duplicate +-120 USD +billed/INV-1\|duplicate\|pack@1", text)
    assert "waiting, proposed by guard; blocks finalisation" in text
    assert "missing" not in text
    everything = json.loads(e2a("adjustments", "list", "--all", "--json"))
    assert {(row["rule"], row["adjustment"]) for row in everything} == {
        ("duplicate", "waiting"), ("missing", "applied"), ("wrong_rate", "applied")
    }  # fmt: skip
    assert json.loads(e2a("adjustments", "list", "--rule", "missing", "--json")) == []


def test_a_finding_from_approval_to_reversal_with_its_trail(e2a, acme):
    key = "billed/INV-1|duplicate|pack@1"
    assert f"{key} is applied." in e2a("adjustments", "approve", "duplicate", "--reason", "twice")
    assert acme.invoice()[2] == "713.5"
    e2a("adjustments", "approve", "duplicate", "--reason", "again", fails="it cannot be applied")
    done = e2a("adjustments", "reverse", key, "--reason", "it was two days", "--json")
    assert json.loads(done) == {"finding_key": key, "status": "reversed", "quarantined": None}
    trail = e2a("adjustments", "trail", key)
    assert "waiting -> applied  -120  ann: twice (rule duplicate" in trail
    assert len(json.loads(e2a("adjustments", "trail", key, "--json"))) == 4


def test_a_reason_is_asked_for(e2a):
    e2a("adjustments", "reject", "duplicate", "--reason", " ", fails="has no reason")


def test_who_runs_the_guard_may_not_approve_what_it_proposes(e2a, acme):
    acme.work("pack", 1)
    acme.work("return", 100)
    acme.derive()
    said = json.loads(e2a("adjustments", "audit", "--json"))
    assert (said["invoices"], said["changed"] > 0) == (1, True)
    e2a("adjustments", "approve", "missing", "--reason", "owed", fails="Have another person")
    e2a("adjustments", "approve", "missing", "--reason", "owed", "--by", "bob")


def test_a_rule_is_tested_promoted_and_quarantined(e2a):
    assert "near_duplicate   shadow" in e2a("adjustments", "rules", "list")
    e2a(
        "adjustments", "rules", "promote", "near_duplicate", "--reason", "new",
        fails="has no back-test",
    )  # fmt: skip
    assert "It did not pass." in e2a("adjustments", "rules", "backtest", "near_duplicate")
    said = e2a("adjustments", "rules", "quarantine", "missing", "--reason", "odd", "--json")
    assert json.loads(said) == {"rule": "missing", "state": "quarantined"}
    e2a("adjustments", "rules", "backtest", "nonsense", fails="There is no rule 'nonsense'")


def test_an_invoice_is_imported_once(e2a, acme, tmp_path):
    file = tmp_path / "march.csv"
    file.write_text(
        "invoice_number,tenant,period,currency,charge_code,quantity,amount\n"
        f"INV-9,{acme.tenant},2026-04,USD,pack,1,1.00\n"
    )
    import_it = ("invoices", "import", str(file), "--format", "e2a-csv")
    assert "billed/INV-9 of" in e2a(*import_it, whose=())
    assert "is here already, as it is" in e2a(*import_it, whose=())
    file.write_text("nothing")
    e2a(*import_it, whose=(), fails=r"march\.csv has no column invoice_number")
