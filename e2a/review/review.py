"""A policy reviewed by a model: asked, checked, its tests run, and what is left of it.

Without a key, or without an answer, the review is empty and says why: the deterministic lint stands
by itself. Nothing in a review is an error and nothing of it fails a build.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from e2a.analyst.asking import Answered, Fallback, Judge, Request
from e2a.domain.analysis.reasons import FallbackReason
from e2a.domain.analysis.review_contract import MOST, PolicyReviewAnswer
from e2a.domain.lint import Finding, Severity, Subject
from e2a.domain.policy_text import FILES
from e2a.review.asking import is_too_long, judge, request
from e2a.review.checking import SURPRISE, Dropped, check, finding, plain
from e2a.review.given import Document, documents_of
from e2a.review.pointers import at, said
from e2a.review.proposals import Proposal, read
from e2a.review.trial import Engine
from e2a.scenarios import Result


class Asks(Protocol):
    """What asks a model; `e2a.analyst.narrator.Narrator` does."""

    def ask(self, request: Request, judge: Judge) -> Answered | Fallback:
        """An answer of the right shape, or why there is none."""


class Became(StrEnum):
    """What became of a proposed test."""

    AGREED = "agreed"
    DENIED = "denied"
    """The engine answers otherwise: ambiguous or surprising, for a person to look at."""
    REFUSED = "refused"
    """It is no scenario of the language, or out of bounds."""
    NOT_RUN = "not_run"


@dataclass(frozen=True, slots=True)
class Tried:
    """A proposed test, what became of it, and in words why."""

    title: str
    because: str
    became: Became
    words: str = ""
    scenario: Document | None = field(default=None, repr=False)

    @property
    def was_run(self) -> bool:
        """Whether the engine has answered it."""
        return self.became in (Became.AGREED, Became.DENIED)


@dataclass(frozen=True, slots=True)
class Review:
    """What a model said of a policy, as far as it holds.

    Attributes:
        reason: why there is nothing, in one word of a closed set; None if a model answered.
        detail: the same for people.
        findings: claims and contradictions that hold, and tests that the engine denies.
        dropped: how many claims did not hold, by reason.
        summary: plain words whose figures are the policy's own; None if it had others.
    """

    reason: str | None
    detail: str = ""
    findings: tuple[Finding, ...] = ()
    dropped: Mapping[str, int] = field(default_factory=dict)
    tests: tuple[Tried, ...] = ()
    summary: str | None = None
    model: str | None = None
    is_cached: bool = False
    prompt_sha: str | None = None

    def document(self) -> Document:
        """For machines."""
        told = asdict(self)
        for test, tried in zip(told["tests"], self.tests, strict=True):
            test["scenario"] = _own(tried.scenario)
        return {"written_by": "rules" if self.reason else "model", **told}


def review(
    asks: Asks, subject: Subject, known: Sequence[Finding], *, prose: str = "",
    engine: Engine | None = None,
) -> Review:  # fmt: skip
    """Ask a model about a policy and keep what can be shown.

    Args:
        asks: the narrator.
        subject: the policy.
        known: what the deterministic lint found. With errors among it, no proposed test is run.
        prose: the contract in words, if it is to be compared.
        engine: runs proposed tests; without one they are only read.
    """
    if is_too_long(subject):
        return Review("too_large", "The policy is too long to be sent")
    answer = asks.ask(request(subject, known, prose), judge)
    if isinstance(answer, Fallback):
        return Review(answer.reason.value, answer.detail or _WORDS.get(answer.reason, ""))
    said_ = PolicyReviewAnswer.model_validate(dict(answer.value))
    checked = check(said_, subject, prose)
    tests = _tried(said_, subject, engine, _unfit(subject, known))
    dropped = checked.dropped + Counter(
        {Dropped.SCENARIO: sum(test.became is Became.REFUSED for test in tests)}
    )
    return Review(
        None,
        findings=(*checked.findings, *_surprises(tests, subject)),
        dropped={reason.value: count for reason, count in sorted(dropped.items())},
        tests=tuple(tests),
        summary=_summary(said_.summary, subject),
        model=answer.model,
        is_cached=answer.cached,
        prompt_sha=answer.prompt_sha,
    )


_WORDS = {FallbackReason.NO_KEY: "No key is set (AI_API_KEY): only the rules looked"}


def _unfit(subject: Subject, known: Sequence[Finding]) -> str:
    """Why no test of a policy can be run; empty if it can."""
    if not set(subject.files) >= set(FILES):
        return "a test needs the tenant's three files"
    if any(one.severity is Severity.ERROR for one in known):
        return "the policy has errors; mend them first"
    return ""


def _tried(
    answer: PolicyReviewAnswer, subject: Subject, engine: Engine | None, words: str
) -> list[Tried]:
    tests = answer.tests[: MOST["tests"]]
    if words:
        return [Tried(plain(t.title), plain(t.because), Became.NOT_RUN, words) for t in tests]
    documents = documents_of(subject)
    proposals = [read(test, documents, f"ai-{n}") for n, test in enumerate(tests, start=1)]
    good = [proposal.written for proposal in proposals if proposal.written is not None]
    results = engine.judge(good) if engine else []
    by_id = {result.written.scenario.scenario: result for result in results}
    return [_one(proposal, by_id) for proposal in proposals]


def _one(proposal: Proposal, results: Mapping[str, Result]) -> Tried:
    told = (proposal.title, proposal.because)
    if proposal.scenario is None or proposal.written is None:
        return Tried(*told, Became.REFUSED, plain(proposal.refused or ""))
    result = results.get(proposal.scenario["scenario"])
    if result is None:
        return Tried(*told, Became.NOT_RUN, "", proposal.scenario)
    if result.passed:
        return Tried(*told, Became.AGREED, "", proposal.scenario)
    words = "; ".join(
        f"{wrong.asked}: {one.field} expected {one.expected}, the engine says {one.actual}"
        for wrong in result.wrong
        for one in wrong.differences
    )
    return Tried(*told, Became.DENIED, plain(words), proposal.scenario)


def _surprises(tests: Sequence[Tried], subject: Subject) -> list[Finding]:
    fix = "Read it, then change the policy, or keep the test with the engine's answer"
    return [
        finding(
            subject.sla,
            SURPRISE,
            f"ambiguous or surprising, “{test.title}”: {test.words}",
            fix,
            Severity.WARNING,
        )
        for test in tests
        if test.became is Became.DENIED
    ]


def _summary(text: str, subject: Subject) -> str | None:
    """The summary with the policy's own figures, or None if it brings others or no such slot."""
    words = plain(_SLOT.sub("", text))
    if not words or any(c.isdigit() for c in words):
        return None
    nodes = {slot: at(subject, slot) for slot in _SLOT.findall(text)}
    if not all(nodes.values()):
        return None
    return plain(_SLOT.sub(lambda found: said(nodes[found.group(1)] or subject.sla), text))


_SLOT = re.compile(r"\[\[(/[^\[\]\s]{1,200})\]\]")


def _own(scenario: Document | None) -> Document | None:
    """The part of a proposed scenario that the model wrote."""
    if scenario is None:
        return None
    kept: dict[str, Any] = {key: scenario[key] for key in ("title", "events", "questions")}
    return kept
