"""The one entry point: ask, and get an accepted answer or the reason why the rules must write.

    sampled? ──> kept answer? ──> question ──> judged ──> asked again, once ──> answer | fallback

Nothing that a provider does raises here; a database that is away does.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import psycopg

from e2a.analyst import wire
from e2a.analyst.asking import Answered, Fallback, Judge, Request
from e2a.analyst.attempted import Attempt
from e2a.analyst.attempts import Attempts
from e2a.analyst.flights import Flights
from e2a.analyst.ledger import Ledger
from e2a.analyst.questions import Asked, Questions, Sleep
from e2a.analyst.settings import Settings, read_settings
from e2a.analyst.transport import Transport
from e2a.domain.analysis.reasons import AGAIN, FallbackReason
from e2a.domain.analysis.sampling import is_sampled
from e2a.warehouse.connection import Role, Warehouse

_MOST_QUOTED = 1_000
"""Characters of a rejected answer that the model is shown again."""
_BETWEEN_SWEEPS = 60.0
"""Seconds; what died holding budget gives it back at the latest then, if anybody asks."""
_NOT_ASKED = frozenset(
    {
        FallbackReason.BUDGET,
        FallbackReason.THINNED,
        FallbackReason.BREAKER_OPEN,
        FallbackReason.QUALITY,
    }
)


class Narrator:
    """Asks a model; safe to share between threads.

    Args:
        settings: which model, within what.
        connect: makes a connection as `e2a_analyst`.
        sleep: waits between attempts; handed in so that tests need not.
        now: the present, for a Retry-After that is a date.
    """

    def __init__(
        self,
        settings: Settings,
        connect: Callable[[], psycopg.Connection[Any]],
        sleep: Sleep = time.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.settings = settings
        self._ledger = Ledger(connect)
        self._transport = Transport(settings.base_url, wire.headers(settings))
        self._flights = Flights(self._ledger, settings, sleep)
        turns = threading.BoundedSemaphore(settings.at_once)
        attempts = Attempts(self._ledger, self._transport, settings, now, turns)
        self._questions = Questions(attempts, sleep)
        self._swept_at = float("-inf")

    def close(self) -> None:
        """Close all connections."""
        self._transport.close()
        self._ledger.close()

    def ask(self, request: Request, judge: Judge) -> Answered | Fallback:
        """An answer that `judge` accepts, or why there is none.

        Args:
            request: the question.
            judge: says what is wrong with an answer; also asked about kept answers.
        """
        said = self._answer(request, judge)
        if isinstance(said, Fallback):
            where = request.tenant_id, request.purpose
            self._ledger.count(*where, "fallback", [said.reason.value])
            self._ledger.count(*where, "check", [v.check.value for v in said.violations])
        return said

    def _answer(self, request: Request, judge: Judge) -> Answered | Fallback:
        if not self.settings.enabled:
            return Fallback(FallbackReason.NO_KEY, detail="No key is set: the rules write")
        version = f"{request.prompt.id}/v{request.prompt.version}"
        if not is_sampled(request.subject, version, request.severity, self.settings.sampling):
            return Fallback(FallbackReason.SAMPLED_OUT, detail="Its severity is not asked about")
        self._sweep()
        return self._flights.share(request, judge, lambda: self._asked(request, judge))

    def _sweep(self) -> None:
        if time.monotonic() - self._swept_at > _BETWEEN_SWEEPS:
            self._swept_at = time.monotonic()
            self._ledger.sweep()

    def _asked(self, request: Request, judge: Judge) -> Answered | Fallback:
        messages, most = wire.opening(request), request.prompt.max_tokens
        first = self._questions.ask(request, messages, most, judge, None)
        if first.last.reason is None:
            return _answered(request, first, first.calls, reasked=False)
        if first.last.reason not in AGAIN:
            return _fallback(first.last, first.calls)
        if first.last.reason is FallbackReason.TRUNCATED:
            most *= 2
        else:
            messages = [*messages, *_objection(first.last)]
        second = self._questions.ask(request, messages, most, judge, first.calls[0])
        calls = first.calls + second.calls
        if second.last.reason is None:
            return _answered(request, second, calls, reasked=True)
        kept = first if second.last.reason in _NOT_ASKED else second
        return _fallback(kept.last, calls)


@contextmanager
def open_narrator(warehouse: Warehouse, settings: Settings | None = None) -> Iterator[Narrator]:
    """A narrator over an installation, with settings of the environment unless others are given.

    Raises:
        ConfigurationError: a variable says something that cannot be.
    """
    found = settings or read_settings()
    narrator = Narrator(found, lambda: warehouse.connect(Role.ANALYST, autocommit=True))
    try:
        yield narrator
    finally:
        narrator.close()


def _objection(attempt: Attempt) -> list[dict[str, str]]:
    """What was said, shortened, and what is wrong with it, without its words."""
    wrong = [f"- {v.field or 'answer'}: {v.detail}" for v in attempt.violations[:20]]
    faults = "\n".join(wrong or [f"- answer: {attempt.detail}"])
    return [
        {"role": "assistant", "content": attempt.content[:_MOST_QUOTED]},
        {
            "role": "user",
            "content": f"That answer cannot be used:\n{faults}\n"
            "Write the whole JSON object again, corrected, and nothing else.",
        },
    ]


def _answered(request: Request, asked: Asked, calls: tuple[Any, ...], *, reasked: bool) -> Answered:
    attempt = asked.last
    assert attempt.parsed is not None
    assert attempt.outcome is not None
    assert attempt.outcome.completion is not None
    return Answered(
        value=attempt.parsed.value,
        parse_path=attempt.parsed.parse_path,
        repaired=attempt.parsed.repaired,
        reasked=reasked,
        cached=False,
        model=attempt.outcome.completion.model,
        call_ids=calls,
        prompt_sha=request.prompt.sha,
    )


def _fallback(attempt: Attempt, calls: tuple[Any, ...]) -> Fallback:
    assert attempt.reason is not None
    return Fallback(
        reason=attempt.reason,
        call_ids=calls,
        detail=attempt.detail or f"The provider failed: {attempt.reason.value}",
        violations=attempt.violations,
        draft=attempt.parsed.value if attempt.parsed else None,
    )
