"""What became of asking about an adjustment, kept: accepted words, or why the template's stand."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
import psycopg

from e2a.analyst.prompts import Prompt
from e2a.billing.guard.rationales.amounts import Unexplained
from e2a.domain.analysis.passing import PASSING
from e2a.domain.analysis.reasons import FallbackReason
from e2a.domain.analysis.stored import to_json

LOCALE = "en"
"""Who approves adjustments reads it: operations, in English."""


@dataclass(frozen=True, slots=True)
class Words:
    """An accepted rationale, with and without figures, and the answer that it is of."""

    slots: str
    rationale: str
    confidence: Decimal
    answer: dict[str, Any]
    model: str
    is_cached: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one asking: words, or a reason."""

    about: Unexplained
    words: Words | None = None
    reason: FallbackReason | None = None
    detail: str = ""
    call_ids: tuple[UUID, ...] = ()


def keep(connection: psycopg.Connection[Any], prompt: Prompt, outcome: Outcome) -> None:
    """Store an outcome, in a transaction of its own; of a reason that may pass, nothing."""
    if outcome.reason in PASSING:
        return
    one, words = outcome.about, outcome.words
    was_asked = words is not None or bool(outcome.call_ids)
    with connection.transaction():
        connection.execute(
            _KEEP,
            {
                "tenant": one.tenant_id, "key": one.finding_key, "step": one.step,
                "version": one.version, "amount": one.amount, "billed": one.billed,
                "expected": one.expected, "source": "model" if words else "rules",
                "reason": outcome.reason, "detail": outcome.detail or None,
                "confidence": words and words.confidence, "slots": words and words.slots,
                "rationale": words and words.rationale,
                "answer": orjson.dumps(words.answer).decode() if words else None,
                "facts": orjson.dumps(to_json(one.facts)).decode() if words else None,
                "locale": LOCALE, "model": words and words.model,
                "prompt": prompt.name if was_asked else None,
                "sha": prompt.sha if was_asked else None, "calls": list(outcome.call_ids),
                "cached": bool(words and words.is_cached),
            },
        )  # fmt: skip


_KEEP = """
insert into billing.rationales (
    tenant_id, finding_key, step, version, amount, billed, expected, source, fallback_reason,
    detail, confidence, slots, rationale, answer, facts, locale, model, prompt, prompt_sha,
    call_ids, is_cached
) values (
    %(tenant)s, %(key)s, %(step)s, %(version)s, %(amount)s, %(billed)s, %(expected)s, %(source)s,
    %(reason)s, %(detail)s, %(confidence)s, %(slots)s, %(rationale)s, %(answer)s, %(facts)s,
    %(locale)s, %(model)s, %(prompt)s, %(sha)s, %(calls)s::uuid[], %(cached)s
)
"""
