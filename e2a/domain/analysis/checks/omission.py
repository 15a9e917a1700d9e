"""What an audience must be told is told."""

from collections.abc import Iterator

from e2a.domain.analysis.checks.said import Said
from e2a.domain.analysis.facts import Facts
from e2a.domain.analysis.slots import slots_in
from e2a.domain.analysis.violations import Check, Violation


def check(said: Said, facts: Facts) -> Iterator[Violation]:
    """Required facts whose slot is not in a note."""
    if not said.is_note:
        return
    left_out = facts.required.get(said.audience, frozenset()) - set(slots_in(said.text))
    if left_out:
        listed = ", ".join(sorted(left_out))
        yield Violation(Check.OMISSION, said.field, f"not stated though required: {listed}")
