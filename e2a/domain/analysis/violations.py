"""Why an answer of a model is not taken: one violation a fault, each of a named check.

A new check is added to `Check` together with the reason that a fallback gives for it. Faults of
the transport and of the parser are not violations: they belong to `answers` and `e2a.analyst`.
"""

from dataclasses import dataclass
from enum import StrEnum

from e2a.domain.analysis.reasons import FallbackReason


class Check(StrEnum):
    """The checks by name; a closed set, so that metrics may be counted by it."""

    SCHEMA = "schema"
    GROUNDING = "grounding"
    OMISSION = "omission"
    ARITHMETIC = "arithmetic"
    OTHER_IDS = "other_ids"
    ECHO = "echo"
    CAUSE = "cause"
    PROMISE = "promise"
    LABEL_EVIDENCE = "label_evidence"
    TONE = "tone"
    READABILITY = "readability"
    LENGTH = "length"
    LANGUAGE = "language"
    MARKUP = "markup"
    PERSONAL_DATA = "personal_data"


_REASONS = {
    Check.SCHEMA: FallbackReason.SCHEMA,
    Check.GROUNDING: FallbackReason.GROUNDING,
    Check.OMISSION: FallbackReason.OMISSION,
    Check.ARITHMETIC: FallbackReason.GROUNDING,
    Check.OTHER_IDS: FallbackReason.LEAK,
    Check.ECHO: FallbackReason.GROUNDING,
    Check.CAUSE: FallbackReason.CAUSE,
    Check.PROMISE: FallbackReason.PROMISE,
    Check.LABEL_EVIDENCE: FallbackReason.LABEL_CONFLICT,
    Check.TONE: FallbackReason.TONE,
    Check.READABILITY: FallbackReason.TONE,
    Check.LENGTH: FallbackReason.TONE,
    Check.LANGUAGE: FallbackReason.LANGUAGE,
    Check.MARKUP: FallbackReason.TONE,
    Check.PERSONAL_DATA: FallbackReason.PII,
}


@dataclass(frozen=True, slots=True)
class Violation:
    """One fault of an answer.

    Attributes:
        field: of the answer, such as `client_note`; empty where it is the answer as a whole.
        detail: what is wrong, in words that may be sent back to the model and logged: it names
            the rule, never personal data and never the value at fault.
    """

    check: Check
    field: str
    detail: str

    @property
    def reason(self) -> FallbackReason:
        """What the fallback is said to be for."""
        return _REASONS[self.check]
