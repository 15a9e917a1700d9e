"""The life of a rule: shadow, active, quarantined; and what a back-test must show.

    shadow ──(passing back-test, a person)──> active ──(people reverse it, by itself)──> quarantined
       ^──────────────────────────(a person)────────────────────────────────────────────────┘

A rule in shadow is recorded and never heard. An active one may adjust within limits. A quarantined
one is still heard, but each of its adjustments needs a person.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from e2a.domain.errors import BadInputError
from e2a.domain.findings import Rule


class Life(StrEnum):
    """Where a rule stands."""

    SHADOW = "shadow"
    ACTIVE = "active"
    QUARANTINED = "quarantined"


BORN_ACTIVE = frozenset(Rule) - {Rule.NEAR_DUPLICATE}
"""Rules whose cases `rules/domain.md` works by hand; every other begins in shadow."""

REVERSALS_BORNE = 2
"""A person's reversal may be a mistake, and so may the second; more quarantine a rule."""

PRECISION_NEEDED = Decimal("0.95")
"""Share of judged findings that people agreed with, at least, before a rule may adjust."""

JUDGED_NEEDED = 1
"""Findings that people have judged, at least: a rule that history never met is not tested by it."""


@dataclass(frozen=True, slots=True)
class BackTest:
    """What a rule found in history and what people made of it.

    Attributes:
        invoices: looked at.
        findings: of the rule in them, and their absolute `amount`.
        confirmed: findings on lines that people had corrected.
        contradicted: findings on lines that people had left as they were, or put back.
    """

    rule: Rule
    invoices: int
    findings: int
    amount: Decimal
    confirmed: int
    contradicted: int

    @property
    def passed(self) -> bool:
        """Enough was judged, and people agreed with enough of it; the unjudged are left out."""
        judged = self.confirmed + self.contradicted
        return judged >= JUDGED_NEEDED and self.confirmed >= PRECISION_NEEDED * judged


def may_adjust(life: Life) -> bool:
    """Whether adjustments of the rule may be applied without a person."""
    return life is Life.ACTIVE


def promoted(
    rule: Rule, life: Life, since: datetime, tested_at: datetime | None, passed: bool
) -> Life:
    """Where a promotion leads: from quarantine to shadow, from shadow to active.

    Args:
        rule: named in the refusal.
        life: where it stands.
        since: since when.
        tested_at: when its last back-test ran; None is never.
        passed: what that said.

    Raises:
        BadInputError: it is active, or has no passing back-test since it came to where it stands.
    """
    if life is Life.QUARANTINED:
        return Life.SHADOW
    if life is Life.ACTIVE:
        raise BadInputError(f"Rule {rule} is active", "There is nothing to promote it to")
    if tested_at is None or tested_at < since:
        raise BadInputError(
            f"Rule {rule} has no back-test since it went to shadow",
            f"Run `e2a adjustments rules backtest {rule}`",
        )
    if not passed:
        raise BadInputError(
            f"The last back-test of rule {rule} did not pass",
            "Judge more of its findings, or change the rule",
        )
    return Life.ACTIVE


def must_quarantine(life: Life, reversals: int, borne: int = REVERSALS_BORNE) -> bool:
    """Whether people's reversals since the rule became active exceed what is borne."""
    return life is Life.ACTIVE and reversals > borne
