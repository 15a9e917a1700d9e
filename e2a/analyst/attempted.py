"""What an attempt was: an accepted answer, or why not and what follows."""

from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from e2a.analyst.outcomes import Outcome
from e2a.domain.analysis.answers.error_policy import ErrorPolicy
from e2a.domain.analysis.answers.ladder import Parsed
from e2a.domain.analysis.reasons import FallbackReason
from e2a.domain.analysis.violations import Violation


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt.

    Args:
        reason: why it is no answer; None of an accepted one.
        outcome: of the exchange; None if nothing was sent.
        call_id: its row in the ledger, if there is one.
        form: how JSON was asked for.
        seconds: that the provider took.
        detail: a sentence for people.
        content: what was said, to be shown to the model again.
        parsed: the object in it.
        violations: what the judge said of the object.
    """

    reason: FallbackReason | None
    outcome: Outcome | None = None
    call_id: UUID | None = None
    form: str = ""
    seconds: float = 0.0
    detail: str = ""
    content: str = field(default="", repr=False)
    parsed: Parsed | None = None
    violations: tuple[Violation, ...] = ()

    @property
    def policy(self) -> ErrorPolicy | None:
        """What follows a failure of the exchange; None where words were judged, or nothing sent."""
        if self.outcome is None or self.outcome.has_words:
            return None
        return self.outcome.policy

    @property
    def verdict(self) -> Literal["accepted", "rejected"] | None:
        """Of what the provider said; None if it said nothing or failed."""
        if self.reason is None:
            return "accepted"
        said = self.outcome is not None and self.outcome.completion is not None
        return "rejected" if said else None
