"""What a model is asked about a policy, and whether its answer has the shape of a review."""

import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from e2a.analyst.asking import Request
from e2a.analyst.prompts import load
from e2a.domain.analysis.review_contract import problems
from e2a.domain.analysis.violations import Check, Violation
from e2a.domain.lint import Finding, Subject
from e2a.review.pointers import leaves

PROMPT = "policy_review"
LONGEST_PROSE = 20_000
"""Characters of a contract in prose that are compared; what is beyond is not sent."""

LONGEST_POLICY = 80_000
"""Characters of a policy, as pointers and values; a longer one is not sent."""

LANGUAGE = """\
events: a list of {at: "2026-03-10T09:00:00-05:00", type: ..., order: O-1, ...}
  order_created (lines: {A: 1}; may have site, service_level, channel, promised_at, ship_by),
  order_paid, order_released, order_cancelled, pick_completed, pack_completed, shipped, delivered,
  hold_placed (hold: h1, reason: ...), hold_released (hold: h1), receipt_arrived (receipt: R-1),
  receipt_completed, vas_performed (code: ..., quantity: 2), label_purchased (shipment: P-1)
questions: a list of
  {as_of: "2026-03-10T12:00:00-05:00", order: O-1, stage: pick, expect: {state: met, due_at: ...}}
  {invoice: {month: 2026-03}, expect: {total: 216.00}}
  state is one of met, breached, cancelled, paused, at_risk, on_track, unassessable, none
"""
"""The scenario language (docs/scenarios.md) as far as a proposed test needs it."""


def request(subject: Subject, known: Sequence[Finding], prose: str, locale: str = "en") -> Request:
    """The question about a policy; equal policy, prose and findings share an answer."""
    prompt, shown = load(PROMPT), dict(leaves(subject))
    words = [f"{f.rule} {f.severity} line {f.line} of {f.file}: {f.problem}" for f in known]
    asked = prose[:LONGEST_PROSE]
    tenant = subject.folder  # never what the text calls itself: budget and cache go by it
    return Request(
        tenant_id=tenant,
        purpose="policy_review",
        subject=f"policy {policy_sha(subject)[:16]}",
        prompt=prompt,
        user=prompt.user(policy=shown, tenant=tenant, prose=asked, known=words, language=LANGUAGE),
        facts_key=_sha([tenant, shown, words, asked]),
        locale=locale,
    )


def policy_sha(subject: Subject) -> str:
    """What a policy says, whatever its layout and comments."""
    return _sha(dict(leaves(subject)))


def is_too_long(subject: Subject) -> bool:
    """Whether a policy is not sent, for its size."""
    return sum(len(k) + len(v) for k, v in leaves(subject)) > LONGEST_POLICY


def judge(value: dict[str, Any]) -> list[Violation]:
    """What is wrong with the shape of an answer; its claims are checked one by one later."""
    return [Violation(Check.SCHEMA, place, words) for place, words in problems(value)]


def _sha(value: object) -> str:
    return sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
