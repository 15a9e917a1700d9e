"""P15 to the cent, twice: a wrong rate, a duplicate, a missing line (B10, B11)."""

import psycopg
import pytest

from e2a.billing import guard
from e2a.domain.errors import BadInputError
from tests.billing.guard.audited import P15_BILLED, P15_CARD

FOUND = [
    ("duplicate", "pack", "-120", "waiting"),
    ("missing", "returns", "21", "applied"),
    ("wrong_rate", "pick_additional", "-4", "applied"),
]
APPROVED = [("duplicate", "pack", "-120", "applied"), *FOUND[1:]]


@pytest.fixture
def acme(merchant):
    acme = merchant(P15_CARD)
    acme.p15()
    return acme


def test_p15(acme):
    assert str(acme.total()) == "713.500000000000"
    assert acme.invoice() == ("816.5", "0", "816.5")
    acme.audit()
    assert acme.found() == FOUND
    assert acme.invoice() == ("833.5", "0", "833.5")
    assert acme.blocked() == ["duplicate"]
    acme.decide(guard.approve, "duplicate")
    assert acme.invoice() == ("713.5", "0", "713.5")
    assert acme.found() == APPROVED
    assert acme.blocked() == []


def test_a_second_run_changes_nothing_before_and_after_the_approval(acme):
    acme.audit()
    before = acme.everything()
    assert acme.audit() == (0, 0)
    assert acme.everything() == before
    acme.decide(guard.approve, "duplicate")
    before = acme.everything()
    assert acme.audit() == (0, 0)
    assert acme.everything() == before


def test_a_second_run_changes_nothing_after_a_rejection_and_a_reversal(acme):
    acme.audit()
    acme.decide(guard.reject, "duplicate", reason="packed twice indeed")
    acme.decide(guard.reverse, "wrong_rate", reason="the rate was agreed by mail")
    assert acme.invoice() == ("837.5", "0", "837.5")
    assert acme.blocked() == []
    before = acme.everything()
    assert acme.audit() == (0, 0)
    assert acme.everything() == before


def test_the_trail_says_who_when_why_by_which_rule_and_on_which_events(acme):
    acme.audit()
    acme.decide(guard.approve, "duplicate", by="bob", reason="one delivery, two lines")
    assert acme.trail("duplicate") == [
        (None, "proposed", "guard"), ("proposed", "waiting", "guard"),
        ("waiting", "applied", "bob"),
    ]  # fmt: skip
    assert acme.trail("missing") == [
        (None, "proposed", "guard"), ("proposed", "applied", "guard")
    ]  # fmt: skip
    (row,) = acme.rows(
        "select rule, reason, moved_at, events from billing.adjustment_moves "
        "where tenant_id = %s and to_status = 'applied' and rule = 'missing'",
        acme.tenant,
    )
    rule, reason, moved_at, events = row
    (event,) = acme.rows(
        "select source_event_id from billing.billable_operations "
        "where tenant_id = %s and operation_code = 'return'", acme.tenant,
    )  # fmt: skip
    assert (rule, reason, events) == (
        "missing", "within the limits of the rate card", [event[0]]
    )  # fmt: skip
    assert moved_at.tzinfo is not None


def test_the_guard_may_not_approve_what_it_proposed(acme):
    acme.audit()
    with pytest.raises(BadInputError, match="Have another person approve it"):
        acme.decide(guard.approve, "duplicate", by="guard")


def test_a_person_who_ran_the_guard_may_not_approve_what_it_proposed(acme):
    acme.audit(by="ann")
    with pytest.raises(BadInputError, match="Have another person approve it"):
        acme.decide(guard.approve, "duplicate", by="Ann ")
    acme.decide(guard.approve, "duplicate", by="bob")


def test_an_approved_adjustment_is_not_approved_again_and_a_reversed_one_never_applied(acme):
    acme.audit()
    acme.decide(guard.approve, "duplicate")
    with pytest.raises(BadInputError, match="is applied: it cannot be applied"):
        acme.decide(guard.approve, "duplicate")
    acme.decide(guard.reverse, "duplicate")
    assert acme.invoice() == ("833.5", "0", "833.5")
    with pytest.raises(BadInputError, match="is reversed: it cannot be applied"):
        acme.decide(guard.approve, "duplicate")


@pytest.mark.parametrize("status", ["applied", "waiting", "proposed"])
def test_the_database_itself_applies_no_reversed_adjustment_again(acme, status):
    acme.audit()
    acme.decide(guard.reverse, "wrong_rate")
    with pytest.raises(psycopg.errors.CheckViolation):
        acme.connection.execute(
            "update billing.adjustments set status = %s, decided_by = 'eve' "
            "where tenant_id = %s and rule = 'wrong_rate'",
            (status, acme.tenant),
        )


def test_the_database_takes_no_second_application_into_the_trail(acme):
    acme.audit()
    with pytest.raises(psycopg.errors.UniqueViolation):
        acme.connection.execute(
            "insert into billing.adjustment_moves (tenant_id, finding_key, step, moved_at, "
            "to_status, by_person, reason, amount, rule) select tenant_id, finding_key, step, "
            "moved_at, 'applied', 'eve', 'again', amount, rule from billing.adjustment_moves "
            "where tenant_id = %s and to_status = 'applied'",
            (acme.tenant,),
        )


def test_the_database_lets_nobody_approve_their_own(acme):
    acme.audit(by="ann")
    with pytest.raises(psycopg.errors.CheckViolation):
        acme.connection.execute(
            "update billing.adjustments set status = 'applied', decided_by = 'ann', "
            "decided_at = now() where tenant_id = %s and status = 'waiting'",
            (acme.tenant,),
        )


def test_the_trail_cannot_be_rewritten(acme):
    acme.audit()
    for words in ("update billing.adjustment_moves set by_person = 'eve'",
                  "delete from billing.adjustment_moves"):  # fmt: skip
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            acme.connection.execute(words)


def test_a_corrected_file_closes_the_findings_and_takes_back_what_was_applied(acme):
    acme.audit()
    acme.bill(*[line for line in dict.fromkeys(P15_BILLED) if line[0] != "pick_additional"],
              ("pick_additional", 80, "0.50"), ("returns", 6, "3.50"))  # fmt: skip
    assert acme.invoice() == ("713.5", "0", "713.5")
    acme.audit()
    assert acme.found() == []
    assert acme.invoice() == ("713.5", "0", "713.5")
    assert acme.blocked() == []
    assert acme.audit() == (0, 0)
