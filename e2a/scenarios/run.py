"""Run scenarios: load them all, ask every question, say what differs."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from e2a.domain.scenarios import Written
from e2a.scenarios.asking import Connection
from e2a.scenarios.comparing import Difference
from e2a.scenarios.loading import Loaded, all_recorded_at, load_all
from e2a.scenarios.questions import Asked


@dataclass(frozen=True, slots=True)
class Wrong:
    """A question whose answer is not as expected."""

    line: int
    asked: str
    differences: list[Difference]
    hint: str | None = None


@dataclass(slots=True)
class Result:
    """What became of one scenario."""

    written: Written
    wrong: list[Wrong] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether every answer was as expected."""
        return not self.wrong


def run(
    connection: Connection, scenarios: Sequence[Written], say: Callable[[str], None]
) -> list[Result]:
    """Load the scenarios together, ask each its questions.

    Args:
        connection: to an empty scratch database, in autocommit.
        scenarios: with an id of its own each.
        say: told how it goes on.
    """
    loaded = load_all(connection, scenarios)
    questions = sum(len(written.scenario.questions) for written in scenarios)
    counts = f"{len(scenarios):,} scenarios with {loaded.events:,} events"
    say(f"judged     {counts}, {questions:,} questions")
    results = [Result(written, list(_wrong(connection, written))) for written in scenarios]
    for result in results:
        result.wrong[:0] = _steps(result.written, loaded)
    return results


def _steps(written: Written, loaded: Loaded) -> Iterator[Wrong]:
    for of, place, refused in loaded.steps:
        step = written.scenario.steps[place] if of is written else None
        if step is not None and step.refused is not bool(refused):
            expected = "refused" if step.refused else "done"
            yield Wrong(
                written.line("steps", place), f"step {place + 1}",
                [Difference("step", expected, refused or "done")],
            )  # fmt: skip


def _wrong(connection: Connection, written: Written) -> Iterator[Wrong]:
    last = all_recorded_at(written)
    for place, question in enumerate(written.scenario.questions):
        asked = Asked(connection, written, question, last)
        found = asked.differences()
        if found:
            line = written.line("questions", place)
            yield Wrong(line, asked.words(), found, asked.hint)
