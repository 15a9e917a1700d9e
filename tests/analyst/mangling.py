"""Good answers mangled in many ways, always the same ones for a seed."""

import json
from random import Random
from typing import Any

from tests.analyst.asking import GOOD

PIECES = (
    "{", "}", "[", "]", '"', "'", "\\", ",", ":", "```", "```json\n", "<think>", "</think>", "null",
    "true", "NaN", "1e999", "95%", "287", "287 minutes", "seven", "vier", "٣", "[[late]]",
    "[[site]]", "[[nothing]]", "[[", "]]", "{{ 7*7 }}", "refund", "we guarantee", "because of snow",
    "Dana Levi", "dana@example.com", "ORD-9999", "WH-2", "SLA", "\u202e", "\u200b", "\x00",
    "\ud800", "\U0001f600", "<b>", "http://x.example", "\n", "\t", "é", "// remark\n", "OTHER",
    "label",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, 0, 1, 95, -0.1, 1.0000001, "", " ", "0.8", [], {}, ["a"], {"a": 1}, 1e300, 10**40,
    "PACK_DELAY", "pick-delay", "x" * 5_000, "Picking took 287 minutes.", GOOD["client_note"],
)  # fmt: skip


def mangled(dice: Random) -> bytes:
    """The bytes of a content that was a good answer once."""
    if dice.random() < 0.3:
        return _of_another_value(dice).encode(errors="surrogatepass")
    text = json.dumps(GOOD, ensure_ascii=dice.random() < 0.2, indent=dice.choice([None, 2]))
    for _ in range(dice.choice([0, 1, 1, 2, 3, 8])):
        text = _cut(text, dice)
    raw = text.encode(errors="surrogatepass")
    if dice.random() < 0.1:
        place = dice.randrange(len(raw) + 1)
        raw = raw[:place] + dice.randbytes(dice.choice([1, 2, 9])) + raw[place:]
    return raw


def _of_another_value(dice: Random) -> str:
    changed: dict[str, Any] = dict(GOOD)
    for key in dice.sample(sorted(GOOD), dice.choice([1, 1, 2])):
        act = dice.random()
        if act < 0.2:
            del changed[key]
        elif act < 0.5 and isinstance(changed[key], str):
            changed[key] = _cut(changed[key], dice)
        else:
            changed[key] = dice.choice(VALUES)
    if dice.random() < 0.2:
        changed["extra"] = dice.choice(VALUES)
    return json.dumps(changed, ensure_ascii=False)


def _cut(text: str, dice: Random) -> str:
    start = dice.randrange(len(text) + 1)
    end = min(len(text), start + dice.choice([0, 0, 0, 1, 1, 2, 20]))
    part = dice.choice([dice.choice(PIECES), "", text[start:end] * 2, text])
    if dice.random() < 0.1:
        return dice.choice(PIECES) + text + dice.choice(PIECES)
    return text[:start] + part + text[end:]
