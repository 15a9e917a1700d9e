"""What one HTTP exchange came to, before anybody judged it: words, a policy, and what it cost."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic_core import from_json

from e2a.analyst.prices import cost_of
from e2a.analyst.settings import Settings
from e2a.analyst.transport import HttpAnswer, TransportError
from e2a.domain.analysis.answers.envelope import (
    Completion,
    EnvelopeError,
    ProviderError,
    read_envelope,
)
from e2a.domain.analysis.answers.error_policy import (
    BY_TRANSPORT,
    EMPTY_AND_FREE,
    EMPTY_AND_PAID,
    OPEN_SECONDS,
    Breaker,
    Charge,
    ErrorPolicy,
    Retry,
    policy_for,
)
from e2a.domain.analysis.answers.usage import Usage
from e2a.domain.analysis.reasons import FallbackReason
from e2a.domain.retry_after import asked_wait

_LONGEST_WAIT = 60.0
_ANSWERED = ErrorPolicy(Retry.NO, Breaker.NONE, FallbackReason.MALFORMED, Charge.ACTUAL)
"""Of an answer with words in it; the ladder and the judge give the reason."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One exchange.

    Args:
        policy: what follows if its words are not taken.
        completion: what was said, or None.
        status: of HTTP; None if there was no answer.
        wait: seconds that the provider asks for before it is asked again.
        open_seconds: how long it says, or the table says, that asking is no use.
        has_words: whether there is something to read and judge.
    """

    policy: ErrorPolicy
    completion: Completion | None = None
    usage: Usage | None = None
    status: int | None = None
    wait: float | None = None
    open_seconds: float | None = None
    has_words: bool = False


@dataclass(frozen=True, slots=True)
class Charged:
    """What a call is charged, and who says so."""

    state: Literal["settled", "presumed", "released"]
    tokens: int = 0
    cost: Decimal = Decimal(0)
    source: str = "none"


def transport_outcome(error: TransportError) -> Outcome:
    """The outcome of an exchange without an answer."""
    return Outcome(BY_TRANSPORT[error.kind])


def outcome_of(answer: HttpAnswer, settings: Settings, now: datetime) -> Outcome:
    """Read what came back.

    Args:
        answer: whatever its status.
        settings: says whether empty answers are insured.
        now: for a Retry-After or a `resets_at` that is a date.
    """
    try:
        found = read_envelope(_decoded(answer), answer.status)
    except EnvelopeError:
        return Outcome(BY_TRANSPORT["undecodable"], status=answer.status)
    if isinstance(found, ProviderError):
        return _of_error(found, answer, now)
    return _of_completion(found, answer.status, settings)


def charged(outcome: Outcome, settings: Settings, model: str) -> Charged:
    """What a call is charged: actual usage, the reservation if nobody knows it, or nothing."""
    usage, charge = outcome.usage, outcome.policy.charge
    if charge is Charge.NONE and (usage is None or not usage.cost):
        return Charged("released")
    if usage is None or charge is Charge.PRESUMED:
        return Charged("presumed", source="reserved")
    if usage.cost is not None:
        return Charged("settled", usage.tokens, usage.cost, "provider")
    named = (outcome.completion.model if outcome.completion else "") or model
    cost = cost_of(settings, named, usage.input_tokens, usage.output_tokens)
    if cost.source == "assumed" and named != model:
        cost = cost_of(settings, model, usage.input_tokens, usage.output_tokens)
    return Charged("settled", usage.tokens, cost.usd, cost.source)


def _decoded(answer: HttpAnswer) -> Any:  # noqa: ANN401 - a JSON document
    try:
        return from_json(answer.body, allow_inf_nan=False)
    except ValueError:
        if answer.status != 200:
            return None  # an error page of a proxy; the status says enough
        raise EnvelopeError("no JSON") from None


def _of_error(error: ProviderError, answer: HttpAnswer, now: datetime) -> Outcome:
    wait = error.retry_after
    if wait is None and answer.retry_after:
        wait = asked_wait(answer.retry_after, now)
    policy = policy_for(
        error.code,
        error.error_type,
        retry_after=wait is not None,
        capacity=error.capacity,
        retryable=error.retryable,
    )
    return Outcome(
        policy,
        usage=error.usage,
        status=answer.status,
        wait=None if wait is None else min(wait, _LONGEST_WAIT),
        open_seconds=_open_seconds(policy, error.resets_at, now),
    )


def _open_seconds(policy: ErrorPolicy, resets_at: str, now: datetime) -> float | None:
    table = OPEN_SECONDS.get(policy.breaker)
    if table is None or not resets_at:
        return table
    try:
        until = datetime.fromisoformat(resets_at)
        seconds = (until - now).total_seconds()
    except (ValueError, TypeError):  # no instant, or one without a zone
        return table
    return min(max(seconds, 0.0), 86_400.0)


def _of_completion(found: Completion, status: int, settings: Settings) -> Outcome:
    usage = found.usage
    if found.refusal or found.finish_reason == "content_filter":
        return _silent(found, status, FallbackReason.REFUSED)
    if found.tool_calls or found.finish_reason == "tool_calls":
        return _silent(found, status, FallbackReason.TOOL_CALL)
    if not found.content.strip() and found.finish_reason != "length":
        nothing_made = usage is not None and usage.output_tokens == 0
        policy = EMPTY_AND_FREE if nothing_made else EMPTY_AND_PAID
        if nothing_made and not settings.openrouter:
            policy = ErrorPolicy(policy.retry, policy.breaker, policy.reason, Charge.ACTUAL)
        return Outcome(policy, found, usage, status)
    return Outcome(_ANSWERED, found, usage, status, has_words=True)


def _silent(found: Completion, status: int, reason: FallbackReason) -> Outcome:
    policy = ErrorPolicy(Retry.NO, Breaker.NONE, reason, Charge.ACTUAL)
    return Outcome(policy, found, found.usage, status)
