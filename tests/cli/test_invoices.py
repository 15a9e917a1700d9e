"""`e2a invoices`: what the billing clerk types, and what comes back."""

import json

import pytest
from typer.testing import CliRunner

from e2a.cli.main import app
from e2a.domain.errors import BadInputError, RefusedError, UnknownTenantError
from tests.billing.invoices.clerk import TAXED, Clerk
from tests.billing.pricing.conftest import merchant  # noqa: F401 - a fixture
from tests.billing.pricing.merchant import at


@pytest.fixture
def clerk(merchant, built, monkeypatch):  # noqa: F811
    """The command on the test's database, as if it were April 2026; 100.00 of work in March."""
    acme = Clerk(merchant(TAXED), built)
    acme.merchant.work("kitting", 100)
    monkeypatch.setattr("e2a.cli.console.locate", lambda: built)
    for module in ("invoices", "invoice_moves"):
        monkeypatch.setattr(f"e2a.cli.{module}.now", lambda: at("2026-04-02 09:00"))
    monkeypatch.setattr("e2a.cli.invoices.load_policies", lambda *_: None)
    return acme


@pytest.fixture
def invoices(clerk):
    def run(*arguments):
        return CliRunner().invoke(app, ["invoices", *arguments])

    return run


def test_the_month_from_draft_to_credit(clerk, invoices, tmp_path):
    only = ("--tenant", clerk.tenant)
    done = json.loads(invoices("generate", *only, "--json").stdout)
    assert [(c["change"], c["total_after"]) for c in done["changes"]] == [("new", "120")]
    assert json.loads(invoices("generate", *only, "--json").stdout)["changes"] == []
    assert "is in review" in invoices("review", clerk.id(), "--by", "ann").stdout
    said = json.loads(invoices("finalise", clerk.id(), "--by", "bob", "--json").stdout)
    assert said["number"] == "INV-000001"
    (row,) = json.loads(invoices("list", *only, "--json").stdout)
    assert (row["status"], row["number"], row["total"]) == ("finalised", "INV-000001", "120.00")
    page = tmp_path / "march.html"
    assert "Wrote" in invoices("export", "INV-000001", *only, "--out", str(page)).stdout
    assert "Invoice INV-000001" in page.read_text()
    note = json.loads(
        invoices(
            "credit", "INV-000001", *only, "--line", "1=50.00", "--reason", "damaged", "--by",
            "ann", "--json",
        ).stdout
    )  # fmt: skip
    assert (note["number"], note["total"], note["tax"]) == ("INV-CN-000001", "60.00", "10.00")
    rest = invoices("credit", "INV-000001", *only, "--rest", "--reason", "gone", "--by", "ann")
    assert "the invoice is credited in full" in rest.stdout
    seen = invoices("show", "INV-000001", *only).stdout
    assert "INV-CN-000002" in seen
    assert "finalised -> credited, ann: gone" in seen


def test_a_dry_run_says_line_by_line_what_would_change_and_writes_nothing(clerk, invoices):
    before = clerk.everything()
    said = invoices("generate", "--tenant", clerk.tenant, "--dry-run").stdout
    assert f"new      {clerk.id()}  120 USD, 1 lines" in said
    assert "100 units, 100" in said
    assert "1 of 1 drafts would change. Nothing was written." in said
    assert clerk.everything() == before


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("finalise",), "would become INV-000001; nothing was written"),
        (("void", "--reason", "x"), "would be void; nothing was written"),
        (("credit", "--rest", "--reason", "x"), "credited in full (nothing was written)"),
    ],
)
def test_every_move_can_be_tried_first(clerk, invoices, command, words):
    clerk.merchant.derive()
    clerk.draft()
    if command[0] != "finalise":
        clerk.finalise()
    before = clerk.everything()
    done = invoices(command[0], clerk.id(), *command[1:], "--by", "ann", "--dry-run")
    assert words in done.stdout, done.exception
    assert clerk.everything() == before


@pytest.mark.parametrize(
    "months", [("--period", "2026-03"), ("--lookback-hours", "168"), ("--backfill",)]
)
def test_months_are_chosen_by_name_by_hours_or_by_days(clerk, invoices, months):
    """On 2 April: 168 hours and 30 days reach back into March."""
    done = json.loads(invoices("generate", "--tenant", clerk.tenant, *months, "--json").stdout)
    assert [change["period"] for change in done["changes"]] == ["2026-03"]


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (("generate", "--period", "March"), BadInputError, "'March' is no billing month"),
        (("generate", "--period", "2026-13"), BadInputError, "Write it as 2026-03"),
        (("generate", "--period", "2026-05"), BadInputError, "2026-05 has not begun"),
        (("generate", "--period", "2026-03", "--backfill"), BadInputError, "exclude each other"),
        (("generate", "--tenant", "demo-3p"), UnknownTenantError, "demo-3pl?"),
        (("show", "INV-9"), BadInputError, "no invoice INV-9"),
        (("finalise", "INV-9", "--by", "ann"), BadInputError, "no invoice INV-9"),
        (("credit", "X", "--reason", "x", "--by", "ann"), BadInputError, "What is credited?"),
        (("credit", "X", "--line", "one", "--reason", "x"), BadInputError, "no invoice X"),
        (("list", "--period", "2026"), BadInputError, "no billing month"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(clerk, invoices, arguments, error, words):
    done = invoices(*arguments)
    assert isinstance(done.exception, error), done.exception
    assert words in str(done.exception)


@pytest.mark.parametrize(
    ("line", "words"),
    [("one", "names no line"), ("1=ten", "'ten' is no amount"), ("2", "no line 2")],
)
def test_a_line_to_credit_is_a_number_or_a_number_with_an_amount(clerk, invoices, line, words):
    clerk.merchant.derive()
    clerk.finalise()
    done = invoices("credit", clerk.id(), "--line", line, "--reason", "x", "--by", "ann")
    assert isinstance(done.exception, BadInputError | RefusedError)
    assert words in str(done.exception)


@pytest.mark.parametrize(
    "command",
    ["generate", "list", "show", "review", "finalise", "void", "credit", "export", "import"],
)
def test_every_command_helps_with_an_example(command):
    done = CliRunner().invoke(app, ["invoices", command, "--help"])
    assert done.exit_code == 0
    assert "Example: e2a invoices" in " ".join(done.stdout.split())
