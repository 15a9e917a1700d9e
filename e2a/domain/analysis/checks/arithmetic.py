"""The parts of an adjustment that a text states are exactly the adjustment."""

from collections.abc import Iterator
from decimal import Decimal

from e2a.domain.analysis.checks.said import Said
from e2a.domain.analysis.facts import Facts, Money
from e2a.domain.analysis.slots import slots_in
from e2a.domain.analysis.violations import Check, Violation


def check(said: Said, facts: Facts) -> Iterator[Violation]:
    """Stated parts that do not sum to the whole, to the last digit; none stated is none wrong."""
    stated = facts.parts.keys() & set(slots_in(said.text))
    if not stated or facts.whole is None:
        return
    whole = facts.by_id[facts.whole].value
    total = sum((facts.parts[part] for part in stated), Decimal(0))
    if not isinstance(whole, Money) or total != whole.amount:
        listed = ", ".join(sorted(facts.parts))
        yield Violation(Check.ARITHMETIC, said.field, f"state all of {listed}, or none of them")
