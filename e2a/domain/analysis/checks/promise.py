"""Nothing is promised that no fact grants: no refund, credit, replacement, arrival, guarantee."""

from collections.abc import Iterator

from e2a.domain.analysis.checks.said import Said
from e2a.domain.analysis.facts import Facts
from e2a.domain.analysis.violations import Check, Violation


def check(said: Said, facts: Facts, speakable: frozenset[str] = frozenset()) -> Iterator[Violation]:
    """Words of a remedy that the facts do not grant.

    Args:
        said: the text.
        facts: whose `remedies` are granted.
        speakable: remedies that are the subject itself, as credits are in a rationale.
    """
    allowed = facts.remedies | speakable
    for remedy in sorted(said.matches.promises - allowed):
        detail = f"it speaks of something like this, which no fact grants: {remedy}"
        yield Violation(Check.PROMISE, said.field, detail)
