"""One asking about an adjustment: the request, the judge, and the words made of an answer."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice

from e2a.analyst.asking import Answered, Fallback, Request
from e2a.analyst.narrator import Narrator
from e2a.analyst.prompts import Prompt
from e2a.billing.guard.rationales.amounts import Unexplained
from e2a.billing.guard.rationales.keeping import LOCALE, Outcome, Words
from e2a.domain.analysis.facts import Audience, FactKind
from e2a.domain.analysis.inputs import facts_key, rationale_inputs
from e2a.domain.analysis.judging import Known, accepts, effective_confidence, rationale_judge
from e2a.domain.analysis.others import MOST, giveaways
from e2a.domain.analysis.reasons import FallbackReason
from e2a.domain.analysis.slots import render


def tell(
    narrator: Narrator, prompt: Prompt, beside: Sequence[Unexplained], one: Unexplained
) -> Outcome:
    """Ask about an adjustment; raises only what a database that is away raises.

    Args:
        narrator: asks.
        prompt: that is asked.
        beside: adjustments that are asked about in the same pass: their names may not be in it.
        one: to ask about.
    """
    if one.ai == "off":
        return Outcome(one, reason=FallbackReason.SWITCHED_OFF)
    known = Known(others=_others(beside, one), examples=prompt.examples)
    judge = rationale_judge(one.facts, LOCALE, known)
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


def _others(beside: Sequence[Unexplained], one: Unexplained) -> tuple[str, ...]:
    """Names that belong to other adjustments of the tenant alone: invoices, orders, parcels."""
    own = {*_names(one)}
    theirs = (name for it in beside if it.tenant_id == one.tenant_id for name in _names(it))
    return tuple(islice(dict.fromkeys(name for name in theirs if name not in own), MOST))


def _names(one: Unexplained) -> Iterator[str]:
    for fact in one.facts.by_id.values():
        if fact.kind is FactKind.NAME:
            yield from giveaways([f"name:{fact.value}"], ())


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
