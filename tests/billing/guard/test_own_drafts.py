"""Our own drafts against a fresh derivation: exact, key by key; what is held back blocks."""

from decimal import Decimal

import pytest

from e2a.billing import guard
from e2a.billing.invoices import Scope, draft
from e2a.warehouse.connection import Role
from tests.billing.guard.audited import P15_CARD, P15_WORK
from tests.billing.guard.test_rules_of_findings import FREIGHT, TAXED

D = Decimal


def drafted(acme):
    """Draft, and the draft's id."""
    acme.derive()
    draft(acme.connection, acme.now, Scope(acme.tenant))
    ((invoice,),) = acme.rows(
        "select invoice_id from billing.invoices where tenant_id = %s and origin = 'own'",
        acme.tenant,
    )
    return invoice


@pytest.fixture
def acme(merchant):
    acme = merchant(P15_CARD)
    for code, quantity in P15_WORK.items():
        acme.work(code, quantity)
    return acme


@pytest.fixture
def tamper(built):
    """What a bug, or the owner of the database, may do to a draft."""

    def change(acme, words, table="invoice_lines", where="charge_code = 'pack'"):
        with built.connect(Role.OWNER) as owner:
            owner.execute(
                f"update billing.{table} set {words} where tenant_id = %s and {where}",
                (acme.tenant,),
            )

    return change


def test_a_fresh_draft_has_no_finding(acme):
    invoice = drafted(acme)
    acme.audit()
    assert acme.found() == []
    assert acme.invoice(invoice)[2] == "713.5"
    assert acme.blocked() == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("amount = 120.01", ("wrong_rate", "pack", "-0.01", "applied")),
        ("unit_price = 1.01, amount = 121.20", ("wrong_rate", "pack", "-1.2", "applied")),
        ("quantity = 119, amount = 119", ("wrong_quantity", "pack", "1", "applied")),
    ],
)
def test_a_draft_with_another_line_than_its_key_calls_for_is_found_to_the_cent(
    acme, tamper, change, found
):
    """Without a tolerance, whatever the card says: our own drafts are exact."""
    invoice = drafted(acme)
    tamper(acme, change)
    acme.audit()
    assert acme.found() == [found]
    assert acme.invoice(invoice)[2] == "713.5"
    assert acme.audit() == (0, 0)


def test_a_line_that_is_gone_is_missing_and_one_that_was_added_never_performed(acme, tamper):
    invoice = drafted(acme)
    tamper(acme, "line_key = 'pack@invented'")
    acme.audit()
    assert sorted(acme.found()) == [
        ("missing", "pack", "120", "waiting"), ("never_performed", "pack", "-120", "waiting")
    ]  # fmt: skip
    assert {key.split("|")[0] for (key,) in acme.rows(
        "select finding_key from billing.findings where tenant_id = %s", acme.tenant
    )} == {invoice}  # fmt: skip


def test_an_adjustment_of_a_draft_is_taken_back_when_the_draft_is_made_again(acme, tamper):
    invoice = drafted(acme)
    tamper(acme, "amount = 120.01")
    acme.audit()
    tamper(acme, "fingerprint = ''", "invoices", "true")
    drafted(acme)
    acme.audit()
    assert acme.found() == []
    assert acme.invoice(invoice)[2] == "713.5"
    assert acme.audit() == (0, 0)


def test_late_work_makes_a_draft_stale_until_it_is_made_again(acme):
    drafted(acme)
    acme.work("pack", 30)
    acme.audit()
    assert acme.found() == [("wrong_quantity", "pack", "30", "applied")]
    drafted(acme)
    acme.audit()
    assert acme.found() == []


def test_a_draft_with_another_tax_than_its_lines_call_for_must_be_made_again(merchant, tamper):
    acme = merchant(TAXED)
    acme.work("kitting", 100)
    drafted(acme)
    acme.audit()
    assert acme.found() == []
    tamper(acme, "amount = 9.01", "invoice_taxes", "true")
    acme.audit()
    assert acme.found() == [("wrong_total", "total", "-0.01", None)]
    assert acme.blocked() == ["wrong_total"]


def test_p16_a_cost_without_a_rate_is_left_out_and_is_critical(merchant):
    acme = merchant(FREIGHT)
    acme.work("kitting", 250)
    acme.did("charge_recorded", charge={"code": "freight", "amount": "18.40", "currency": "EUR"})
    invoice = drafted(acme)
    acme.audit()
    assert acme.found() == [("wrong_currency", "charge", "0", None)]
    assert acme.blocked() == ["wrong_currency"]
    assert acme.invoice(invoice)[2] == "250"
    ((why,),) = acme.rows(
        "select explanation from billing.findings where tenant_id = %s", acme.tenant
    )
    assert why.startswith("18.4 EUR for charge: there is no exchange rate of that date")


def test_operations_that_nobody_can_price_are_unassessable_and_block_until_a_person_answers(
    merchant,
):
    acme = merchant("""
- valid_from: 2026-01-01
  currency: USD
  limits: { per_finding: 50, total: 100, total_percent: 100 }
  charges:
    work: { operation: vas, code: kitting, model: per_unit, price: 1.00 }
    label: { operation: label, model: pass_through, markup_percent: 8 }
""")
    acme.work("kitting", 10)
    acme.did("label_purchased", shipment="p1")
    drafted(acme)
    acme.audit()
    assert acme.found() == [("unassessable", "label", "0", "waiting")]
    assert acme.blocked() == ["unassessable"]
    acme.decide(guard.reject, "quarantined/label", reason="the carrier bills it next month")
    assert acme.blocked() == []
