"""What a model claims, held against the policy: kept as a finding, or dropped for a reason.

A claim is kept if its pointer leads somewhere and its value is exactly what stands there; a quote
of prose must stand in the prose. No severity above a warning leaves this file: a model blocks
nothing.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from enum import StrEnum

from e2a.domain.analysis.review_contract import MOST, Mismatch, PolicyReviewAnswer, ReviewFinding
from e2a.domain.lint import Finding, Node, Severity, Subject
from e2a.review.pointers import at, said

CLAIM, SURPRISE, CONTRADICTION = "A01", "A02", "A03"
"""Ids of findings that began with a model: a claim about a value, a test that the engine answers
otherwise, prose that the policy contradicts."""

LONGEST = 300
"""Characters of a model's sentence that are shown."""

ALIKE = 0.9
"""A quote counts as found in the prose if so much of it stands there, in that order."""


class Dropped(StrEnum):
    """Why something of an answer is not shown."""

    POINTER = "pointer_leads_nowhere"
    VALUE = "value_does_not_stand_there"
    QUOTE = "quote_not_in_prose"
    EMPTY = "says_nothing"
    TWICE = "said_twice"
    TOO_MANY = "too_many"
    SCENARIO = "not_a_scenario"


@dataclass(slots=True)
class Checked:
    """The findings of an answer that hold, and how many do not, by reason."""

    findings: list[Finding] = field(default_factory=list)
    dropped: Counter[Dropped] = field(default_factory=Counter)


def check(answer: PolicyReviewAnswer, subject: Subject, prose: str = "") -> Checked:
    """Hold the claims of an answer against the policy and the prose."""
    found = Checked()
    found.dropped[Dropped.TOO_MANY] += _beyond(answer)
    seen: set[tuple[str, str]] = set()
    for claim in answer.findings[: MOST["findings"]]:
        _take(found, seen, (claim.pointer, claim.category), _claim(claim, subject))
    for mismatch in answer.mismatches[: MOST["mismatches"]]:
        key = (mismatch.pointer, mismatch.quote)
        _take(found, seen, key, _contradiction(mismatch, subject, prose))
    found.findings.sort()
    found.dropped = +found.dropped
    return found


def plain(text: str) -> str:
    """A model's words as one line for a terminal: no control or invisible characters, bounded."""
    kept = "".join(c if unicodedata.category(c)[0] not in "CZ" else " " for c in text)
    line = " ".join(kept.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def capped(severity: str) -> Severity:
    """What a model may say at most is a warning."""
    return Severity.INFO if severity == Severity.INFO.value else Severity.WARNING


def _beyond(answer: PolicyReviewAnswer) -> int:
    return sum(max(0, len(getattr(answer, kind)) - most) for kind, most in MOST.items())


def _take(
    found: Checked, seen: set[tuple[str, str]], key: tuple[str, str], became: Finding | Dropped
) -> None:
    if isinstance(became, Dropped):
        found.dropped[became] += 1
    elif key in seen:
        found.dropped[Dropped.TWICE] += 1
    else:
        seen.add(key)
        found.findings.append(became)


def _claim(claim: ReviewFinding, subject: Subject) -> Finding | Dropped:
    node = _stands(subject, claim.pointer, claim.value)
    if isinstance(node, Dropped):
        return node
    problem, failure = plain(claim.problem), plain(claim.failure)
    if not problem or not failure:
        return Dropped.EMPTY
    words = f"`{_short(said(node))}` ({claim.category}): {problem}"
    return finding(node, CLAIM, words, f"See whether this can be: {failure}", claim.severity)


def _contradiction(mismatch: Mismatch, subject: Subject, prose: str) -> Finding | Dropped:
    node = _stands(subject, mismatch.pointer, mismatch.value)
    if isinstance(node, Dropped):
        return node
    if not stands_in(mismatch.quote, prose):
        return Dropped.QUOTE
    words = f"the contract says “{plain(mismatch.quote)}”, here stands `{_short(said(node))}`"
    fix = f"Make them agree: {plain(mismatch.problem)}"
    return finding(node, CONTRADICTION, words, fix, Severity.WARNING)


def finding(node: Node, rule: str, problem: str, fix: str, severity: str) -> Finding:
    """A finding at a node, its severity capped."""
    return Finding(node.file, *node.mark, rule, capped(severity), problem, fix)


def _stands(subject: Subject, pointer: str, value: str) -> Node | Dropped:
    node = at(subject, pointer)
    if node is None:
        return Dropped.POINTER
    return node if said(node) == value.strip() else Dropped.VALUE


def stands_in(quote: str, prose: str) -> bool:
    """Whether a quote stands in a text, but for spacing, case, quotation marks and small slips.

    Its figures must be there exactly: a quote that is nearly right with another number is wrong.
    """
    wanted, given = _words(quote), _words(prose)
    if len(wanted) < 3:
        return False
    spans = (given[start : start + len(wanted)] for start in range(len(given) - len(wanted) + 1))
    return any(_alike(wanted, span) for span in spans)


def _alike(wanted: list[str], span: list[str]) -> bool:
    if _figures(wanted) != _figures(span):
        return False
    matcher = SequenceMatcher(None, " ".join(wanted), " ".join(span), autojunk=False)
    return matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE


def _words(text: str) -> list[str]:
    return re.findall(r"\w+(?:[.,:]\d+)*%?", unicodedata.normalize("NFKC", text).casefold())


def _figures(words: Iterable[str]) -> Iterator[str] | list[str]:
    return [word for word in words if any(c.isdigit() for c in word)]


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"
