"""Tests that a model proposes: events and questions of its own, about the policy under review.

What it may write is bounded: only events and questions, so many of them, within so many days. What
is beyond, or is no scenario by the language's own types, is refused with the reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from e2a.domain.analysis.review_contract import ProposedTest
from e2a.domain.lint import read as read_nodes
from e2a.domain.scenarios import Written
from e2a.review.checking import plain
from e2a.review.given import Document, given, written

KEYS = {"events", "questions"}
LONGEST, EVENTS, QUESTIONS, REPEAT = 8_000, 60, 30, 100
"""Characters, events, questions and repetitions of one proposal."""
BRACKETS = 600
"""More than a small scenario has; deep nesting takes long to read."""

SPAN = timedelta(days=400)
"""From the first instant of a proposal to the last: each day of it is judged by calendars."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A test that a model proposed: what it is for, and the scenario, or why it is none."""

    title: str
    because: str
    scenario: Document | None
    written: Written | None
    refused: str | None = None


def read(test: ProposedTest, documents: Mapping[str, Any], name: str) -> Proposal:
    """A proposed test put on top of the reviewed policy.

    Args:
        test: what the model wrote.
        documents: the reviewed policy's files, free of errors.
        name: the scenario's id, unique in a run.
    """
    title, because = plain(test.title), plain(test.because)
    own, refused = _own(test.scenario)
    if own is None:
        return Proposal(title, because, None, None, refused)
    money = any({"invoice", "operations"} & set(q) for q in own["questions"] if isinstance(q, dict))
    scenario = {"scenario": name, "title": title, **given(documents, money=money), **own}
    found, problems = written(scenario)
    refused = str(problems[0].words) if problems else _too_long(found)
    return Proposal(title, because, scenario, None if refused else found, refused)


def _own(text: str) -> tuple[Document | None, str | None]:
    """The events and questions of a text, or why they are not taken."""
    if len(text) > LONGEST:
        return None, f"longer than {LONGEST:,} characters"
    if text.count("[") + text.count("{") > BRACKETS:
        return None, "too many brackets"
    root, flaws = read_nodes("scenario", text)
    if flaws:
        return None, plain(flaws[0].problem)
    document = root.plain()
    if not isinstance(document, dict) or set(document) != KEYS:
        return None, "it takes `events` and `questions` and nothing else"
    if not all(isinstance(part, list) for part in document.values()):
        return None, "`events` and `questions` are lists"
    return (document, None) if _is_small(document) else (None, "too many events or questions")


def _is_small(document: Document) -> bool:
    events = [event for event in document["events"] if isinstance(event, dict)]
    repeats = [event.get("repeat", 1) for event in events]
    return (
        len(document["events"]) <= EVENTS
        and 0 < len(document["questions"]) <= QUESTIONS
        and all(isinstance(n, int) and n <= REPEAT for n in repeats)
        and sum(n for n in repeats if isinstance(n, int)) <= EVENTS + REPEAT
    )


def _too_long(found: Written | None) -> str | None:
    assert found is not None
    instants: list[datetime] = []
    for arrival in found.facts.arrivals:
        instants += [arrival.event.occurred_at, arrival.recorded_at]
    for question in found.scenario.questions:
        moment, zone = getattr(question, "as_of", None), found.facts.zone_of_question(question)
        instants += [moment.instant(zone)] if moment else []
    if instants and max(instants) - min(instants) > SPAN:
        return f"it spans more than {SPAN.days} days"
    return None
