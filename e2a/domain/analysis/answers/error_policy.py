"""What to do about each way in which a provider fails: one table, by error type, then by status.

Add a row when a provider names a new failure. A row says whether to ask again, what the breaker
hears, which reason the fallback bears and what the call is charged. The provider's own word,
`availability.retryable`, beats the table's. Source: OpenRouter's error reference (reference/ai.md,
section 3.3).
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from e2a.domain.analysis.reasons import FallbackReason


class Retry(StrEnum):
    """Whether to ask again."""

    NO = "no"
    ONCE = "once"
    YES = "yes"
    LADDER = "ladder"
    """One step down the ladder of schema support, if a step is left."""


class Breaker(StrEnum):
    """What the breaker of the transport hears."""

    NONE = "none"
    HALF = "half"
    FULL = "full"
    OPEN = "open"
    """Opens at once, until the next probe window or what the provider says."""
    OPEN_LONG = "open_long"


class Charge(StrEnum):
    """What a failed call is charged."""

    ACTUAL = "A"
    PRESUMED = "P"
    NONE = "0"


WEIGHTS = {Breaker.NONE: 0.0, Breaker.HALF: 0.5, Breaker.FULL: 1.0}
OPEN_SECONDS = {Breaker.OPEN: 300.0, Breaker.OPEN_LONG: 3600.0}


@dataclass(frozen=True, slots=True)
class ErrorPolicy:
    """One row: what follows a failure."""

    retry: Retry
    breaker: Breaker
    reason: FallbackReason
    charge: Charge = Charge.NONE
    next_model: bool = False


_R = FallbackReason
_REQUEST = ErrorPolicy(Retry.NO, Breaker.NONE, _R.PROVIDER_REQUEST)
_SCHEMA = ErrorPolicy(Retry.LADDER, Breaker.NONE, _R.PROVIDER_REQUEST)
_REFUSED = ErrorPolicy(Retry.NO, Breaker.NONE, _R.REFUSED)
_KEY = ErrorPolicy(Retry.NO, Breaker.OPEN_LONG, _R.PROVIDER_KEY)
_CREDIT = ErrorPolicy(Retry.NO, Breaker.OPEN, _R.PROVIDER_CREDIT)
_IN_FLIGHT = ErrorPolicy(Retry.YES, Breaker.NONE, _R.RATE_LIMITED)
_TIMEOUT = ErrorPolicy(Retry.ONCE, Breaker.FULL, _R.TIMEOUT, Charge.PRESUMED)
_RATE = ErrorPolicy(Retry.YES, Breaker.HALF, _R.RATE_LIMITED)
_SERVER = ErrorPolicy(Retry.YES, Breaker.FULL, _R.PROVIDER_ERROR)

BY_TYPE = {
    "invalid_request": _SCHEMA,
    "constraint_filtered": _SCHEMA,
    "context_length_exceeded": _REQUEST,
    "not_found": _REQUEST,
    "privacy_restricted": _REQUEST,
    "refusal": _REFUSED,
    "content_policy_violation": _REFUSED,
    "moderation": _REFUSED,
    "openrouter_guardrail": _REFUSED,
    "authentication": _KEY,
    "permission_denied": _KEY,
    "openrouter_credits": _CREDIT,
    "openrouter_key_limit": _CREDIT,
    "openrouter_in_flight_budget": _IN_FLIGHT,
    "openrouter_guardrail_budget": _CREDIT,
    "openrouter_workspace_budget": _CREDIT,
    "timeout": _TIMEOUT,
    "rate_limit_exceeded": _RATE,
    "capacity_exhausted": replace(_RATE, next_model=True),
    "server": _SERVER,
    "provider_unavailable": _SERVER,
    "provider_overloaded": _SERVER,
}
BY_STATUS = {
    400: _SCHEMA,
    401: _KEY,
    402: _CREDIT,
    403: _KEY,
    404: _REQUEST,
    408: _TIMEOUT,
    412: _REQUEST,
    413: _REQUEST,
    422: _SCHEMA,
    429: _RATE,
    500: _SERVER,
    502: _SERVER,
    503: _SERVER,
    504: _TIMEOUT,
}
BY_TRANSPORT = {
    "connect": ErrorPolicy(Retry.ONCE, Breaker.FULL, _R.TRANSPORT),
    "read": ErrorPolicy(Retry.ONCE, Breaker.FULL, _R.TRANSPORT, Charge.PRESUMED),
    "deadline": ErrorPolicy(Retry.ONCE, Breaker.FULL, _R.TIMEOUT, Charge.PRESUMED),
    "too_large": ErrorPolicy(Retry.ONCE, Breaker.FULL, _R.TOO_LARGE, Charge.PRESUMED),
    "undecodable": ErrorPolicy(Retry.ONCE, Breaker.FULL, _R.UNDECODABLE, Charge.PRESUMED),
}
"""Failures that are no answer: nothing was sent (connect), or nobody knows what was done."""

EMPTY_AND_FREE = ErrorPolicy(Retry.ONCE, Breaker.FULL, _R.EMPTY)
EMPTY_AND_PAID = ErrorPolicy(Retry.ONCE, Breaker.NONE, _R.EMPTY, Charge.ACTUAL)


def policy_for(
    status: int,
    error_type: str = "",
    *,
    retry_after: bool = False,
    capacity: str = "",
    retryable: bool | None = None,
) -> ErrorPolicy:
    """The row for an error that a provider states.

    Args:
        status: of HTTP, or the `code` of an error inside an answer of 200.
        error_type: `error.metadata.error_type`, if there is one.
        retry_after: whether it says when to come back; a 402 that does is only too busy.
        capacity: `availability.code`.
        retryable: `availability.retryable`, which beats the table.
    """
    row = BY_TYPE.get(error_type) or BY_STATUS.get(status) or _unknown(status)
    if status == 402 and retry_after and row is _CREDIT:
        row = _IN_FLIGHT
    if capacity == "capacity_exhausted":
        row = replace(row, next_model=True)
    if retryable is False:
        return replace(row, retry=Retry.NO)
    return replace(row, retry=Retry.YES) if retryable else row


def _unknown(status: int) -> ErrorPolicy:
    return _SERVER if status >= 500 or status < 300 else _REQUEST
