"""Text and expressions without case, accents and points, so that spelling hides no word."""

import re
import unicodedata
from functools import cache


def fold(text: str) -> str:
    """Compatibility forms resolved, case folded, combining marks removed."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(mark for mark in plain if unicodedata.category(mark) != "Mn")


@cache
def compiled(words: str) -> re.Pattern[str]:
    r"""Alternatives of whole words; of escapes only `\w`, `\s` and `\b`, which have no case."""
    return re.compile(rf"(?<!\w)(?:{fold(words)})(?!\w)")
