"""The prompt's examples are of other trades: an answer that repeats one explains nothing."""

import re
from collections.abc import Iterator
from functools import lru_cache

from e2a.domain.analysis.checks.said import Said
from e2a.domain.analysis.lexicon import fold
from e2a.domain.analysis.slots import without_slots
from e2a.domain.analysis.violations import Check, Violation

_WORDS = 6
"""A sentence of fewer words of its own may be like an example's by chance."""


def check(said: Said, examples: tuple[str, ...]) -> Iterator[Violation]:
    """Sentences of an example, whatever slots they have."""
    if _of_all(examples).intersection(_sentences(said.text)):
        yield Violation(Check.ECHO, said.field, "a sentence of the prompt's examples is repeated")


@lru_cache(maxsize=16)
def _of_all(examples: tuple[str, ...]) -> frozenset[str]:
    """A prompt's examples are the same for all that is asked with it."""
    return frozenset(sentence for example in examples for sentence in _sentences(example))


def _sentences(text: str) -> Iterator[str]:
    for sentence in re.split(r"[.!?\n]+", fold(without_slots(text, " # "))):
        words = re.findall(r"\w+|#", sentence)
        if sum(word != "#" for word in words) >= _WORDS:
            yield " ".join(words)
