"""What is accepted and logged instead of disputed (B14)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from e2a.domain.findings import Finding, Rule
from e2a.domain.tolerances import EXACT, TOLERABLE, Bound, Tolerances, accepted

D = Decimal


def finding(billed, expected="100", rule=Rule.WRONG_RATE, place="a"):
    return Finding(rule, "label", place, D(billed), D(expected), "", "INV-1")


@pytest.mark.parametrize(
    ("amount", "percent", "variance", "holds"),
    [
        ("0.50", "0", "0.50", True),
        ("0.50", "0", "-0.50", True),
        ("0.50", "0", "0.51", False),
        ("0", "2", "2.00", True),
        ("0", "2", "-2.01", False),
        ("0.50", "2", "0.50", True),
        ("5.00", "2", "2.01", False),
        ("0.50", "2", "0.51", False),
        ("0", "0", "0.01", False),
    ],
)
def test_a_bound_is_inclusive_and_what_is_said_must_hold_together(amount, percent, variance, holds):
    assert Bound(D(amount), D(percent)).holds(D(variance), D(100)) is holds


def test_a_percentage_of_nothing_accepts_nothing():
    assert not Bound(percent=D(5)).holds(D("0.01"), D(0))


LINE = Tolerances(line=Bound(D("0.50")))


def test_a_variance_within_the_charge_s_bound_is_accepted_and_others_stay():
    found = [finding("100.50", place="a"), finding("100.51", place="b")]
    assert accepted(found, LINE, D(200)) == {found[0].key}


@pytest.mark.parametrize("rule", sorted(set(Rule) - TOLERABLE))
def test_what_is_not_due_or_not_billed_is_never_tolerated(rule):
    """B14: a second identical charge is disputed in full, however small."""
    wide = Tolerances(Bound(D(1000)), Bound(D(1000)))
    assert accepted([finding("0.01", "0", rule)], wide, D(100)) == set()


INVOICE = Tolerances(invoice=Bound(D("1.00"), D(1)))


def test_all_variances_are_accepted_where_they_lie_within_the_invoice_s_bound():
    found = [finding("100.60", place="a"), finding("99.60", place="b")]
    assert accepted(found, INVOICE, D(200)) == {f.key for f in found}


def test_variances_of_two_signs_do_not_make_each_other_smaller():
    """Net they are nothing: 0.60 too much here, 0.60 too little there."""
    found = [finding("100.60", place="a"), finding("99.40", place="b")]
    assert accepted(found, INVOICE, D(200)) == set()


def test_the_percentage_of_an_invoice_is_of_what_it_should_come_to():
    found = [finding("100.60")]
    assert accepted(found, INVOICE, D(60)) == {found[0].key}
    assert accepted(found, INVOICE, D("59.99")) == set()


VARIANCES = st.lists(st.decimals(-3, 3, places=2), max_size=6)


@given(VARIANCES)
def test_nothing_is_accepted_where_nothing_is_said(variances):
    found = [finding(100 + v, place=str(n)) for n, v in enumerate(variances)]
    assert accepted(found, EXACT, D(1000)) == set()


@given(VARIANCES, st.decimals(0, 2, places=2))
def test_without_a_bound_of_the_invoice_each_accepted_variance_is_within_the_charge_s(
    variances, bound
):
    found = {f.key: f for f in (finding(100 + v, place=str(n)) for n, v in enumerate(variances))}
    keys = accepted(found.values(), Tolerances(line=Bound(bound)), D(1000))
    assert all(abs(found[key].discrepancy) <= bound for key in keys)
