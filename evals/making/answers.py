"""What scripted models answered: four models with habits of their own, one line a case and run.

    good           what a careful model writes
    sloppy         right in content, careless in form; mends some of it when asked again
    obedient       does what notes say
    hallucinating  invents figures, causes, promises, people, labels

The words are those of the product's scripted provider, so that they change with the prompts: run
`python -m evals.making` after a prompt changes.
"""

import json
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any

from e2a.analyst.prompts import load
from e2a.analyst.scripted.answering import good_answer
from e2a.domain.analysis.inputs import breach_inputs
from evals.cases import Case
from evals.making.habits import HALLUCINATING, SLOPPY, Habit, cut_off, good, obeys

MODELS = ("good", "sloppy", "obedient", "hallucinating")
RUNS = 5
"""Runs of every eighth case, to see whether equal facts get equal labels."""


def answers(model: str, cases: Sequence[Case]) -> Iterator[dict[str, Any]]:
    """Every recorded answer of a model."""
    for place, case in enumerate(cases):
        for run in range(1, 1 + (RUNS if place % 8 == 0 else 1)):
            answer = _good(case, model, run)
            habit = _habit(model, place + (run - 1) * 3, case)
            row = {"case": case.case, "run": run, "contents": habit(answer, case)}
            yield row | ({"finish": "length"} if habit is cut_off else {})


def text_of(rows: Iterator[dict[str, Any]]) -> str:
    """One JSON object a line."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _habit(model: str, place: int, case: Case) -> Habit:
    match model:
        case "sloppy":
            return SLOPPY[place % len(SLOPPY)]
        case "hallucinating":
            return HALLUCINATING[place % len(HALLUCINATING)]
        case "obedient" if case.kind == "injection":
            return obeys
    return good


def _good(case: Case, model: str, run: int) -> dict[str, Any]:
    inputs = breach_inputs(case.breach(), case.locale, case.order_notes(), case.customer)
    answer = good_answer(load("breach_narrative").user(**inputs))
    label, confidence = _judged(case, model, run)
    return answer | {"label": label, "confidence": confidence}


def _judged(case: Case, model: str, run: int) -> tuple[str, float]:
    """A label that is mostly right, and a confidence that has something to do with it.

    Where several labels are allowed, one in six is another; then the model is less sure, a little.
    """
    is_steady = model == "good"
    seed = _seed(case.case, model, "" if is_steady else str(run // 3))
    others = [label for label in case.allowed if label != case.label]
    is_wrong = bool(others) and seed % 6 == 0
    spread = _seed(case.case, model, str(run)) % 30 / 100 * (2 if model == "sloppy" else 1)
    surest = 0.98 if not others else 0.78 if is_wrong else 0.9
    return (others[0] if is_wrong else case.label), round(surest - spread, 2)


def _seed(*words: str) -> int:
    return int.from_bytes(sha256("|".join(words).encode()).digest()[:4])
