"""Do a model's tests notice what tests from thresholds do not? Wrongs put into a small policy."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from e2a.domain.analysis.review_contract import ProposedTest
from e2a.domain.lint import subject
from e2a.review.generating.made import make
from e2a.review.given import documents_of
from e2a.review.proposals import read
from e2a.review.score import Suite, score
from e2a.review.trial import Engine
from e2a.warehouse.connection import Warehouse
from evals.planted import POLICIES, TENANT, TODAY, clean

PROPOSED = POLICIES / "proposed.yaml"


def scores(warehouse: Warehouse, say: Callable[[str], None]) -> dict[str, Any]:
    """Kill rates: made from thresholds alone, a model's alone, and both."""
    texts = {stem: (f"{TENANT}/{stem}.yaml", text) for stem, text in clean().items()}
    documents = documents_of(subject(TENANT, texts, TODAY))
    engine = Engine.beside(warehouse, say)
    clocks = [frozen.scenario for frozen in make(engine, documents, TODAY)]
    test = ProposedTest(title="a", because="b", scenario=Path(PROPOSED).read_text("utf-8"))
    proposal = read(test, documents, "proposed")
    if proposal.scenario is None or proposal.written is None:
        raise ValueError(f"{PROPOSED}: {proposal.refused}")
    made = score(engine, documents, Suite(clocks))
    proposed = score(engine, documents, Suite([proposal.scenario]))
    told = {"made from thresholds": made, "a model's": proposed, "both": made | proposed}
    return {name: one.document() for name, one in told.items()}
