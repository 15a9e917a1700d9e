"""Ten thousand mangled answers: nothing crashes, and what is accepted says no figure of its own."""

import json
import re
from random import Random
from typing import get_args

import pytest

from e2a.analyst.asking import Answered
from e2a.analyst.scripted.replies import Reply, completion
from e2a.domain.analysis.answers.ladder import Parsed, parse_answer
from e2a.domain.analysis.facts import Audience
from e2a.domain.analysis.narrative_contract import Label
from e2a.domain.analysis.slots import render, without_slots
from tests.analyst.asking import FACTS, JUDGE, PROMPT, narrating, request
from tests.analyst.mangling import mangled

NOTES = {"ops_note": Audience.OPS, "client_note": Audience.CLIENT}


def is_sound(value) -> bool:
    """What an accepted answer must be, said without the judge."""
    assert value["label"] in get_args(Label)
    assert type(value["confidence"]) in (int, float)
    assert 0 <= value["confidence"] <= 1
    for note, audience in NOTES.items():
        assert not re.search(r"\d", without_slots(value[note]))
        rendered = render(value[note], FACTS, audience, "en")
        assert "[[" not in rendered
        assert not re.search(r"\bDana\b|\bORD-9999\b|\brefund|\bguarantee", rendered, re.IGNORECASE)
    assert not re.search(r"\bWH-2\b|\bSLA\b", value["client_note"])
    return True


def test_a_thousand_mangled_answers_are_read_or_refused_and_never_believed():
    dice, accepted = Random(7), 0
    for _ in range(1_000):
        content = mangled(dice).decode(errors="replace")
        found = parse_answer(content, dice.choice(["stop", "stop", "length", ""]), PROMPT.schema)
        if isinstance(found, Parsed) and not JUDGE(found.value):
            accepted += is_sound(found.value)
    assert 20 < accepted < 600


def _asked_all(shared, provider, count: int, seed: int) -> int:
    """Ask each with a prompt of its own, so that no quality breaker ends it."""
    dice, accepted = Random(seed), 0

    def script(_):
        content = mangled(dice)
        body = json.dumps(completion("~", dice.choice(["stop", "stop", "stop", "length", None])))
        said = json.dumps(content.decode(errors="replace"))[1:-1].encode()
        if dice.random() < 0.05:
            said = content  # as it is: mostly no JSON any more
        return Reply(body.encode().replace(b"~", said))

    provider.script = script
    kept, provider.keeps = provider.keeps, False
    with narrating(shared, provider.url, max_daily_tokens=10**11, retries=0) as narrator:
        for _ in range(count):
            said = narrator.ask(request(), JUDGE)
            if isinstance(said, Answered):
                assert JUDGE(dict(said.value)) == []
                accepted += is_sound(said.value)
            if getattr(said, "reason", None) == "breaker_open":
                narrator._ledger.answered(narrator.settings.base_url, narrator.settings.model, True)
    provider.keeps = kept
    return accepted


def test_mangled_answers_over_a_socket_end_in_an_answer_or_a_reason(shared, provider):
    assert _asked_all(shared, provider, 60, 11) > 3


@pytest.mark.prove
def test_ten_thousand_mangled_answers_over_a_socket(shared, provider):
    assert _asked_all(shared, provider, 10_000, 13) > 500
