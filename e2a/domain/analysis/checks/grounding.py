"""Figures, dates and names only by slot; slots only of facts that this audience may read.

Looked for outside slots: every character with a numeric value in any script, numbers as words in
the languages of notes (also with marks between their letters), units of time, weekdays and months.
"""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from e2a.domain.analysis.checks.said import Said
from e2a.domain.analysis.facts import Facts
from e2a.domain.analysis.slots import slots_in
from e2a.domain.analysis.violations import Check, Violation


def check(said: Said, facts: Facts) -> Iterator[Violation]:
    """Ungrounded figures, and slots that are no fact or none of this audience."""
    yield from _slots(said, facts)
    if has_figure(said.own):
        yield _at(said, "a digit or numeral stands outside a slot: write the slot of a fact")
    if said.matches.has_number:
        yield _at(said, "a number is written as a word: write the slot of a fact, or leave it")
    if said.matches.has_time:
        yield _at(said, "a time, day or unit of time stands outside a slot")


@lru_cache(maxsize=4096)
def has_figure(text: str) -> bool:
    """Whether any character has a numeric value, in whatever script or form."""
    both = text + unicodedata.normalize("NFKC", text)
    return any(unicodedata.numeric(mark, None) is not None for mark in both)


def _slots(said: Said, facts: Facts) -> Iterator[Violation]:
    used = dict.fromkeys(slots_in(said.text))
    if any(slot not in facts.by_id for slot in used):
        yield _at(said, "a slot is no fact: use only the ids of the facts")
    hidden = [slot for slot in used if slot in facts.by_id and slot not in facts.ids(said.audience)]
    if hidden:
        listed = ", ".join(hidden)
        yield _at(said, f"not visible to {said.audience}: {listed}")


def _at(said: Said, detail: str) -> Violation:
    return Violation(Check.GROUNDING, said.field, detail)
