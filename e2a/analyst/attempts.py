"""One attempt: pass the breakers, hold the budget, send, read, judge, settle. One row each.

Whatever a provider does ends in an `Attempt`. The row is settled even if the judge itself fails.
Nothing of a prompt or an answer is logged: rows hold words of closed sets.
"""

import math
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from e2a.analyst import wire
from e2a.analyst.asking import Judge, Request
from e2a.analyst.attempted import Attempt
from e2a.analyst.ledger import Admission, Hold, Ledger
from e2a.analyst.outcomes import Outcome, charged, outcome_of, transport_outcome
from e2a.analyst.prices import dearest
from e2a.analyst.settings import Settings
from e2a.analyst.transport import Transport, TransportError
from e2a.domain.analysis.answers.error_policy import WEIGHTS, Breaker
from e2a.domain.analysis.answers.ladder import Parsed, parse_answer
from e2a.domain.analysis.reasons import FINAL, FallbackReason
from e2a.domain.analysis.sampling import share_of_day
from e2a.domain.analysis.violations import Violation

_LEASE_SPARE = 30.0
"""Seconds beyond its deadline after which a call is taken for dead."""


@dataclass(frozen=True, slots=True)
class Try:
    """What one attempt sends: the words, the model, how much it may write and how long take."""

    request: Request
    messages: list[dict[str, str]]
    model: str
    form: str | None
    max_tokens: int
    attempt_of: UUID | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Attempts:
    """Makes attempts with one ledger and one transport.

    Args:
        ledger: of calls and money.
        transport: to the provider.
        settings: models, limits, prices.
        now: the present, for a Retry-After that is a date.
        turns: whoever has one may call the provider; the rest of an attempt needs none, so that one
            is prepared and another judged while the provider thinks.
    """

    ledger: Ledger
    transport: Transport
    settings: Settings
    now: Callable[[], datetime]
    turns: AbstractContextManager[Any]

    def make(self, one: Try, judge: Judge) -> Attempt:
        """Ask once and have the answer judged."""
        settings, request = self.settings, one.request
        lease = settings.timeout + _LEASE_SPARE
        admission = self.ledger.admit(settings.base_url, one.model, request.prompt.sha, lease)
        if admission.transport == "open":
            return Attempt(FallbackReason.BREAKER_OPEN, detail="The breaker is open")
        if admission.quality == "open":
            return Attempt(FallbackReason.QUALITY, detail="Too many answers were rejected")
        form = one.form or admission.response_format or wire.FORMATS[0]
        payload = wire.body(settings, request, one.messages, one.model, form, one.max_tokens)
        held = self._held(one, len(payload), lease)
        if isinstance(held, str):
            thinned = held == "thinned"
            reason = FallbackReason.THINNED if thinned else FallbackReason.BUDGET
            return Attempt(reason, detail=f"The day's budget is used: {held}")
        with self.turns:
            if not self.ledger.sent(held, lease):
                return Attempt(FallbackReason.TIMEOUT, call_id=held, detail="The lease ran out")
            outcome, took = self._exchanged(payload, one.seconds)
        attempt = Attempt(outcome.policy.reason, outcome, call_id=held, form=form, seconds=took)
        return self._settled(one, judge, admission, attempt)

    def _held(self, one: Try, size: int, lease: float) -> UUID | str:
        hold = self._hold(one, size, lease)
        held = self.ledger.reserve(hold)
        if isinstance(held, str) and self.ledger.sweep():
            held = self.ledger.reserve(hold)
        return held

    def _hold(self, one: Try, size: int, lease: float) -> Hold:
        settings, request = self.settings, one.request
        given = math.ceil(math.ceil(size / 3) * 1.1)
        shares = (
            Decimal(1),
            settings.tenant_share,
            settings.purpose_shares.get(request.purpose, Decimal(1)),
        )
        tokens = [int(settings.max_daily_tokens * share) for share in shares]
        cost = [settings.max_daily_cost * share for share in shares]
        return Hold(
            tenant=request.tenant_id,
            purpose=request.purpose,
            subject=request.subject,
            base_url=settings.base_url,
            model=one.model,
            prompt_sha=request.prompt.sha,
            attempt_of=one.attempt_of,
            tokens=given + one.max_tokens,
            cost=dearest(settings, given, one.max_tokens),
            limit_tokens=(tokens[0], tokens[1], tokens[2]),
            limit_cost=(cost[0], cost[1], cost[2]),
            share=share_of_day(request.severity),
            lease_seconds=lease,
        )

    def _exchanged(self, payload: bytes, seconds: float) -> tuple[Outcome, float]:
        """What the provider did, and how many seconds it took."""
        began = time.monotonic()
        try:
            answer = self.transport.post(payload, seconds)
            outcome = outcome_of(answer, self.settings, self.now())
        except TransportError as error:
            outcome = transport_outcome(error)
        return outcome, time.monotonic() - began

    def _settled(self, one: Try, judge: Judge, admission: Admission, attempt: Attempt) -> Attempt:
        outcome = attempt.outcome
        assert outcome is not None
        try:
            if outcome.has_words:
                attempt = _judged(attempt, one.request, judge)
        finally:
            self._settle(one, admission, attempt, outcome)
        self._tell_breaker(one.model, admission, outcome)
        return attempt

    def _settle(self, one: Try, admission: Admission, attempt: Attempt, outcome: Outcome) -> None:
        assert attempt.call_id is not None
        paid = charged(outcome, self.settings, one.model)
        details = _details(outcome) | {
            "outcome": attempt.reason or "answered",
            "cost_source": paid.source,
            "seconds": attempt.seconds,
            "parse_path": attempt.parsed.parse_path if attempt.parsed else None,
            "verdict": attempt.verdict,
            "failed_checks": sorted({v.check.value for v in attempt.violations}),
            "is_quality_probe": admission.quality == "probe",
        }
        self.ledger.settle(attempt.call_id, paid.state, paid.tokens, paid.cost, details)

    def _tell_breaker(self, model: str, admission: Admission, outcome: Outcome) -> None:
        base, policy = self.settings.base_url, outcome.policy
        is_probe = admission.transport == "probe"
        if policy.breaker is not Breaker.NONE:
            weight = WEIGHTS.get(policy.breaker, 1.0)
            self.ledger.failed(
                base, model, weight, is_probe, outcome.open_seconds, policy.reason.value
            )
        elif is_probe or admission.failures:
            self.ledger.answered(base, model, is_probe)


def _judged(attempt: Attempt, request: Request, judge: Judge) -> Attempt:
    outcome = attempt.outcome
    assert outcome is not None
    completion = outcome.completion
    assert completion is not None
    found = parse_answer(completion.content, completion.finish_reason, request.prompt.schema)
    if not isinstance(found, Parsed):
        return replace(
            attempt, reason=found.reason, detail=found.detail, content=completion.content
        )
    violations = tuple(judge(found.value))
    worst = min(violations, key=_gravity, default=None)
    return replace(
        attempt,
        reason=worst.reason if worst else None,
        detail=worst.detail if worst else "",
        content=completion.content,
        parsed=found,
        violations=violations,
    )


def _gravity(violation: Violation) -> bool:
    """What must not be asked again gives the reason, whatever else is wrong."""
    return violation.reason not in FINAL


def _details(outcome: Outcome) -> dict[str, Any]:
    usage, said = outcome.usage, outcome.completion
    return {
        "http_status": outcome.status,
        "finish_reason": said.finish_reason if said else None,
        "model": said.model if said else None,
        "generation_id": said.generation_id if said else None,
        "input_tokens": usage.input_tokens if usage else None,
        "output_tokens": usage.output_tokens if usage else None,
        "cached_tokens": usage.cached_tokens if usage else None,
        "reasoning_tokens": usage.reasoning_tokens if usage else None,
    }
