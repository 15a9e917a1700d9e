"""One asking about an adjustment: the request, the judge, and the words made of an answer."""

from decimal import Decimal

from e2a.analyst.asking import Answered, Fallback, Request
from e2a.analyst.narrator import Narrator
from e2a.analyst.prompts import Prompt
from e2a.billing.guard.rationales.amounts import Unexplained
from e2a.billing.guard.rationales.keeping import LOCALE, Outcome, Words
from e2a.domain.analysis.facts import Audience
from e2a.domain.analysis.inputs import facts_key, rationale_inputs
from e2a.domain.analysis.judging import Known, accepts, effective_confidence, rationale_judge
from e2a.domain.analysis.reasons import FallbackReason
from e2a.domain.analysis.slots import render


def tell(narrator: Narrator, prompt: Prompt, one: Unexplained) -> Outcome:
    """Ask about an adjustment; raises only what a database that is away raises."""
    if one.ai == "off":
        return Outcome(one, reason=FallbackReason.SWITCHED_OFF)
    judge = rationale_judge(one.facts, LOCALE, Known(examples=prompt.examples))
    answer = narrator.ask(_request(prompt, one), judge)
    if isinstance(answer, Fallback):
        return Outcome(one, None, answer.reason, answer.detail, answer.call_ids)
    confidence = effective_confidence(
        answer.value["confidence"], one.facts, was_helped=answer.repaired or answer.reasked
    )
    if not accepts(confidence, Decimal(str(narrator.settings.min_confidence))):
        said = f"Its effective confidence is {confidence:.4f}"
        return Outcome(one, None, FallbackReason.LOW_CONFIDENCE, said, answer.call_ids)
    return Outcome(one, _words(one, answer, confidence), call_ids=answer.call_ids)


def _request(prompt: Prompt, one: Unexplained) -> Request:
    user = prompt.user(**rationale_inputs(one.facts, LOCALE))
    return Request(
        one.tenant_id, "adjustment_rationale", one.subject, prompt, user, facts_key(one.facts),
        LOCALE,
    )  # fmt: skip


def _words(one: Unexplained, answer: Answered, confidence: Decimal) -> Words:
    slots = str(answer.value["rationale"])
    return Words(
        slots, render(slots, one.facts, Audience.OPS, LOCALE), confidence, dict(answer.value),
        answer.model, answer.cached,
    )  # fmt: skip
