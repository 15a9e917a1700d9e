"""Rate cards beside what they are judged against: SLA policies, and the text before a change."""

from datetime import date

from e2a.domain.lint import lint, subject
from tests.domain.lint.seeds import FILES

TODAY = date(2026, 6, 1)


def findings(rates, former=None, sla=FILES["sla"]):
    def one(text):
        texts = FILES | {"sla": sla, "rates": text}
        return {stem: (f"acme/{stem}.yaml", text) for stem, text in texts.items()}

    past = former and subject("acme", one(former), TODAY)
    found = lint(subject("acme", one(rates), TODAY, former=past))
    return [(finding.rule, finding.line) for finding in found]


RATES = FILES["rates"]
LATER = RATES.index("- valid_from: 2026-07-01")


def test_a_credit_for_a_stage_that_no_policy_promises_is_an_error():
    without = FILES["sla"].replace('    ship: { by_close_of_day: 0, cut_off: "11:00" }\n', "")
    stage = RATES.splitlines().index("    stage: ship") + 1
    assert ("L19", stage) in findings(RATES, sla=without)


def test_a_card_in_force_is_not_edited():
    assert findings(RATES.replace("markup_percent: 8", "markup_percent: 9"), RATES) == [("L24", 1)]


def test_a_card_in_force_is_not_taken_away():
    assert findings(RATES[LATER:], RATES) == [("L24", 1)]


def test_a_card_that_begins_later_may_still_change():
    assert findings(RATES[:LATER] + RATES[LATER:].replace("0.1 ", "0.2 "), RATES) == []
    assert findings(RATES[:LATER], RATES) == []


def test_a_card_that_says_the_same_in_other_words_does_not_change():
    assert findings(RATES.replace("[pick]", "[ 'pick' ]"), RATES) == []
