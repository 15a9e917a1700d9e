"""B11 over the database, changes after an adjustment, and the life of rules."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from e2a.billing import guard
from e2a.domain.errors import BadInputError
from e2a.domain.findings import Rule
from e2a.warehouse.connection import Role
from tests.billing.guard.audited import billed
from tests.billing.guard.test_rules_of_findings import TAXED

D = Decimal


def card(per_finding, total, percent, more=""):
    charges = "".join(
        f"    {code}: {{ operation: vas, code: {code}, model: per_unit, price: 1.00 }}\n"
        for code in "abcdef"
    )
    limits = f"{{ per_finding: {per_finding}, total: {total}, total_percent: {percent} }}"
    head = f"- valid_from: 2026-01-01\n  currency: USD\n  limits: {limits}\n{more}"
    return f"{head}  charges:\n{charges}"


def over(acme, **by):
    """Hundred of each charge performed; billed so much more."""
    for code in by:
        acme.work(code, 100)
    acme.bill(*[(code, 100 + more, "1.00") for code, more in by.items()])
    acme.audit()
    return {charge: status for _, charge, _, status in acme.found()}


@pytest.mark.parametrize(("more", "status"), [(50, "applied"), (51, "waiting")])
def test_the_limit_of_a_finding_is_inclusive(merchant, more, status):
    assert over(merchant(card(50, 1000, 100)), a=more) == {"a": status}


def test_the_limit_of_the_sum_is_inclusive_and_what_does_not_fit_is_passed_over(merchant):
    found = over(merchant(card(50, 100, 100)), a=40, b=50, c=20, d=11, e=10)
    assert found == {
        "a": "applied", "b": "applied", "c": "waiting", "d": "waiting", "e": "applied"
    }  # fmt: skip


@pytest.mark.parametrize(("more", "status"), [(25, "applied"), (26, "waiting")])
def test_the_percentage_is_of_the_total_as_billed_and_inclusive(merchant, more, status):
    """Twenty per cent of 125.00 is 25.00, of 126.00 it is 25.20; of what is right, 20."""
    assert over(merchant(card(50, 1000, 20)), a=more) == {"a": status}


def test_the_percentage_is_taken_before_any_adjustment_with_tax(merchant):
    """120.00 and 10.80 tax: 10 % is 13.08; the total of after would allow less."""
    limits = "{ per_finding: 50, total: 1000, total_percent: 10 }"
    acme = merchant(TAXED.replace("{ per_finding: 50, total: 100, total_percent: 100 }", limits))
    acme.work("kitting", 107)
    acme.bill(("work", 120, "1.00"), tax=D("10.80"))
    acme.audit()
    assert [row[3] for row in acme.found()] == ["applied"]


def test_what_was_adjusted_before_counts_to_the_sum_and_what_a_person_approved_does_not(merchant):
    acme = merchant(card(50, 100, 100))
    assert over(acme, a=50, b=60) == {"a": "applied", "b": "waiting"}
    acme.decide(guard.approve, "|b@")
    acme.work("c", 1)
    acme.work("d", 51)
    acme.audit()
    assert {charge: status for _, charge, _, status in acme.found()} == {
        "a": "applied", "b": "applied", "c": "applied", "d": "waiting"
    }  # fmt: skip


def test_a_reversal_by_a_person_makes_no_room_for_others(merchant):
    acme = merchant(card(50, 50, 100))
    assert over(acme, a=50, b=10) == {"a": "applied", "b": "waiting"}
    acme.decide(guard.reverse, "|a@")
    assert acme.audit() == (0, 0)
    assert [row[3] for row in acme.found()] == ["reversed", "waiting"]


def test_a_finding_that_grows_after_it_was_adjusted_is_adjusted_by_the_rest(merchant):
    acme = merchant(card(50, 100, 100))
    assert over(acme, a=-10) == {"a": "applied"}
    assert acme.invoice()[2] == "100"
    acme.work("a", 5)
    acme.audit()
    assert acme.found() == [("wrong_quantity", "a", "15", "applied")]
    assert acme.invoice()[2] == "105"
    assert acme.rows(
        "select step, amount::int, status from billing.adjustments where tenant_id = %s "
        "order by step", acme.tenant,
    ) == [(1, 10, "applied"), (2, 5, "applied")]  # fmt: skip
    assert acme.audit() == (0, 0)


def test_a_finding_that_changes_while_it_waits_is_proposed_again(merchant):
    acme = merchant(card(50, 100, 100))
    assert over(acme, a=60) == {"a": "waiting"}
    acme.work("a", 20)
    acme.audit()
    assert acme.found() == [("wrong_quantity", "a", "-40", "applied")]
    assert [move[1] for move in acme.trail("|a@")] == [
        "proposed", "waiting", "withdrawn", "proposed", "applied"
    ]  # fmt: skip


def test_a_finding_that_goes_takes_its_adjustment_back_and_may_come_again(merchant):
    acme = merchant(card(50, 100, 100))
    assert over(acme, a=10) == {"a": "applied"}
    acme.work("a", 10, id="late")
    acme.audit()
    assert (acme.found(), acme.invoice()[2]) == ([], "110")
    acme.did("event_voided", corrects=["late"])
    acme.audit()
    assert acme.found() == [("wrong_quantity", "a", "-10", "applied")]
    assert acme.invoice()[2] == "100"
    assert acme.audit() == (0, 0)


def test_two_guards_at_once_write_what_one_writes(merchant, built):
    acme = merchant(card(50, 100, 100))
    acme.work("a", 10)
    acme.bill(("a", 12, "1.00"))
    acme.derive()

    def run(_):
        with built.connect(Role.APP) as connection:
            guard.validate(connection, acme.now, acme.tenant)
            return guard.propose(connection, acme.now, acme.tenant).changed

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(run, range(8))) == [0] * 7 + [1]
    assert acme.invoice()[2] == "10"
    assert len(acme.trail("|a@")) == 2


def test_two_people_who_approve_at_once_apply_once(merchant, built):
    acme = merchant(card(1, 1, 100))
    assert over(acme, a=60) == {"a": "waiting"}

    def run(by):
        with built.connect(Role.APP) as connection:
            try:
                guard.approve(connection, acme.tenant, "|a@", by=by, now=acme.now)
            except BadInputError:
                return 0
            return 1

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(run, ["ann", "bob", "cem", "dan"])) == 1
    assert acme.invoice()[2] == "100"


def test_people_who_reverse_a_rule_three_times_send_it_into_quarantine(merchant):
    acme = merchant(card(50, 1000, 100))
    assert set(over(acme, a=1, b=2, c=3, d=4).values()) == {"applied"}
    assert acme.decide(guard.reverse, "|a@").quarantined is None
    assert acme.decide(guard.reverse, "|b@").quarantined is None
    assert acme.decide(guard.reverse, "|c@").quarantined is Rule.WRONG_QUANTITY
    acme.work("e", 100)
    acme.bill(("e", 105, "1.00"), number="INV-2", month="2026-04")
    acme.work("e", 100, "2026-04-02 09:00")
    acme.audit()
    (row,) = [row for row in acme.found() if row[2] == "-5"]
    assert row == ("wrong_quantity", "e", "-5", "waiting")
    assert acme.rows(
        "select move, to_state, by_person, reason from billing.rule_moves where tenant_id = %s",
        acme.tenant,
    ) == [("quarantine", "quarantined", "guard", "people reversed 3 of its adjustments")]


def test_a_quarantined_rule_comes_back_through_shadow_and_a_back_test(merchant):
    acme = merchant(card(50, 1000, 100))
    over(acme, a=1, b=2)
    by = {"by": "ann", "now": acme.now}
    rule = Rule.WRONG_QUANTITY
    guard.quarantine(acme.connection, acme.tenant, rule, reason="looks odd", **by)
    assert guard.promote(acme.connection, acme.tenant, rule, reason="mended", **by) == "shadow"
    with pytest.raises(BadInputError, match="has no back-test since it went to shadow"):
        guard.promote(acme.connection, acme.tenant, rule, reason="mended", **by)
    test = guard.backtest(acme.connection, acme.tenant, rule, **by)
    assert (test.findings, test.confirmed, test.contradicted, test.passed) == (2, 2, 0, True)
    assert guard.promote(acme.connection, acme.tenant, rule, reason="tested", **by) == "active"


def test_a_rule_in_shadow_is_recorded_withdraws_what_waits_and_adjusts_nothing(merchant):
    acme = merchant(card(50, 1000, 100))
    acme.connection.execute(
        "insert into billing.rules values (%s, 'wrong_quantity', 'shadow', %s)",
        (acme.tenant, acme.now),
    )
    assert over(acme, a=1) == {"a": None}
    assert acme.blocked() == []
    assert acme.invoice()[2] == "101"


def test_a_back_test_that_people_contradict_does_not_promote(merchant):
    acme = merchant(card(50, 1000, 100))
    over(acme, a=1, b=2)
    acme.decide(guard.reverse, "|a@")
    by = {"by": "ann", "now": acme.now}
    guard.quarantine(acme.connection, acme.tenant, Rule.WRONG_QUANTITY, reason="odd", **by)
    guard.promote(acme.connection, acme.tenant, Rule.WRONG_QUANTITY, reason="again", **by)
    test = guard.backtest(acme.connection, acme.tenant, Rule.WRONG_QUANTITY, **by)
    assert (test.confirmed, test.contradicted) == (1, 1)
    with pytest.raises(BadInputError, match="did not pass"):
        guard.promote(acme.connection, acme.tenant, Rule.WRONG_QUANTITY, reason="again", **by)


@pytest.mark.parametrize(
    ("part", "sentence"),
    [("|z@", "has no adjustment '|z@'"), ("wrong", "means 2 adjustments")],
)
def test_a_key_that_nobody_or_several_have_is_a_sentence(merchant, part, sentence):
    acme = merchant(card(1, 1, 100))
    over(acme, a=5, b=5)
    with pytest.raises(BadInputError) as error:
        acme.decide(guard.approve, part)
    assert sentence in str(error.value)


def test_what_cannot_be_assessed_is_accepted_by_rejecting_the_finding(merchant):
    acme = merchant(card(50, 100, 100))
    acme.bill(billed("handling", 1, "9.00"))
    acme.audit()
    assert acme.blocked() == ["unassessable"]
    with pytest.raises(Exception, match="claims no amount"):
        acme.decide(guard.approve, "handling")
    acme.decide(guard.reject, "handling", reason="agreed by mail of 2 March")
    assert acme.blocked() == []
    assert acme.audit() == (0, 0)
