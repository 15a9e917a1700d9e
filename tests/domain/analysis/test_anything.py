"""Whatever an answer is, judging it ends, raises nothing, and accepts only what is grounded."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from e2a.domain.analysis.judging import Known, narrative_judge, rationale_judge
from e2a.domain.analysis.labels import LABELS
from e2a.domain.analysis.notes import redact, scrub
from e2a.domain.analysis.violations import Check
from tests.domain.analysis.answers_of import GOOD, answer, facts
from tests.domain.analysis.test_rationale import adjustment

FIELDS = ("reasoning", "ops_note", "client_note")
json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=8,
)
pieces = st.lists(
    st.sampled_from(
        ["[[late]]", "[[order]]", "[[site]]", "[[", "]]", "your order", "late", ". ", "seven", "7",
         "refund", "\u200b", "Dana", "because", "\ud800", "<b>", "SLA", "сегодня", "[[next_step]]"]
    ) | st.text(max_size=6),
    max_size=12,
).map(" ".join)  # fmt: skip


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from([*GOOD, "extra"]), json))
def test_any_json_is_judged(value: dict[str, object]) -> None:
    assert isinstance(narrative_judge(facts(), "en")(GOOD | value), list)
    assert rationale_judge(adjustment(), "en")(value)


@settings(deadline=None, max_examples=300)
@given(st.fixed_dictionaries(dict.fromkeys(FIELDS, pieces)), st.sampled_from(LABELS))
def test_any_text_is_judged_and_only_grounded_ones_pass(texts: dict[str, str], label: str) -> None:
    known = Known(personal=("Dana Levi",), notes=tuple(texts.values()))
    value = answer(**{key: f"{GOOD[key]} {text}" for key, text in texts.items()}, label=label)
    if not narrative_judge(facts(), "en", known)(value):
        said = re.sub(r"\[\[\w+\]\]", "", " ".join(texts.values()))
        assert not re.search(r"\d|seven|refund|Dana|\[|<", said)
        assert not re.search(r"SLA|because|site", texts["client_note"])


@pytest.mark.parametrize(
    "long", ["a" * 32_000, "1" * 32_000, "a." * 16_000, "a@" * 16_000, "[[" * 16_000, " a" * 16_000,
             "Ä" * 32_000, "+1" * 16_000, "a-" * 16_000]
)  # fmt: skip
def test_an_endless_text_is_too_long_and_no_more(long: str) -> None:
    faults = narrative_judge(facts(), "en")(dict.fromkeys(FIELDS, long) | {
        "label": "OTHER", "confidence": 1.0,
    })  # fmt: skip
    assert {fault.check for fault in faults} == {Check.LENGTH}
    assert redact(long[:2048]) is not None
    assert scrub(long[:2048], [long[:50]]) is not None
