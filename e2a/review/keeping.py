"""Proposed tests that a person keeps: scenario files, frozen with what the engine answered.

A test on which model and engine agreed is kept as it is; of one that the engine denied, what is
kept is the engine's answer, since keeping it says that the engine is right. Keeping the same test
again changes nothing, and a file that says something else is never written over.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

from e2a.domain.errors import BadInputError
from e2a.review.given import Document, text_of
from e2a.review.review import Became, Review, Tried
from e2a.review.trial import Engine


class Kept(StrEnum):
    """What became of a test that a person keeps."""

    WRITTEN = "written"
    THERE = "there already"
    DIFFERS = "there with other answers"
    """The engine or the policy has changed since it was frozen: for a person to compare."""


@dataclass(frozen=True, slots=True)
class File:
    """A test as a file."""

    path: Path
    became: Kept


def chosen(review: Review, numbers: Sequence[int]) -> list[Tried]:
    """The tests that a person keeps: those with the numbers; without any, all that agreed.

    Args:
        review: with its tests, which are numbered from 1.
        numbers: as they were shown.

    Raises:
        BadInputError: there is no test with a number, or it was not run.
    """
    if not numbers:
        return [test for test in review.tests if test.became is Became.AGREED]
    for number in numbers:
        if not 1 <= number <= len(review.tests):
            raise BadInputError(f"There is no proposed test {number}", _fix(review))
        if not review.tests[number - 1].was_run:
            raise BadInputError(f"Proposed test {number} was not run", _fix(review))
    return [review.tests[number - 1] for number in dict.fromkeys(numbers)]


def keep(
    tests: Iterable[Tried], review: Review, engine: Engine, folder: Path, tenant: str
) -> list[File]:
    """Write tests as scenario files.

    Args:
        tests: that were run.
        review: that proposed them; the file says which model it was.
        engine: answers those that it denied.
        folder: is made if it is missing.
        tenant: whose policy it is.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return [_kept(test, review, engine, folder, tenant) for test in tests]


def _kept(test: Tried, review: Review, engine: Engine, folder: Path, tenant: str) -> File:
    assert test.scenario is not None
    sha = sha256(text_of([_own(test.scenario)]).encode()).hexdigest()[:8]
    name = f"{_slug(tenant, 14)}-{_slug(test.title, 16)}-{sha}"  # an id has 40 characters
    text = _head(test, review) + text_of([_frozen(test, engine) | {"scenario": name}])
    path = folder / f"{name}.yaml"
    if path.exists():
        is_same = _body(path.read_text("utf-8")) == _body(text)
        return File(path, Kept.THERE if is_same else Kept.DIFFERS)
    path.write_text(text, "utf-8")
    return File(path, Kept.WRITTEN)


def _frozen(test: Tried, engine: Engine) -> Document:
    assert test.scenario is not None
    if test.became is Became.AGREED:
        return test.scenario
    fields = [tuple(question["expect"]) for question in test.scenario["questions"]]
    return engine.freeze(test.scenario, fields).scenario


def _own(scenario: Document) -> Document:
    return {key: scenario[key] for key in ("events", "questions")}


def _head(test: Tried, review: Review) -> str:
    whose = "it agreed with the engine" if test.became is Became.AGREED else "the engine's answers"
    return f"# Proposed by {review.model}, kept by a person; {whose}. {test.because}\n"


def _body(text: str) -> str:
    return text.partition("\n")[2]


def _slug(text: str, most: int) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:most].strip("-") or "test"


def _fix(review: Review) -> str:
    ran = [str(number) for number, test in enumerate(review.tests, start=1) if test.was_run]
    return f"Those that were run: {', '.join(ran) or 'none'}"
