"""The guard's comparison: both ways, exactly, each line once (P15, B10)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from e2a.domain.matching import SEVERITY, InvoiceLine, Rule, compare


def line(charge: str, price: str | None, quantity: str, amount: str | None = None) -> InvoiceLine:
    count = Decimal(quantity)
    total = Decimal(amount) if amount is not None else count * Decimal(price or 0)
    return InvoiceLine(charge, None if price is None else Decimal(price), count, total)


EXPECTED = [
    line("pick_first", "2.50", "120"),
    line("pick_more", "0.50", "80"),
    line("pack", "1.00", "120"),
    line("storage", "0.75", "310"),
    line("return", "3.50", "6"),
]
BILLED = [
    line("pick_first", "2.50", "120"),
    line("pick_more", "0.55", "80"),
    line("pack", "1.00", "120"),
    line("pack", "1.00", "120"),
    line("storage", "0.75", "310"),
]


def told(findings):
    return [(f.rule, f.charge_code, f.discrepancy) for f in findings]


def test_p15_finds_the_rate_the_duplicate_and_the_missing_line():
    findings = compare(BILLED, EXPECTED)
    assert sum(e.amount for e in EXPECTED) == Decimal("713.50")
    assert sum(b.amount for b in BILLED) == Decimal("816.50")
    assert told(findings) == [
        (Rule.DUPLICATE, "pack", Decimal("-120.00")),
        (Rule.WRONG_RATE, "pick_more", Decimal("-4.00")),
        (Rule.MISSING, "return", Decimal("21.00")),
    ]
    assert sum(f.discrepancy for f in findings) == Decimal("-103.00")


def test_an_invoice_that_agrees_has_no_finding():
    assert compare(EXPECTED, EXPECTED) == []
    assert compare(EXPECTED[::-1], EXPECTED) == []
    assert compare([line("pack", "1.0", "120.0")], [line("pack", "1.00", "120")]) == []


def test_nothing_billed_and_nothing_expected_is_no_finding():
    assert compare([], []) == []


def test_work_that_was_billed_without_an_event_was_never_performed():
    (finding,) = compare([line("pack", "1.00", "3")], [])
    assert told([finding]) == [(Rule.NEVER_PERFORMED, "pack", Decimal("-3.00"))]


def test_work_that_was_not_billed_is_missing_and_owed():
    (finding,) = compare([], [line("pack", "1.00", "3")])
    assert told([finding]) == [(Rule.MISSING, "pack", Decimal("3.00"))]


@pytest.mark.parametrize(("quantity", "owed"), [("5", "-2.00"), ("2", "1.00")])
def test_a_wrong_quantity_is_found_in_both_directions(quantity, owed):
    found = compare([line("pack", "1.00", quantity)], [line("pack", "1.00", "3")])
    assert told(found) == [(Rule.WRONG_QUANTITY, "pack", Decimal(owed))]


def test_a_wrong_rate_and_a_wrong_quantity_of_one_line_are_one_finding():
    found = compare([line("pack", "1.10", "5")], [line("pack", "1.00", "3")])
    assert told(found) == [(Rule.WRONG_RATE, "pack", Decimal("-2.50"))]


def test_a_wrong_product_of_right_factors_is_a_wrong_rate():
    found = compare([line("pack", "1.00", "3", "4.00")], [line("pack", "1.00", "3")])
    assert told(found) == [(Rule.WRONG_RATE, "pack", Decimal("-1.00"))]


def test_a_pass_through_is_compared_by_its_amount():
    found = compare([line("freight", None, "2", "20.00")], [line("freight", None, "2", "18.40")])
    assert told(found) == [(Rule.WRONG_RATE, "freight", Decimal("-1.60"))]


def test_two_lines_that_are_expected_alike_are_no_duplicate():
    two = [line("pack", "1.00", "3"), line("pack", "1.00", "3")]
    assert compare(two, two) == []
    (finding,) = compare([*two, two[0]], two)
    assert finding.rule is Rule.DUPLICATE


def test_a_line_billed_three_times_is_two_findings_with_two_keys():
    found = compare([line("pack", "1.00", "3")] * 3, [line("pack", "1.00", "3")])
    assert [f.rule for f in found] == [Rule.DUPLICATE] * 2
    assert len({f.key("i") for f in found}) == 2


def test_a_repeated_line_that_nobody_expects_is_counted_once_each():
    found = compare([line("pack", "1.00", "3")] * 2, [])
    assert sorted(f.rule for f in found) == [Rule.DUPLICATE, Rule.NEVER_PERFORMED]
    assert sum(f.discrepancy for f in found) == Decimal("-6.00")


def test_lines_of_one_charge_are_paired_by_price_before_they_are_paired_by_place():
    billed = [line("pack", "2.00", "4"), line("pack", "1.00", "3")]
    expected = [line("pack", "1.00", "3"), line("pack", "2.00", "5")]
    assert told(compare(billed, expected)) == [(Rule.WRONG_QUANTITY, "pack", Decimal("2.00"))]


def test_the_same_lines_twice_give_the_same_keys():
    first = [f.key("INV-1") for f in compare(BILLED, EXPECTED)]
    assert first == [f.key("INV-1") for f in compare(list(BILLED), list(EXPECTED))]
    assert not set(first) & {f.key("INV-2") for f in compare(BILLED, EXPECTED)}


def test_a_sentence_of_a_finding_says_both_figures_without_idle_zeros():
    (finding,) = compare([line("pack", "1.1000", "3")], [line("pack", "1.00", "3")])
    assert finding.explanation == "pack: billed at 1.1, the rate card says 1"


def test_every_rule_has_a_severity():
    assert set(SEVERITY) == set(Rule)


def test_two_freight_lines_that_nobody_expects_are_two_findings_with_two_keys():
    """Pass-through lines have no price to tell them apart: one overwrote the other when stored."""
    billed = [line("freight", None, "1", "18.40"), line("freight", None, "1", "7.10")]
    found = compare(billed, [])
    assert len(found) == 2
    assert len({f.key("i") for f in found}) == 2


LINES = st.lists(
    st.builds(
        lambda charge, price, quantity: line(charge, price, quantity),
        st.sampled_from(["pick", "pack"]),
        st.sampled_from(["1.00", "1.10", "0.50"]),
        st.sampled_from(["1", "2", "3"]),
    ),
    max_size=6,
)


@given(LINES, LINES)
def test_the_discrepancies_add_up_to_the_whole_difference(billed, expected):
    total = sum(e.amount for e in expected) - sum(b.amount for b in billed)
    assert sum(f.discrepancy for f in compare(billed, expected)) == total


@given(LINES, LINES)
def test_every_finding_has_a_key_of_its_own(billed, expected):
    keys = [f.key("i") for f in compare(billed, expected)]
    assert len(keys) == len(set(keys))


@given(LINES, LINES, st.randoms(use_true_random=False))
def test_the_order_of_the_lines_changes_no_key_and_no_amount(billed, expected, random):
    shuffled = list(billed), list(expected)
    for lines in shuffled:
        random.shuffle(lines)
    before, after = compare(billed, expected), compare(*shuffled)
    assert {(f.key("i"), f.discrepancy) for f in before} == {
        (f.key("i"), f.discrepancy) for f in after
    }
