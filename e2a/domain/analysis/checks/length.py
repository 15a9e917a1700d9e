"""How long a text may be once its slots are filled."""

from collections.abc import Iterator

from e2a.domain.analysis.checks.said import Said
from e2a.domain.analysis.facts import Facts
from e2a.domain.analysis.slots import SlotError, render
from e2a.domain.analysis.violations import Check, Violation

LONGEST = {"client_note": 600, "ops_note": 1000, "reasoning": 1200, "rationale": 800}
"""Characters as the reader sees them."""
HOPELESS = 4000
"""Characters beyond which nothing else of a text is looked at: expressions take their time."""


def check(said: Said, facts: Facts) -> Iterator[Violation]:
    """Texts that are longer than their reader reads."""
    if len(said.text) > HOPELESS:
        yield Violation(Check.LENGTH, said.field, f"at most {LONGEST[said.field]} characters")
        return
    try:
        shown = render(said.text, facts, said.audience, said.locale)
    except SlotError:  # the grounding check says so
        shown = said.text
    most = LONGEST[said.field]
    if len(shown) > most:
        yield Violation(Check.LENGTH, said.field, f"at most {most} characters with slots filled")
