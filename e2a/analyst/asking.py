"""What is asked of a model and what comes back: the types of `Narrator.ask`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from e2a.domain.analysis.reasons import FallbackReason
from e2a.domain.exceptions import Severity

if TYPE_CHECKING:
    from e2a.analyst.prompts import Prompt
    from e2a.domain.analysis.violations import Violation

Purpose = Literal["breach_narrative", "adjustment_rationale", "policy_review"]
Judge = Callable[[dict[str, Any]], Sequence["Violation"]]
"""Says what is wrong with an answer that is a JSON object; nothing wrong accepts it."""


@dataclass(frozen=True, slots=True)
class Request:
    """One question.

    Args:
        tenant_id: whose budget and whose cache.
        purpose: what for; the third budget.
        subject: what it is about, for the ledger (an exception's id, an adjustment's id).
        prompt: the released prompt: system words, schema, limits.
        user: the rendered user message.
        facts_key: canonical facts without figures, and whatever else of `user` may change the
            words (a hash of order notes); equal keys share an answer. Empty: never cached.
        locale: of the answer.
        severity: decides sampling and thinning; None is never sampled out.
    """

    tenant_id: str
    purpose: Purpose
    subject: str
    prompt: "Prompt"
    user: str = field(repr=False)
    facts_key: str
    locale: str
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that the judge accepted.

    Args:
        value: the JSON object as parsed; strings stripped and in NFC, the label spelt as the schema
            spells it.
        parse_path: the rung of the ladder that read it, such as `strict`, `fence+label`.
        repaired: whether only a repair of its punctuation made it readable.
        reasked: whether it is the second try.
        cached: whether nothing was sent for it.
        model: the one that answered, as it calls itself.
        call_ids: rows of ops.ai_calls; of a cached answer, the call that once paid for it.
        prompt_sha: of the prompt that it answers.
    """

    value: Mapping[str, Any]
    parse_path: str
    repaired: bool
    reasked: bool
    cached: bool
    model: str
    call_ids: tuple[UUID, ...]
    prompt_sha: str


@dataclass(frozen=True, slots=True)
class Fallback:
    """Why there is no accepted answer; the rules write instead.

    Args:
        reason: in one word.
        call_ids: what was sent in vain.
        detail: a sentence for people; never words of the model or of an order.
        violations: what the judge said of the last answer, if there was one.
        draft: that last answer, rejected: what of it is harmless may be shown as a draft.
    """

    reason: FallbackReason
    call_ids: tuple[UUID, ...] = ()
    detail: str = ""
    violations: tuple["Violation", ...] = ()
    draft: Mapping[str, Any] | None = field(default=None, repr=False)
