"""`e2a policy restate`: the two steps, what they print, and what they refuse."""

import json

import pytest
from typer.testing import CliRunner

from e2a.cli.main import app
from e2a.domain.errors import BadInputError, UnknownTenantError

RANGE = ("--from", "2026-05-01T00:00:00Z", "--until", "2026-06-01T00:00:00Z")
WHY = ("--reason", "typo in May", "--by", "ann")


@pytest.fixture
def restate(modelled, built, monkeypatch):
    """The command on the test's database."""
    monkeypatch.setattr("e2a.cli.console.locate", lambda: built)

    def run(*arguments):
        return CliRunner().invoke(app, ["policy", "restate", *arguments])

    yield run
    modelled.rollback()
    modelled.execute("delete from reference.restatements")
    modelled.commit()


def propose(restate, *arguments):
    return restate("propose", "--tenant", "demo-3pl", *RANGE, *WHY, *arguments)


def test_a_text_is_proposed_by_one_and_approved_by_another(restate):
    proposed = json.loads(propose(restate, "--with", "policies/demo-3pl", "--json").stdout)
    identifier = proposed[0]["restatement_id"]
    assert proposed[0]["approved_by"] is None
    approved = json.loads(restate("approve", identifier, "--by", "bob", "--json").stdout)
    assert (approved[0]["requested_by"], approved[0]["approved_by"]) == ("ann", "bob")
    assert json.loads(restate("list", "--json").stdout) == approved


def test_a_person_reads_that_nothing_has_changed_yet(restate):
    said = propose(restate, "--with", "policies/demo-3pl").stdout
    assert "typo in May" in said
    assert "Nothing has changed yet" in said
    assert "There are no restatements" in restate("list", "--tenant", "olist").stdout


def test_nobody_approves_their_own(restate):
    (proposed,) = json.loads(propose(restate, "--with", "policies/demo-3pl", "--json").stdout)
    done = restate("approve", proposed["restatement_id"], "--by", "ann")
    assert isinstance(done.exception, BadInputError)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ((), BadInputError, "Which version"),
        (("--policy-version", "x", "--with", "policies"), BadInputError, "Which version"),
        (("--policy-version", "nonesuch"), BadInputError, "no loaded version nonesuch"),
        (("--with", "policies/demo-3pl", "--from", "May"), BadInputError, "--from 'May' is not"),
        (("--with", "nowhere"), BadInputError, "There is no nowhere"),
        (("--with", "policies/olist", "--tenant", "demo-3p"), UnknownTenantError, "demo-3pl?"),
    ],
)
def test_what_cannot_be_proposed_is_a_sentence(restate, arguments, error, words):
    done = propose(restate, *arguments)
    assert isinstance(done.exception, error)
    assert words in str(done.exception)
    assert restate("list").stdout == "There are no restatements.\n"
