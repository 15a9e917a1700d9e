"""A customer's note in English reads at grade nine or below (Flesch-Kincaid)."""

import re
from collections.abc import Iterator

from e2a.domain.analysis.checks.said import Said
from e2a.domain.analysis.facts import Audience
from e2a.domain.analysis.slots import without_slots
from e2a.domain.analysis.violations import Check, Violation

HARDEST = 9.0


def check(said: Said) -> Iterator[Violation]:
    """English notes for customers that are too hard to read; slots count as a short word."""
    if said.audience is Audience.CLIENT and said.language == "en" and grade(said.text) > HARDEST:
        yield Violation(Check.READABILITY, said.field, "use shorter sentences and simpler words")


def grade(text: str) -> float:
    """The US school grade that a text asks for."""
    plain = without_slots(text, " it ")
    words = re.findall(r"[a-z']+", plain.lower())
    sentences = sum(bool(re.search(r"\w", part)) for part in re.split(r"[.!?\n]+", plain))
    if not words or not sentences:
        return 0.0
    syllables = sum(map(_syllables, words))
    return 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59


def _syllables(word: str) -> int:
    """Groups of vowels, less a silent e; good to about a tenth."""
    groups = len(re.findall(r"[aeiouy]+", word))
    is_silent = re.search(r"[^laeiouy]e(?:s|d)?$", word) and not re.search(r"[td]ed$", word)
    return max(1, groups - bool(is_silent))
