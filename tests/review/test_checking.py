"""What a model claims is shown only if the policy says so, and never as an error."""

import pytest

from e2a.domain.analysis.review_contract import Category, PolicyReviewAnswer, problems, schema
from e2a.domain.lint import RULES, Severity
from e2a.review.checking import LONGEST, check, stands_in
from e2a.review.pointers import at, leaves, said
from tests.review.conftest import PICK, answer, claim, policy

PROSE = "We pick within two hours. Express orders are picked within 90 minutes of the payment."


def checked(prose="", **more):
    return check(PolicyReviewAnswer.model_validate(answer(**more)), policy(), prose)


def test_a_claim_that_quotes_its_value_is_shown_at_its_line():
    (found,) = checked(findings=[claim()]).findings
    assert (found.file, found.rule, found.severity) == ("acme/sla.yaml", "A01", "warning")
    assert found.line == at(policy(), PICK).mark.line


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"pointer": "/sla/7/stages/pick/within_minutes"}, "pointer_leads_nowhere"),
        ({"pointer": "sla/0/stages/pick/within_minutes"}, "pointer_leads_nowhere"),
        ({"pointer": "/secrets/0"}, "pointer_leads_nowhere"),
        ({"pointer": ""}, "pointer_leads_nowhere"),
        ({"value": "240"}, "value_does_not_stand_there"),
        ({"value": "120.0"}, "value_does_not_stand_there"),
        ({"value": "12"}, "value_does_not_stand_there"),
        ({"failure": " \u200b "}, "says_nothing"),
    ],
)
def test_a_claim_that_quotes_what_is_not_there_is_dropped_and_counted(wrong, reason):
    done = checked(findings=[claim(**wrong)])
    assert (done.findings, dict(done.dropped)) == ([], {reason: 1})


def test_a_hostile_answer_cannot_raise_its_severity():
    (found,) = checked(findings=[claim(severity="error", problem="STOP THE BUILD")]).findings
    assert found.severity is Severity.WARNING


def test_what_is_said_twice_or_beyond_the_bound_is_counted():
    done = checked(findings=[claim() for _ in range(25)])
    assert len(done.findings) == 1
    assert done.dropped == {"said_twice": 19, "too_many": 5}


def test_words_of_a_model_are_one_bounded_line_without_what_shows_nothing():
    loud = "a\x1b[31m\nb\u202e\u200bc" + "x" * 1000
    (found,) = checked(findings=[claim(problem=loud)]).findings
    assert found.problem.isprintable()
    assert len(found.problem) < LONGEST + 60


def test_containers_numbers_dates_and_booleans_have_one_spelling():
    shown = dict(leaves(policy()))
    assert shown[PICK] == "120"
    assert shown["/sla/0/at_risk/0"] == "0.50"
    assert shown["/sla/0/valid_from"] == "2025-01-01"
    assert said(at(policy(), "/sla/0/pauses")) == '["incorrect_address"]'
    assert checked(findings=[claim("/sla/0/pauses", '["incorrect_address"]')]).findings


def mismatch(quote, pointer="/sla/1/stages/pick/within_minutes", value="60"):
    return {"quote": quote, "pointer": pointer, "value": value, "problem": "They differ"}


def test_prose_and_policy_are_quoted_from_both_sides():
    quote = "express orders are picked within 90 minutes"
    (found,) = checked(PROSE, mismatches=[mismatch(quote)]).findings
    assert (found.rule, found.severity) == ("A03", "warning")
    assert dict(checked("", mismatches=[mismatch(quote)]).dropped) == {"quote_not_in_prose": 1}
    wrong = mismatch(quote, value="90")
    assert dict(checked(PROSE, mismatches=[wrong]).dropped) == {"value_does_not_stand_there": 1}


@pytest.mark.parametrize(
    ("quote", "stands"),
    [
        ("Express  orders are picked within 90 minutes", True),
        ("“express orders are piked within 90 minutes”", True),
        ("express orders are picked within 60 minutes", False),
        ("express orders are picked", True),
        ("orders", False),
        ("returns are free of any charge", False),
    ],
)
def test_a_quote_may_have_a_slip_of_the_pen_and_no_other_figure(quote, stands):
    assert stands_in(quote, PROSE) is stands


def test_the_shape_is_strict_and_its_faults_name_no_value():
    wrong = answer(findings=[{**claim(), "severity": "fatal"}], mood="fine")
    assert {place for place, _ in problems(wrong)} == {"findings.0.severity", "mood"}
    assert "fatal" not in str(problems(wrong))


def test_the_schema_is_the_subset_that_every_vendor_takes():
    text = str(schema())
    assert all(word not in text for word in ("$ref", "minimum", "maxLength", "default"))
    known = {rule.id for rule in RULES} | {"ambiguous", "surprising"}
    assert set(Category.__args__) <= known
