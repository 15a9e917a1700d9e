"""The guard's comparison: both ways, exactly, each line once (P15, B10, B14)."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from e2a.domain.findings import RANK, SEVERITY, Finding, Rule, most_severe
from e2a.domain.invoice_lines import InvoiceLine, Knowledge
from e2a.domain.matching import compare, compare_keyed

D = Decimal


def line(charge, price, quantity, amount=None, **more) -> InvoiceLine:
    count = Decimal(quantity)
    total = Decimal(amount) if amount is not None else count * Decimal(price or 0)
    unit = None if price is None else Decimal(price)
    return InvoiceLine(charge, unit, count, total, invoice_id=more.pop("invoice", ""), **more)


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
    assert sum(e.amount for e in EXPECTED) == D("713.50")
    assert sum(b.amount for b in BILLED) == D("816.50")
    assert told(findings) == [
        (Rule.DUPLICATE, "pack", D("-120.00")),
        (Rule.WRONG_RATE, "pick_more", D("-4.00")),
        (Rule.MISSING, "return", D("21.00")),
    ]
    assert sum(f.discrepancy for f in findings) == D("-103.00")


def test_an_invoice_that_agrees_has_no_finding():
    assert compare(EXPECTED, EXPECTED) == []
    assert compare(EXPECTED[::-1], EXPECTED) == []
    assert compare([line("pack", "1.0", "120.0")], [line("pack", "1.00", "120")]) == []


def test_nothing_billed_and_nothing_expected_is_no_finding():
    assert compare([], []) == []


def test_work_that_was_billed_without_an_event_was_never_performed():
    (finding,) = compare([line("pack", "1.00", "3")], [])
    assert told([finding]) == [(Rule.NEVER_PERFORMED, "pack", D("-3.00"))]


def test_work_that_was_not_billed_is_missing_and_owed():
    (finding,) = compare([], [line("pack", "1.00", "3")])
    assert told([finding]) == [(Rule.MISSING, "pack", D("3.00"))]


@pytest.mark.parametrize(("quantity", "owed"), [("5", "-2.00"), ("2", "1.00")])
def test_a_wrong_quantity_is_found_in_both_directions(quantity, owed):
    found = compare([line("pack", "1.00", quantity)], [line("pack", "1.00", "3")])
    assert told(found) == [(Rule.WRONG_QUANTITY, "pack", D(owed))]


@pytest.mark.parametrize(("price", "owed"), [("1.10", "-0.30"), ("0.90", "0.30")])
def test_a_wrong_rate_is_found_in_both_directions(price, owed):
    found = compare([line("pack", price, "3")], [line("pack", "1.00", "3")])
    assert told(found) == [(Rule.WRONG_RATE, "pack", D(owed))]


def test_a_wrong_rate_and_a_wrong_quantity_of_one_line_are_one_finding():
    found = compare([line("pack", "1.10", "5")], [line("pack", "1.00", "3")])
    assert told(found) == [(Rule.WRONG_RATE, "pack", D("-2.50"))]


def test_a_wrong_product_of_right_factors_is_a_wrong_rate():
    found = compare([line("pack", "1.00", "3", "4.00")], [line("pack", "1.00", "3")])
    assert told(found) == [(Rule.WRONG_RATE, "pack", D("-1.00"))]


def test_a_pass_through_is_compared_by_its_amount():
    found = compare([line("freight", None, "2", "20.00")], [line("freight", None, "2", "18.40")])
    assert told(found) == [(Rule.WRONG_RATE, "freight", D("-1.60"))]


def test_two_lines_that_are_expected_alike_are_no_duplicate():
    two = [line("pack", "1.00", "3"), line("pack", "1.00", "3")]
    assert compare(two, two) == []
    (finding,) = compare([*two, two[0]], two)
    assert finding.rule is Rule.DUPLICATE


def test_a_quantity_that_is_billed_in_parts_agrees():
    assert compare([line("pack", "1.00", "1")] * 3, [line("pack", "1.00", "3")]) == []
    parts = [line("pack", "1.00", "2"), line("pack", "1.00", "1")]
    assert compare(parts, [line("pack", "1.00", "3")]) == []


def test_a_part_too_many_is_one_duplicate():
    found = compare([line("pack", "1.00", "1")] * 4, [line("pack", "1.00", "3")])
    assert told(found) == [(Rule.DUPLICATE, "pack", D("-1.00"))]


def test_parts_that_do_not_reach_are_one_wrong_quantity():
    found = compare([line("pack", "1.00", "1")] * 2, [line("pack", "1.00", "3")])
    assert told(found) == [(Rule.WRONG_QUANTITY, "pack", D("1.00"))]


def test_a_line_billed_three_times_is_two_findings_with_two_keys():
    found = compare([line("pack", "1.00", "3")] * 3, [line("pack", "1.00", "3")])
    assert [f.rule for f in found] == [Rule.DUPLICATE] * 2
    assert len({f.key for f in found}) == 2


def test_a_repeated_line_that_nobody_expects_is_counted_once_each():
    found = compare([line("pack", "1.00", "3")] * 2, [])
    assert sorted(f.rule for f in found) == [Rule.DUPLICATE, Rule.NEVER_PERFORMED]
    assert sum(f.discrepancy for f in found) == D("-6.00")


def test_lines_of_one_charge_are_paired_by_price_before_they_are_paired_by_place():
    billed = [line("pack", "2.00", "4"), line("pack", "1.00", "3")]
    expected = [line("pack", "1.00", "3"), line("pack", "2.00", "5")]
    assert told(compare(billed, expected)) == [(Rule.WRONG_QUANTITY, "pack", D("2.00"))]


def test_a_tier_that_is_billed_at_another_price_is_paired_by_its_quantity():
    billed = [line("pick", "2.40", "1000"), line("pick", "2.20", "250")]
    expected = [
        line("pick", "2.40", "1000"),
        line("pick", "2.10", "4000"),
        line("pick", "1.85", "250"),
    ]
    assert sorted(told(compare(billed, expected))) == [
        (Rule.MISSING, "pick", D("8400.00")), (Rule.WRONG_RATE, "pick", D("-87.50"))
    ]  # fmt: skip


def test_the_second_invoice_of_a_month_bills_again_and_bears_the_finding():
    """Two invoices of one month are compared with it together: each alone would look right."""
    first = line("pack", "1.00", "3", invoice="INV-1", issue=1)
    again = line("pack", "1.00", "3", invoice="INV-2", issue=2)
    (finding,) = compare([again, first], [line("pack", "1.00", "3")])
    assert (finding.rule, finding.invoice_id) == (Rule.DUPLICATE, "INV-2")


def test_two_invoices_that_share_the_month_are_right_together():
    half = line("pack", "1.00", "2", invoice="INV-1", issue=1)
    rest = line("pack", "1.00", "1", invoice="INV-2", issue=2)
    assert compare([half, rest], [line("pack", "1.00", "3")]) == []


def test_what_no_invoice_of_the_month_bills_is_missing_on_the_last():
    first = line("pack", "1.00", "3", invoice="INV-1", issue=1)
    second = line("pick", "1.00", "3", invoice="INV-2", issue=2)
    due = [line("pack", "1.00", "3"), line("pick", "1.00", "3"), line("return", "3.50", "1")]
    (finding,) = compare([second, first], due)
    assert (finding.rule, finding.invoice_id) == (Rule.MISSING, "INV-2")


def test_an_order_that_no_item_bills_is_never_billed_and_one_without_work_never_performed():
    billed = [line("pack", "1.00", "1", reference="wms:1", invoice="I")]
    expected = [line("pack", "1.00", "1", reference="wms:2", line_key="pack@c@1")]
    found = compare(billed, expected)
    assert told(found) == [
        (Rule.NEVER_PERFORMED, "pack", D("-1.00")), (Rule.NEVER_BILLED, "pack", D("1.00"))
    ]  # fmt: skip
    assert [f.key for f in found] == [
        "I|never_performed|pack@1/wms:1",
        "I|never_billed|pack@c@1/wms:2",
    ]


def test_the_same_lines_twice_give_the_same_keys():
    first = [f.key for f in compare(BILLED, EXPECTED)]
    assert first == [f.key for f in compare(list(BILLED), list(EXPECTED))]


def test_a_key_names_invoice_rule_and_line_key():
    (finding,) = compare(
        [line("pack", "1.10", "3", invoice="INV-1")], [line("pack", "1", "3", line_key="pack@c@1")]
    )
    assert finding.key == "INV-1|wrong_rate|pack@c@1"


def test_a_sentence_of_a_finding_says_both_figures_without_idle_zeros():
    (finding,) = compare([line("pack", "1.1000", "3")], [line("pack", "1.00", "3")])
    assert finding.explanation == "pack: billed at 1.1, the rate card says 1"


def test_two_freight_lines_that_nobody_expects_are_two_findings_with_two_keys():
    """Pass-through lines have no price to tell them apart: one overwrote the other when stored."""
    billed = [line("freight", None, "1", "18.40"), line("freight", None, "1", "7.10")]
    found = compare(billed, [])
    assert len(found) == 2
    assert len({f.key for f in found}) == 2


KNOWN = Knowledge(frozenset({"pack"}), {"label": "2 operations wait for an exchange rate"})


def test_a_charge_that_no_card_knows_is_unassessable_not_wrong_and_not_fine():
    (finding,) = compare([line("handling", "9.00", "1")], [], KNOWN)
    assert (finding.rule, finding.discrepancy) == (Rule.UNASSESSABLE, D(0))
    assert finding.billed == D("9.00")


def test_what_is_billed_beyond_events_that_wait_is_unassessable():
    known = replace(KNOWN, charges=frozenset({"label"}))
    (finding,) = compare([line("label", None, "3", "30")], [line("label", None, "1", "10")], known)
    assert (finding.rule, finding.discrepancy) == (Rule.UNASSESSABLE, D(0))


def test_what_is_expected_for_certain_is_owed_although_other_events_wait():
    known = replace(KNOWN, charges=frozenset({"label"}))
    (finding,) = compare([], [line("label", None, "1", "10")], known)
    assert told([finding]) == [(Rule.MISSING, "label", D(10))]


def keyed(key, price="1.00", quantity="3", amount=None):
    return line("pack", price, quantity, amount, line_key=key, invoice="draft")


def test_a_draft_is_compared_line_key_by_line_key():
    derived = [keyed("a"), keyed("b"), keyed("c")]
    assert compare_keyed(derived, derived) == []
    found = compare_keyed([keyed("a"), keyed("a"), keyed("b", "1.10"), keyed("d")], derived)
    assert [(f.rule, f.place) for f in found] == [
        (Rule.DUPLICATE, "a"), (Rule.WRONG_RATE, "b"), (Rule.MISSING, "c"),
        (Rule.NEVER_PERFORMED, "d"),
    ]  # fmt: skip


def test_every_rule_has_a_severity_and_a_place_in_the_rank():
    assert set(SEVERITY) == set(Rule) == set(RANK)
    assert len(set(RANK.values())) == len(Rule)


@pytest.mark.parametrize(
    ("rules", "speaks"),
    [
        ((Rule.MISSING, Rule.WRONG_RATE, Rule.WRONG_CURRENCY), Rule.WRONG_CURRENCY),
        ((Rule.WRONG_QUANTITY, Rule.WRONG_RATE), Rule.WRONG_RATE),
        ((Rule.UNASSESSABLE, Rule.MISSING), Rule.MISSING),
        ((Rule.WRONG_PERIOD, Rule.DUPLICATE), Rule.DUPLICATE),
    ],
)
def test_critical_goes_before_error_before_warning_then_the_table_decides(rules, speaks):
    """B16."""
    findings = [Finding(rule, "pack", "a", D(1), D(0), "") for rule in rules]
    assert most_severe(findings).rule is speaks
    assert most_severe(findings[::-1]).rule is speaks


LINES = st.lists(
    st.builds(
        lambda charge, price, quantity, order, issue: line(
            charge, price, quantity, None if price else quantity, reference=order,
            invoice=f"I{issue}", issue=issue,
        ),
        st.sampled_from(["pick", "pack"]),
        st.sampled_from(["1.00", "1.10", "0.50", None]),
        st.sampled_from(["1", "2", "3", "-1"]),
        st.sampled_from([None, None, "wms:1", "wms:2"]),
        st.sampled_from([1, 1, 2]),
    ),
    max_size=8,
)  # fmt: skip


@given(LINES, LINES)
def test_the_discrepancies_add_up_to_the_whole_difference(billed, expected):
    total = sum(e.amount for e in expected) - sum(b.amount for b in billed)
    assert sum(f.discrepancy for f in compare(billed, expected)) == total


@given(LINES, LINES)
def test_every_finding_has_a_key_of_its_own(billed, expected):
    keys = [f.key for f in compare(billed, expected)]
    assert len(keys) == len(set(keys))


@given(LINES, LINES, st.randoms(use_true_random=False))
def test_the_order_of_the_lines_changes_no_key_and_no_amount(billed, expected, random):
    shuffled = list(billed), list(expected)
    for lines in shuffled:
        random.shuffle(lines)
    before, after = compare(billed, expected), compare(*shuffled)
    assert {(f.key, f.discrepancy) for f in before} == {(f.key, f.discrepancy) for f in after}


@given(LINES)
def test_an_invoice_against_itself_has_no_finding(lines):
    assert compare(lines, [replace(one, invoice_id="", issue=0) for one in lines]) == []


@given(LINES, LINES)
def test_keyed_discrepancies_add_up_too(billed, expected):
    expected = list({one.place: one for one in expected}.values())
    total = sum(e.amount for e in expected) - sum(b.amount for b in billed)
    found = compare_keyed(billed, expected)
    assert sum(f.discrepancy for f in found) == total
    assert len({f.key for f in found}) == len(found)
