"""One asking: the request about a breach, the judge of its answer, and the words made of it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from e2a.analyst.asking import Answered, Fallback, Request
from e2a.analyst.narrator import Narrator
from e2a.analyst.prompts import Prompt
from e2a.domain.analysis.facts import Audience
from e2a.domain.analysis.inputs import breach_inputs, facts_key
from e2a.domain.analysis.judging import Known, accepts, effective_confidence, narrative_judge
from e2a.domain.analysis.reasons import FallbackReason
from e2a.domain.analysis.slots import render, slots_in
from e2a.domain.analysis.stored import to_json
from e2a.domain.analysis.words import LANGUAGES
from e2a.domain.errors import ConfigurationError
from e2a.domain.exceptions import Severity
from e2a.sla.narration.gathering import Told
from e2a.sla.narration.keeping import Outcome, Words

OPS_LOCALE = "en"
"""Operations read English, whatever the customer reads."""


def tell(narrator: Narrator, prompt: Prompt, told: Told) -> Outcome:
    """Ask about a breach; raises only what a database that is away raises."""
    locale = locale_of(told.claimed.locale)
    inputs, user = _said(prompt, told, locale)
    shown = tuple(note["text"] for note in inputs["notes"])
    known = Known(told.personal, told.others, prompt.examples, shown)
    judge = narrative_judge(told.facts, locale, known)
    answer = narrator.ask(_request(prompt, told, locale, inputs, user), judge)
    if isinstance(answer, Fallback):
        return Outcome(
            told.claimed, reason=answer.reason, detail=answer.detail, call_ids=answer.call_ids
        )
    confidence = effective_confidence(
        answer.value["confidence"], told.facts, answer.value["label"],
        was_helped=answer.repaired or answer.reasked,
    )  # fmt: skip
    if not accepts(confidence, Decimal(str(narrator.settings.min_confidence))):
        return _unsure(told, answer, confidence)
    return Outcome(told.claimed, _words(told, locale, answer, confidence), call_ids=answer.call_ids)


def locale_of(wanted: str) -> str:
    """The language of the tenant if there are words for it, else English."""
    return wanted if wanted.partition("_")[0] in LANGUAGES else OPS_LOCALE


def _said(prompt: Prompt, told: Told, locale: str) -> tuple[dict[str, Any], str]:
    """What the prompt is given, and the message that it makes of it."""
    inputs = breach_inputs(told.facts, locale, told.notes, told.personal)
    try:
        return inputs, prompt.user(**inputs)
    except ConfigurationError:  # too long: what strangers wrote is what can be left out
        inputs["notes"] = []
        return inputs, prompt.user(**inputs)


def _request(
    prompt: Prompt, told: Told, locale: str, inputs: Mapping[str, Any], user: str
) -> Request:
    one, facts = told.claimed, told.facts
    return Request(
        tenant_id=one.tenant_id, purpose="breach_narrative",
        subject=f"{one.order_id}/{one.stage}#{one.instance}", prompt=prompt, user=user,
        facts_key=facts_key(facts, inputs["notes"]), locale=locale,
        severity=Severity(one.severity),
    )  # fmt: skip


def _unsure(told: Told, answer: Answered, confidence: Decimal) -> Outcome:
    return Outcome(
        told.claimed, reason=FallbackReason.LOW_CONFIDENCE, call_ids=answer.call_ids,
        detail=f"Its effective confidence is {confidence:.4f}",
    )  # fmt: skip


def _words(told: Told, locale: str, answer: Answered, confidence: Decimal) -> Words:
    value: Mapping[str, Any] = answer.value
    ops, client = str(value["ops_note"]), str(value["client_note"])
    return Words(
        label=value["label"],
        model_confidence=value["confidence"],
        confidence=confidence,
        reasoning=value["reasoning"],
        ops_slots=ops,
        client_slots=client,
        ops_note=render(ops, told.facts, Audience.OPS, OPS_LOCALE),
        client_note=render(client, told.facts, Audience.CLIENT, locale),
        evidence=tuple(dict.fromkeys(slots_in(ops) + slots_in(client))),
        facts=to_json(told.facts),
        locale=locale,
        model=answer.model,
        parse_path=answer.parse_path,
        is_repaired=answer.repaired,
        is_reasked=answer.reasked,
        is_cached=answer.cached,
    )
