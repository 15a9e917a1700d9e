"""Where in a text the answer's object may be: closed thoughts dropped, fences, braces.

Everything is bounded: who calls has cut the text at 32 KB; here at most 50 objects are looked at.
A brace inside a string counts for nothing.
"""

import re
from collections.abc import Callable, Iterator

MOST_CANDIDATES = 50
SECONDS = 0.05
"""How long braces are looked for; ten thousand times what a good answer takes."""

_THINK = re.compile(r"<(/?)think(?:ing)?>", re.IGNORECASE)
_FENCE = re.compile(r"```[ \t]*[\w+-]*[ \t]*\r?\n(.*?)```", re.DOTALL)
_SIGN = re.compile(r'[{}"\\]')


def without_thoughts(text: str) -> tuple[str, bool]:
    """The text without closed thoughts, and whether one is still open at its end.

    Of a thought whose beginning was swallowed, what follows its end counts. What follows an open
    one is no answer.
    """
    spoken, thinks, at = "", False, 0
    for mark in _THINK.finditer(text):
        closes = bool(mark.group(1))
        if closes:
            spoken, thinks = (spoken if thinks else ""), False
        elif not thinks:
            spoken, thinks = spoken + text[at : mark.start()], True
        if closes or not thinks:
            at = mark.end()
    return (spoken if thinks else spoken + text[at:]), thinks


def fenced(text: str) -> list[str]:
    """The insides of fenced blocks, first to last."""
    return [found.group(1).strip() for found in _FENCE.finditer(text)][-MOST_CANDIDATES:]


def objects(text: str, clock: Callable[[], float]) -> Iterator[str]:
    """Complete top-level objects, in order.

    Args:
        text: at most 32 KB.
        clock: seconds, monotonic; looking ends after `SECONDS`.
    """
    until, at, tried = clock() + SECONDS, text.find("{"), 0
    while at >= 0 and tried < MOST_CANDIDATES and clock() < until:
        end = _end_of_object(text, at)
        if end is not None:
            yield text[at:end]
        tried += 1
        at = text.find("{", at + 1 if end is None else end)


def _end_of_object(text: str, start: int) -> int | None:
    depth, in_string, skip = 0, False, -1
    for found in _SIGN.finditer(text, start):
        at, sign = found.start(), found.group()
        if at == skip:
            continue
        if in_string:
            skip = at + 1 if sign == "\\" else -1
            in_string = sign != '"'
        elif sign == '"':
            in_string = True
        elif sign != "\\":
            depth += 1 if sign == "{" else -1
            if depth == 0:
                return at + 1
    return None
