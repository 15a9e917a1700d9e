"""Plain text only: no links, HTML, markdown, templates; nothing invisible, nothing disguised."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from e2a.domain.analysis.checks.said import Said
from e2a.domain.analysis.notes import is_invisible
from e2a.domain.analysis.violations import Check, Violation

_LINK = re.compile(
    r"\w+://|\bwww\.|\bmailto:|(?<![\w-])[^\W_][\w-]*\.[^\W\d_]{2,}",
    re.IGNORECASE,
)
_MARKUP = re.compile(
    r"[<>{}\[\]`|\\]|\*\*|__|&\w+;|&#|^\s*(?:#{1,6}\s|[-*+]\s|>)|<?!?@?(?:channel|here|everyone)>",
    re.MULTILINE,
)
_APART = re.compile(r"(?<!\w)(?:[^\W\d_][\s.\-·*]){3,}[^\W\d_](?!\w)")
_WORD = re.compile(r"[^\W\d_]+")
_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "HEBREW", "ARABIC", "ARMENIAN", "CHEROKEE")
_LONGEST = 45


def check(said: Said) -> Iterator[Violation]:
    """Markup, links, and characters that hide something."""
    for detail in _faults(said.text, said.own):
        yield Violation(Check.MARKUP, said.field, detail)


@lru_cache(maxsize=4096)
def _faults(text: str, own: str) -> tuple[str, ...]:
    faults = {
        "there are invisible characters in it": any(map(is_invisible, text)),
        "there is an address of the internet in it": _LINK.search(own),
        "write plain text: no brackets but slots, no HTML, no markdown": _MARKUP.search(own),
        "a word is spelled in an unusual way": _APART.search(own)
        or any(map(_is_odd, _WORD.findall(own))),
    }
    return tuple(detail for detail, is_so in faults.items() if is_so)


def _is_odd(word: str) -> bool:
    """Whether a word is of two scripts, or longer than words are."""
    if len(word) > _LONGEST:
        return True
    names = {unicodedata.name(mark, "").partition(" ")[0] for mark in word}
    return len(names.intersection(_SCRIPTS)) > 1
