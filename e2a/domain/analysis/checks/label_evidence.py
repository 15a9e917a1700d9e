"""A label is one that the evidence allows. A conflict is not asked again: it caps confidence."""

from collections.abc import Iterator

from e2a.domain.analysis.facts import Facts
from e2a.domain.analysis.narrative_contract import NarrativeAnswer
from e2a.domain.analysis.violations import Check, Violation


def check(answer: NarrativeAnswer, facts: Facts) -> Iterator[Violation]:
    """A label that neither the stage nor a report speaks for."""
    if conflicts(answer.label, facts):
        listed = ", ".join(sorted(facts.label_evidence))
        yield Violation(Check.LABEL_EVIDENCE, "label", f"the facts allow only {listed}")


def conflicts(label: str, facts: Facts) -> bool:
    """Whether nothing speaks for a label."""
    return label not in facts.label_evidence
