"""Why an answer of a model is not taken: one violation a fault, each of a named check.

A new check is added to `Check` together with the reason that a fallback gives for it. Faults of
the transport and of the parser are not violations: they belong to `answers` and `e2a.analyst`.
"""

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why rules wrote instead of the model, as far as the content of its answer is the cause."""

    SCHEMA = "schema"
    GROUNDING = "grounding"
    TONE = "tone"
    PERSONAL_DATA = "personal_data"
    PROMISE = "promise"
    CAUSE = "cause"
    LABEL = "label"


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
    Check.SCHEMA: Reason.SCHEMA,
    Check.GROUNDING: Reason.GROUNDING,
    Check.OMISSION: Reason.GROUNDING,
    Check.ARITHMETIC: Reason.GROUNDING,
    Check.OTHER_IDS: Reason.GROUNDING,
    Check.ECHO: Reason.GROUNDING,
    Check.CAUSE: Reason.CAUSE,
    Check.PROMISE: Reason.PROMISE,
    Check.LABEL_EVIDENCE: Reason.LABEL,
    Check.TONE: Reason.TONE,
    Check.READABILITY: Reason.TONE,
    Check.LENGTH: Reason.TONE,
    Check.LANGUAGE: Reason.TONE,
    Check.MARKUP: Reason.TONE,
    Check.PERSONAL_DATA: Reason.PERSONAL_DATA,
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
    def reason(self) -> Reason:
        """What the fallback is said to be for."""
        return _REASONS[self.check]
