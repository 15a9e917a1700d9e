"""Questions that many ask at once are asked once: the cache of answers, and who is asking now.

    mine ──> ask ──> keep (accepted) | failed (who waits hears why) | gone (who waits asks itself)
    pending ──> wait ──> what the one who asks heard

Kept are answers that were accepted at first and not mended; the key holds no figures. What was
refused for the names in one order says nothing about another with the same facts.
"""

import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import uuid4

from e2a.analyst.asking import Answered, Fallback, Judge, Request
from e2a.analyst.ledger import Ledger, Looked
from e2a.analyst.questions import Sleep
from e2a.analyst.settings import Settings
from e2a.domain.analysis.reasons import FallbackReason

_FIRST_LOOK, _LONGEST_LOOK = 0.02, 0.5
_OF_ONE_ORDER = frozenset({FallbackReason.PII, FallbackReason.LEAK})
Ask = Callable[[], Answered | Fallback]


def cache_key(request: Request, settings: Settings) -> str:
    """What makes two questions the same: prompt, schema, models, locale, facts without figures."""
    schema = json.dumps(request.prompt.schema, sort_keys=True, ensure_ascii=False)
    parts = [
        request.purpose,
        request.prompt.sha,
        sha256(schema.encode()).hexdigest(),
        "\n".join((settings.base_url, *settings.models)),
        request.locale,
        request.facts_key,
    ]
    return sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Flights:
    """Looks questions up before they are asked."""

    ledger: Ledger
    settings: Settings
    sleep: Sleep

    def share(self, request: Request, judge: Judge, ask: Ask) -> Answered | Fallback:
        """The kept answer, or what asking brings; one asker at a time."""
        if not request.facts_key:
            return ask()
        tenant, key = request.tenant_id, cache_key(request, self.settings)
        holder, until, since, pause = uuid4(), self._until(), None, _FIRST_LOOK
        lease = 2 * self.settings.timeout + 60
        while True:
            seen = self.ledger.look(tenant, key, request.purpose, holder, lease, since)
            if seen.state == "mine":
                return self._flown(request, key, holder, ask)
            if seen.state == "failed":
                reason = FallbackReason(seen.reason or FallbackReason.BUSY)
                return Fallback(reason, detail="Who asked the same was not answered")
            if seen.state == "accepted":
                kept = self._kept(request, judge, key, seen)
                if kept is not None:
                    return kept
            elif time.monotonic() >= until:
                return Fallback(FallbackReason.BUSY, detail="Somebody else asks the same")
            since = seen.since
            self.sleep(random.uniform(pause / 2, pause))
            pause = min(pause * 1.5, _LONGEST_LOOK)

    def _until(self) -> float:
        return time.monotonic() + 2 * self.settings.timeout

    def _flown(self, request: Request, key: str, holder: Any, ask: Ask) -> Answered | Fallback:  # noqa: ANN401
        answer: str | None = None
        model = path = call = reason = None
        try:
            said = ask()
            if isinstance(said, Fallback):
                reason = None if said.reason in _OF_ONE_ORDER else said.reason.value
            elif not said.repaired and not said.reasked:
                answer = json.dumps(said.value, ensure_ascii=False)
                model, path, call = said.model, said.parse_path, said.call_ids[-1]
            return said
        finally:
            self.ledger.keep(
                request.tenant_id, key, holder, answer, model, request.prompt.sha, path, call,
                reason,
            )  # fmt: skip

    def _kept(self, request: Request, judge: Judge, key: str, seen: Looked) -> Answered | None:
        """The kept answer, if the judge of this request accepts it too."""
        value = json.loads(seen.answer or "{}")
        if judge(value):
            self.ledger.count(request.tenant_id, request.purpose, "cache", ["rejected"])
            self.ledger.drop(request.tenant_id, key, seen.call_id)
            return None
        self.ledger.count(request.tenant_id, request.purpose, "cache", ["hit"])
        return Answered(
            value=value,
            parse_path=seen.parse_path or "",
            repaired=False,
            reasked=False,
            cached=True,
            model=seen.model or "",
            call_ids=(seen.call_id,) if seen.call_id else (),
            prompt_sha=request.prompt.sha,
        )
