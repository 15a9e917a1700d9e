"""Why rules wrote what a model did not: the closed set of reasons.

Add one when asking can end in a way that none of these says; metrics and rows hold only these.
"""

from enum import StrEnum


class FallbackReason(StrEnum):
    """Why there is no answer of a model."""

    NO_KEY = "no_key"
    SWITCHED_OFF = "switched_off"
    """The tenant or the order takes no AI."""
    SAMPLED_OUT = "sampled_out"
    THINNED = "thinned"
    """The day's budget is nearly used and the severity is low."""
    BUDGET = "budget"
    BREAKER_OPEN = "breaker_open"
    QUALITY = "quality"
    """Too many of the last answers of this model to this prompt were rejected."""
    BUSY = "busy"
    """Somebody else asks the same and has not heard yet."""

    PROVIDER_CREDIT = "provider_credit"
    PROVIDER_KEY = "provider_key"
    PROVIDER_REQUEST = "provider_request"
    """The provider does not accept the request: a matter of configuration."""
    RATE_LIMITED = "rate_limited"
    PROVIDER_ERROR = "provider_error"
    TIMEOUT = "timeout"
    TRANSPORT = "transport"
    TOO_LARGE = "too_large"
    UNDECODABLE = "undecodable"

    REFUSED = "refused"
    TOOL_CALL = "tool_call"
    EMPTY = "empty"
    TRUNCATED = "truncated"
    MALFORMED = "malformed"
    """No JSON object in it."""
    AMBIGUOUS = "ambiguous"
    """Two objects in it that disagree about the label."""

    SCHEMA = "schema"
    GROUNDING = "grounding"
    OMISSION = "omission"
    TONE = "tone"
    PII = "pii"
    PROMISE = "promise"
    CAUSE = "cause"
    LABEL_CONFLICT = "label_conflict"
    LEAK = "leak"
    """It names an order or a tenant that is not its own."""
    LANGUAGE = "language"
    LOW_CONFIDENCE = "low_confidence"


FINAL = frozenset(
    {
        FallbackReason.PII,
        FallbackReason.PROMISE,
        FallbackReason.LABEL_CONFLICT,
        FallbackReason.LEAK,
        FallbackReason.REFUSED,
        FallbackReason.TOOL_CALL,
        FallbackReason.EMPTY,
    }
)
"""What is not asked again: it was obeyed, leaked or refused, and a second try is no better."""

AGAIN = frozenset(
    {
        FallbackReason.TRUNCATED,
        FallbackReason.MALFORMED,
        FallbackReason.AMBIGUOUS,
        FallbackReason.SCHEMA,
        FallbackReason.GROUNDING,
        FallbackReason.OMISSION,
        FallbackReason.TONE,
        FallbackReason.CAUSE,
        FallbackReason.LANGUAGE,
        FallbackReason.LOW_CONFIDENCE,
    }
)
"""What the model is told and asked about once more."""
