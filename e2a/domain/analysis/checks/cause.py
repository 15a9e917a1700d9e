"""A cause is given only if a fact states it.

Words of causes are allowed by a fact with their code. A sentence that says `because` has the slot
of a cause in it, so that no cause outside the lexicon gets through either.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from e2a.domain.analysis.checks.said import Said
from e2a.domain.analysis.facts import FactKind, Facts
from e2a.domain.analysis.slots import slots_in
from e2a.domain.analysis.violations import Check, Violation

_SENTENCES = re.compile(r"(?<=[.!?;])\s+|\n+")


def check(said: Said, facts: Facts) -> Iterator[Violation]:
    """Causes without a fact."""
    if any(not facts.causes.intersection(codes.split()) for codes in said.matches.causes):
        yield _at(said, "a cause is given that no fact states")
    if not said.is_note or not said.matches.has_connector:
        return
    if any(_is_ungrounded(said, sentence, facts) for sentence in _SENTENCES.split(said.text)):
        yield _at(said, "something is said to be because of something, without a cause's slot")


def _is_ungrounded(said: Said, sentence: str, facts: Facts) -> bool:
    if not replace(said, text=sentence).matches.has_connector:
        return False
    kinds = (facts.by_id[slot].kind for slot in slots_in(sentence) if slot in facts.by_id)
    return FactKind.CAUSE not in kinds


def _at(said: Said, detail: str) -> Violation:
    return Violation(Check.CAUSE, said.field, detail)
