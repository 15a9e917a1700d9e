"""An answer through every check, and whether it is taken.

Violations are what a model can do better when asked again. How sure an answer is counts afterwards,
by `effective_confidence`: a model's own figure is no probability, so code caps it by what it saw.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from e2a.domain.analysis.checks import (
    arithmetic,
    cause,
    echo,
    grounding,
    language,
    length,
    markup,
    obedience,
    omission,
    other_ids,
    personal_data,
    promise,
    readability,
    tone,
)
from e2a.domain.analysis.checks.label_evidence import conflicts
from e2a.domain.analysis.checks.said import Said
from e2a.domain.analysis.facts import Audience, Facts
from e2a.domain.analysis.narrative_contract import NarrativeAnswer, read_narrative
from e2a.domain.analysis.rationale_contract import RationaleAnswer, read_rationale
from e2a.domain.analysis.violations import Violation

GATE = Decimal("0.55")
"""Accepted at this effective confidence or above."""
AFTER_HELP, IN_CONFLICT, THIN = Decimal("0.5"), Decimal("0.3"), Decimal("0.54")
Judge = Callable[[dict[str, Any]], Sequence[Violation]]


@dataclass(frozen=True, slots=True)
class Known:
    """What an answer must not contain, beside what every answer must not.

    Attributes:
        personal: of this order's customer: name, address lines, e-mail, phone.
        others: ids and names of other orders and tenants.
        examples: of the prompt, `Prompt.examples`.
        notes: of the order, as the prompt showed them.
    """

    personal: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def judge_narrative(
    answer: NarrativeAnswer,
    facts: Facts,
    locale: str,
    known: Known = Known(),
    ops_locale: str = "en",
) -> list[Violation]:
    """Everything that is wrong with an answer about a breach; nothing wrong accepts its words.

    Args:
        answer: of the right shape.
        facts: that it may state.
        locale: of the customer's note.
        known: what must not be in it.
        ops_locale: of the note for operations and of the reasoning.
    """
    return [
        violation
        for said in _said(answer, locale, ops_locale)
        for violation in _common(said, facts, known)
    ]


def judge_rationale(
    answer: RationaleAnswer, facts: Facts, locale: str, known: Known = Known()
) -> list[Violation]:
    """Everything that is wrong with an answer about an adjustment."""
    rationale = Said("rationale", answer.rationale, Audience.OPS, locale)
    reasoning = Said("reasoning", answer.reasoning, Audience.OPS, locale, is_note=False)
    subject = frozenset({"credit", "refund"})
    return [
        *_common(rationale, facts, known, subject),
        *_common(reasoning, facts, known, subject),
        *arithmetic.check(rationale, facts),
    ]


def narrative_judge(facts: Facts, locale: str, known: Known = Known()) -> Judge:
    """What a narrator is given to judge a raw answer: its shape, then its words."""

    def judge(value: dict[str, Any]) -> list[Violation]:
        answer = read_narrative(value)
        return answer if isinstance(answer, list) else judge_narrative(answer, facts, locale, known)

    return judge


def rationale_judge(facts: Facts, locale: str, known: Known = Known()) -> Judge:
    """The same for an adjustment."""

    def judge(value: dict[str, Any]) -> list[Violation]:
        answer = read_rationale(value)
        return answer if isinstance(answer, list) else judge_rationale(answer, facts, locale, known)

    return judge


def effective_confidence(
    confidence: float | Decimal | str,
    facts: Facts,
    label: str | None = None,
    *,
    was_helped: bool = False,
) -> Decimal:
    """The model's confidence, capped by what code saw.

    Args:
        confidence: the model's own, from 0 to 1.
        facts: thin evidence caps at 0.54.
        label: one that the evidence does not allow caps at 0.3; None where there is none.
        was_helped: it was repaired or asked again, which caps at 0.5.
    """
    caps = [Decimal(str(confidence))]
    caps += [AFTER_HELP] if was_helped else []
    caps += [IN_CONFLICT] if label is not None and conflicts(label, facts) else []
    caps += [THIN] if facts.is_thin else []
    return min(caps)


def accepts(confidence: Decimal, gate: Decimal = GATE) -> bool:
    """Whether an effective confidence passes the gate, which is inclusive."""
    return confidence >= gate


def _said(answer: NarrativeAnswer, locale: str, ops_locale: str) -> Iterator[Said]:
    yield Said("reasoning", answer.reasoning, Audience.OPS, ops_locale, is_note=False)
    yield Said("ops_note", answer.ops_note, Audience.OPS, ops_locale)
    yield Said("client_note", answer.client_note, Audience.CLIENT, locale)


def _common(
    said: Said, facts: Facts, known: Known, subject: frozenset[str] = frozenset()
) -> Iterable[Violation]:
    yield from length.check(said, facts)
    if len(said.text) > length.HOPELESS:
        return
    yield from grounding.check(said, facts)
    yield from omission.check(said, facts)
    yield from markup.check(said)
    yield from other_ids.check(said, facts, known.others)
    yield from personal_data.check(said, facts, known.personal)
    yield from echo.check(said, known.examples)
    yield from obedience.check(said, known.notes)
    yield from cause.check(said, facts)
    yield from promise.check(said, facts, subject)
    yield from tone.check(said, facts)
    yield from language.check(said)
    yield from readability.check(said)
