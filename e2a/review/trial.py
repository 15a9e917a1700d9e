"""Scenarios run by the engine: what it answers, and those answers frozen as expectations.

The engine is never wrong here: where a model expected something else, that is worth a person's
look, and no more.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Self
from zoneinfo import ZoneInfo

from e2a.domain.scenarios import Written
from e2a.domain.scenarios.questions import ClockQuestion
from e2a.review.generating.moments import text
from e2a.review.given import Document, built
from e2a.scenarios import Result, run
from e2a.scenarios.asking import Connection
from e2a.scenarios.loading import all_recorded_at, load_all
from e2a.scenarios.questions import Asked
from e2a.warehouse.connection import Warehouse
from e2a.warehouse.scratch import scratch

Answer = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Frozen:
    """A scenario whose every expectation is what the engine answered."""

    scenario: Document
    written: Written
    answers: list[Answer | None]


@dataclass(frozen=True, slots=True)
class Engine:
    """The real engine in a database of its own.

    Attributes:
        empty: opens an empty database with the models in it, as `e2a_app`, in autocommit.
        say: told what takes time.
    """

    empty: Callable[[], AbstractContextManager[Connection]]
    say: Callable[[str], None]

    @classmethod
    def beside(cls, warehouse: Warehouse, say: Callable[[str], None]) -> Self:
        """The engine in the scratch database of an installation that is prepared."""

        @contextmanager
        def empty() -> Iterator[Connection]:
            with scratch(warehouse, say) as place:
                yield place.connection

        return cls(empty, say)

    def judge(self, scenarios: Sequence[Written]) -> list[Result]:
        """Run scenarios whose expectations are known; of each, what differs."""
        if not scenarios:
            return []
        with self.empty() as connection:
            return run(connection, scenarios, self.say)

    def noticed(self, scenarios: Sequence[Written]) -> set[str]:
        """Ids of scenarios of which some answer is not as expected; the rest is not asked."""
        with self.empty() as connection:
            load_all(connection, scenarios)
            return {w.scenario.scenario for w in scenarios if _differs(connection, w)}

    def freeze(self, scenario: Document, fields: Sequence[Sequence[str]]) -> Frozen:
        """Ask each question of a scenario and make the answers its expectations.

        Args:
            scenario: with questions that expect nothing yet.
            fields: of each question, what of the answer is kept.

        Raises:
            ValidationError: the scenario is none, which is a fault of what made it.
        """
        asked = built({**scenario, "questions": [_open(q) for q in scenario["questions"]]})
        answers = self._answers(asked)
        several = zip(scenario["questions"], answers, fields, strict=True)
        questions = [
            {**question, "expect": _expected(asked, place, answer, kept)}
            for place, (question, answer, kept) in enumerate(several)
        ]
        frozen = {**scenario, "questions": questions}
        return Frozen(frozen, built(frozen), answers)

    def _answers(self, asked: Written) -> list[Answer | None]:
        last = all_recorded_at(asked)
        with self.empty() as connection:
            load_all(connection, [asked])
            questions = asked.scenario.questions
            return [Asked(connection, asked, q, last).answer() for q in questions]


def _differs(connection: Connection, written: Written) -> bool:
    last, questions = all_recorded_at(written), written.scenario.questions
    return any(Asked(connection, written, q, last).differences() for q in questions)


def _open(question: Document) -> Document:
    nothing = {"total": None} if "invoice" in question else {"state": None}
    return {**question, "expect": nothing}


def _expected(asked: Written, place: int, answer: Answer | None, kept: Sequence[str]) -> Document:
    question = asked.scenario.questions[place]
    if answer is None:
        return {"state": None} if isinstance(question, ClockQuestion) else {"total": None}
    zone = ZoneInfo(asked.facts.zone_of_question(question))
    return {name: _plain(answer.get(name), zone) for name in kept}


def _plain(value: Any, zone: ZoneInfo) -> Any:  # noqa: ANN401 - a document
    if isinstance(value, datetime):
        return text(value, zone)
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else value
    if isinstance(value, list):
        return [{k: _plain(row[k], zone) for k in _OF_LINES if k in row} for row in value]
    return value


_OF_LINES = ("charge", "kind", "tier", "quantity", "amount")
