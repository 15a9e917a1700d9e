"""The ladder of parses: what each rung takes, and what none does."""

import json
from itertools import count

import pytest

from e2a.domain.analysis.answers.ladder import Parsed, parse_answer
from e2a.domain.analysis.answers.mending import mended

SCHEMA = {
    "required": ["reasoning", "label", "confidence"],
    "properties": {"label": {"enum": ["PICK_DELAY", "OTHER"]}},
}
GOOD = {"reasoning": 'a "b" {c} at 10:30', "label": "PICK_DELAY", "confidence": 0.8}
TEXT = json.dumps(GOOD)
OTHER = json.dumps(GOOD | {"label": "OTHER"})


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (TEXT, "strict"), (f" \n{TEXT}\n", "strict"),
        (f"<think>{OTHER}</think>{TEXT}", "think"), (f"so {OTHER}</think>\n{TEXT}", "think"),
        (f"<thinking>a</thinking>{TEXT}", "think"),
        (f"```json\n{TEXT}\n```", "fence"), (f"x\n```\n{TEXT}\n```\ny", "fence"),
        (f"```python\nx = 1\n```\n```json\n{TEXT}\n```", "fence"),
        (f"Sure! {TEXT} Hope {{it}} helps {{", "object"), (f"{TEXT}{TEXT}", "object"),
        (f'{{"facts": 1}} {TEXT}', "object"),
        (TEXT.replace("PICK_DELAY", " pick-delay "), "strict+label"),
        (TEXT.replace("}", ",}").replace("{c,}", "{c}"), "repair"),
    ],
)  # fmt: skip
def test_a_rung_takes_what_is_whole(text, path):
    found = parse_answer(text, "stop", SCHEMA)
    assert found == Parsed(GOOD, path)


@pytest.mark.parametrize(
    ("text", "finish", "reason"),
    [
        ("", "stop", "empty"), ("  ", "", "empty"), ("", "length", "truncated"),
        (TEXT[:-1], "stop", "malformed"), (TEXT[:-1], "length", "truncated"),
        (f"```json\n{TEXT}\n```", "length", "truncated"),
        ("I cannot analyse this delay", "stop", "malformed"),
        (f"<think>{TEXT}", "stop", "malformed"), (f"{OTHER} or {TEXT}", "stop", "ambiguous"),
        (f"```json\n{OTHER}\n```\n```json\n{TEXT}\n```", "stop", "ambiguous"),
        (TEXT[:-1] + ', "label": "OTHER"}', "stop", "malformed"),
        (f"[{TEXT}, 1]".replace("label", "labels"), "stop", "malformed"),
        (TEXT.replace("0.8", "NaN"), "", "malformed"),
        (TEXT.replace("0.8", "1e999"), "stop", "malformed"),
        (TEXT.replace("a ", "\\u0000"), "stop", "malformed"),
        (TEXT.replace("a ", "\\ud800"), "stop", "malformed"),
        (TEXT.replace("0.8", "95%"), "stop", "malformed"),
        (TEXT.replace('"', "'"), "length", "truncated"),
        (TEXT.replace('"', "”"), "eos", "malformed"),
        ('{"a":' * 300 + "1" + "}" * 300, "stop", "malformed"),
        (TEXT + " " * 4 + "x" * 40_000, "stop", "malformed"),
    ],
)  # fmt: skip
def test_what_is_not_whole_is_no_answer(text, finish, reason):
    assert parse_answer(text, finish, SCHEMA).reason == reason


def test_a_cut_off_answer_that_is_whole_is_taken():
    assert parse_answer(TEXT, "length", SCHEMA).parse_path == "strict"


def test_strings_are_stripped_and_composed_and_nothing_else_changes():
    text = json.dumps(GOOD | {"reasoning": " e\u0301 10:30, True "}, ensure_ascii=False)
    assert parse_answer(text, "stop", SCHEMA).value["reasoning"] == "é 10:30, True"


@pytest.mark.parametrize(
    "text",
    [
        '{"delay": 18', '{"a": "cut', '{"a": 95%}', '{"a": 1, "a": 2}', '{"a": 1} {"b": 2}',
        '{"a": 1.}', '{"a": .5}', '{"a": +1}', "{" * 3_000, "[" * 3_000 + "}", '{"a": [1, 2}',
    ],
)  # fmt: skip
def test_mending_never_changes_what_is_said(text):
    found = mended(text)
    assert found is None or json.dumps(found).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{'a': 'x', 'b': 0.5,}", {"a": "x", "b": 0.5}),
        ('{a: "x" b: 2}', {"a": "x", "b": 2}),
        ('{"a": "x", // remark\n "b": 2}', {"a": "x", "b": 2}),
    ],
)
def test_quotes_commas_and_comments_are_mended(text, found):
    assert mended(text) == found


@pytest.mark.parametrize(
    "text", ["{" * 32_000, '{"a":' * 6_000, "<think>" * 4_500, '{"a":"' * 5_000]
)
def test_looking_for_an_object_ends_by_the_clock(text):
    ticks = count(step=0.02)
    assert parse_answer(text, "stop", SCHEMA, lambda: next(ticks)).reason == "malformed"
    assert next(ticks) < 0.2
