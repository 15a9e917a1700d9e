"""One question: attempts with pauses between them, until an answer, a failure or the deadline.

The first question has as many seconds as `AI_TIMEOUT_SECONDS`; one that is asked again has as many
once more, because its call is a new one. The provider's seconds and the pauses count, ours at the
ledger do not. Pauses have full jitter, or last as the provider asks.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

from e2a.analyst import wire
from e2a.analyst.asking import Judge, Request
from e2a.analyst.attempted import Attempt
from e2a.analyst.attempts import Attempts, Try
from e2a.domain.analysis.answers.error_policy import Retry

_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 8.0

Sleep = Callable[[float], None]


@dataclass(slots=True)
class Asked:
    """How a question went: its last attempt, and the rows of all."""

    last: Attempt
    calls: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Questions:
    """Asks questions; `sleep` is handed in so that tests need not wait."""

    attempts: Attempts
    sleep: Sleep

    def ask(
        self,
        request: Request,
        messages: list[dict[str, str]],
        max_tokens: int,
        judge: Judge,
        attempt_of: UUID | None,
    ) -> Asked:
        """Attempt until there is an answer, a failure that stays, or no time."""
        settings = self.attempts.settings
        one = Try(request, messages, settings.model, None, max_tokens, attempt_of, settings.timeout)
        calls: list[UUID] = []
        repeated, failed = 0, None
        while True:
            attempt = self.attempts.make(one, judge)
            if attempt.outcome is None and failed is not None:
                return Asked(failed, tuple(calls))  # not let through again
            if attempt.call_id is not None:
                calls.append(attempt.call_id)
            failed = attempt
            self._remember(one, attempt)
            following = self._following(one, attempt, repeated)
            if following is None:
                return Asked(attempt, tuple(calls))
            one = replace(following, attempt_of=attempt_of or calls[0])
            repeated += not _steps_down(attempt)

    def _following(self, one: Try, attempt: Attempt, repeated: int) -> Try | None:
        """What to try next, after a pause; None if nothing."""
        policy = attempt.policy
        if policy is None:
            return None
        if _steps_down(attempt):
            form = wire.FORMATS[wire.FORMATS.index(attempt.form) + 1]
            left = one.seconds - attempt.seconds
            return replace(one, form=form, seconds=left) if left > 0 else None
        most = {Retry.ONCE: 1, Retry.YES: self.attempts.settings.retries}.get(policy.retry, 0)
        if repeated >= min(most, self.attempts.settings.retries):
            return None
        pause = _pause(attempt, repeated)
        left = one.seconds - attempt.seconds - pause
        if left <= 0:
            return None
        self.sleep(pause)
        return replace(one, seconds=left, model=self._model(one.model, policy.next_model))

    def _model(self, model: str, is_full: bool) -> str:
        """OpenRouter goes to the next model by itself; another provider is asked for it."""
        settings = self.attempts.settings
        if not is_full or settings.openrouter:
            return model
        models = settings.models
        return models[(models.index(model) + 1) % len(models)]

    def _remember(self, one: Try, attempt: Attempt) -> None:
        """A lower form that was understood is the first one to be tried for a day."""
        if one.form is not None and attempt.outcome is not None and attempt.outcome.has_words:
            settings = self.attempts.settings
            self.attempts.ledger.step_down(settings.base_url, one.model, one.form)


def _pause(attempt: Attempt, repeated: int) -> float:
    asked = attempt.outcome.wait if attempt.outcome else None
    longest = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**repeated)
    return random.uniform(0, longest) if asked is None else asked


def _steps_down(attempt: Attempt) -> bool:
    policy = attempt.policy
    return policy is not None and policy.retry is Retry.LADDER and attempt.form in wire.FORMATS[:-1]
