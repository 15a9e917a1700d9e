"""The scripted provider: its good answers pass every check, its faults are told apart."""

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import httpx
import pytest

from e2a.analyst.prompts import load
from e2a.analyst.scripted.answering import answers, good_answer
from e2a.analyst.scripted.faults import FAULTS, every
from e2a.analyst.scripted.server import serving
from e2a.domain.analysis.adjustment_facts import Adjusted, facts_of_adjustment
from e2a.domain.analysis.breach_facts import facts_of_breach
from e2a.domain.analysis.inputs import breach_inputs, rationale_inputs
from e2a.domain.analysis.judging import Known, narrative_judge, rationale_judge
from e2a.domain.analysis.labels import EXPLAINS
from e2a.domain.analysis.words import LANGUAGES
from e2a.domain.exceptions import STAGE_CODES
from e2a.domain.findings import Rule
from tests.analyst.asking import BREACH, PROMPT

QUESTION = {"model": "m", "messages": [{"role": "user", "content": "Facts: []"}]}


@pytest.mark.parametrize("locale", sorted(LANGUAGES))
def test_its_answers_about_breaches_pass_every_check_in_every_language(locale):
    known = Known(examples=PROMPT.examples)
    for stage in STAGE_CODES:
        reports = [(), *((code.lower(),) for code, of in EXPLAINS.items() if stage in of)]
        for reported in reports:
            for done in (BREACH.completed_at, None):
                breach = replace(BREACH, stage=stage, reported=reported, completed_at=done)
                facts = facts_of_breach(breach)
                value = good_answer(PROMPT.user(**breach_inputs(facts, locale)))
                assert narrative_judge(facts, locale, known)(value) == [], (stage, reported, value)


@pytest.mark.parametrize("locale", sorted(LANGUAGES))
@pytest.mark.parametrize("rule", [Rule.WRONG_RATE, Rule.WRONG_CURRENCY])
def test_its_answers_about_adjustments_pass_every_check(rule, locale):
    prompt = load("adjustment_rationale")
    adjusted = Adjusted(
        invoice_id="INV-1", rule=rule, charge_code="pick", currency="EUR", amount=Decimal("-2.50"),
        billed=Decimal("10.00"), expected=Decimal("7.50"), clause="card 2026-01",
    )  # fmt: skip
    facts = facts_of_adjustment(adjusted, ZoneInfo("Europe/Berlin"))
    value = good_answer(prompt.user(**rationale_inputs(facts, locale)))
    judge = rationale_judge(facts, locale, Known(examples=prompt.examples))
    assert judge(value) == [], value


def test_a_late_answer_says_how_late_and_an_open_one_until_when():
    late = good_answer(PROMPT.user(**breach_inputs(facts_of_breach(BREACH), "de")))
    opened = replace(BREACH, completed_at=None, late=timedelta(0))
    still = good_answer(PROMPT.user(**breach_inputs(facts_of_breach(opened), "de")))
    assert "[[late]]" in late["client_note"]
    assert "[[due]]" in still["client_note"]


def test_every_byte_that_came_in_is_kept():
    with serving(answers) as provider, httpx.Client(trust_env=False) as client:
        client.post(
            f"{provider.url}/chat/completions", json=QUESTION, headers={"x-mark": "in-a-header"}
        )
    assert b"in-a-header" in provider.received
    assert b'"Facts: []"' in provider.received
    assert provider.seen[0].user == "Facts: []"


def test_a_fault_comes_as_often_as_it_is_asked_for():
    script = every(3, FAULTS["rate_limit"])
    with serving(script) as provider, httpx.Client(trust_env=False) as client:
        url = f"{provider.url}/chat/completions"
        statuses = [client.post(url, json=QUESTION).status_code for _ in range(6)]
    assert statuses == [200, 200, 429] * 2


def test_it_runs_as_a_program_and_writes_what_it_received(tmp_path):
    record = tmp_path / "received"
    command = [sys.executable, "-m", "e2a.analyst.scripted", "--port", "0", "--record", record]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        url = process.stdout.readline().split()[-1]
        answer = httpx.post(f"{url}/chat/completions", json=QUESTION, trust_env=False)
        process.terminate()
    assert process.returncode == 0
    assert answer.json()["usage"]["cost"] > 0
    assert b"Facts: []" in record.read_bytes()
