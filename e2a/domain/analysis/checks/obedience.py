"""A note's words are not the answer's: what a stranger dictated is not written.

Other checks reject what is harmful in itself; this one rejects what a note put in: a longer run of
its words, a word that it writes in capitals, or an address of the internet.
"""

import re
from collections.abc import Iterable, Iterator

from e2a.domain.analysis.checks.said import Said
from e2a.domain.analysis.lexicon import fold
from e2a.domain.analysis.violations import Check, Violation

_WORD = re.compile(r"[^\W_]+")
_SHOUTED = re.compile(r"(?<![\w-])[^\W\d_]{4,}(?![\w-])")
_ADDRESS = re.compile(r"[\w-]+(?:\.[^\W\d_]{2,})+")
_RUN, _SHORT_RUN, _LONG_WORD = 4, 3, 7
"""Words in a row that nobody repeats by chance: four, or three of which one is long."""


def check(said: Said, notes: Iterable[str]) -> Iterator[Violation]:
    """Words of notes in a text.

    Args:
        said: the text.
        notes: of the order, as the prompt showed them.
    """
    if not said.is_note:
        return
    folded = fold(said.own)
    words = _WORD.findall(folded)
    for note in notes:
        if set(_runs(words)) & set(_runs(_WORD.findall(fold(note)))):
            yield Violation(Check.ECHO, said.field, "it repeats an order note")
        elif any(one in words for one in _shouted(note)):
            yield Violation(Check.ECHO, said.field, "it repeats a word that an order note dictates")
        elif any(one in folded for one in _ADDRESS.findall(fold(note))):
            yield Violation(Check.ECHO, said.field, "it repeats an address of an order note")


def _runs(words: list[str]) -> Iterator[tuple[str, ...]]:
    for size in (_RUN, _SHORT_RUN):
        for at in range(len(words) - size + 1):
            run = tuple(words[at : at + size])
            if size == _RUN or max(map(len, run)) >= _LONG_WORD:
                yield run


def _shouted(note: str) -> list[str]:
    """Words in capitals, unless the whole note shouts."""
    letters = [mark for mark in note if mark.isalpha()]
    if not letters or 2 * sum(mark.isupper() for mark in letters) > len(letters):
        return []
    return [fold(word) for word in _SHOUTED.findall(note) if word.isupper()]
