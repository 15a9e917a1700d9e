"""Equal facts, equal words: what may change about an order without changing what is asked.

An order is renamed, moved to another site or zone, shifted by a week: what the model is asked must
not differ by a byte, so neither can its words.
Only the figures that code writes may.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta

from e2a.analyst.prompts import load
from e2a.domain.analysis.inputs import breach_inputs
from evals.cases import Case, Known

WEEK = timedelta(days=7)
Change = Callable[[Known], Known]


def _changed(**more: object) -> Change:
    return lambda known: known.model_copy(update=more)


def _moved(known: Known) -> Known:
    done = known.completed + WEEK if known.completed else None
    moved = {"started": known.started + WEEK, "due": known.due + WEEK, "completed": done}
    return known.model_copy(update=moved)


CHANGES: dict[str, Change] = {
    "another order": _changed(order="ORD-999999"),
    "another site": _changed(site="WH-77"),
    "another zone": _changed(zone="Asia/Tokyo"),
    "a week later": _moved,
}


def metamorphic(cases: Sequence[Case]) -> dict[str, float]:
    """Of each change, the share of cases of which it leaves the question as it was."""
    return {name: _share(cases, change) for name, change in CHANGES.items()}


def _share(cases: Sequence[Case], change: Change) -> float:
    same = sum(_asked(case) == _asked(_with(case, change)) for case in cases)
    return round(same / len(cases), 4)


def _with(case: Case, change: Change) -> Case:
    return case.model_copy(update={"facts": change(case.facts)})


def _asked(case: Case) -> str:
    inputs = breach_inputs(case.breach(), case.locale, case.order_notes(), case.customer)
    return load("breach_narrative").user(**inputs)
