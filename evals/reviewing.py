"""Planted defects and recorded reviews: precision and recall of what is shown in the end."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from e2a.analyst.scripted.replies import Reply, completion
from e2a.analyst.scripted.server import serving
from e2a.domain.lint import Severity, lint
from e2a.review.review import Asks, Review, review
from e2a.warehouse.connection import Warehouse
from evals.planted import Defect, by_lint, defects, is_at
from evals.replaying import narrator

REVIEWS = Path(__file__).parent / "policies" / "reviews"


@dataclass(slots=True)
class Tally:
    """Findings told, the planted ones among them, defects found, claims dropped, errors told."""

    told: int = 0
    true: int = 0
    found: int = 0
    dropped: int = 0
    errors: int = 0

    def document(self, planted: int) -> dict[str, Any]:
        """For the report."""
        return {
            "told": self.told,
            "true": self.true,
            "precision": round(self.true / self.told, 4) if self.told else None,
            "recall": round(self.found / planted, 4),
            "dropped": self.dropped,
            "errors": self.errors,
        }


def recorded(reviewer: str, folder: Path = REVIEWS) -> dict[str, str]:
    """A reviewer's answers by defect."""
    lines = (folder / f"{reviewer}.jsonl").read_text("utf-8").splitlines()
    return {row["defect"]: row["content"] for row in map(json.loads, lines)}


def reviewed(warehouse: Warehouse, reviewers: tuple[str, ...]) -> dict[str, Any]:
    """The lint alone, each reviewer alone, and the lint with the first of them."""
    planted = defects()
    alone = {one.id: by_lint(one) for one in planted}
    lint_found = {name for name, (_, is_found) in alone.items() if is_found}
    told = {"lint alone": _of_lint(alone).document(len(planted))}
    for reviewer in reviewers:
        tally, found = _tallied(warehouse, reviewer, planted)
        told[reviewer] = tally.document(len(planted))
        both = len(found | lint_found) / len(planted)
        told[reviewer]["recall_with_lint"] = round(both, 4)
    return told


def _of_lint(alone: Mapping[str, tuple[int, bool]]) -> Tally:
    found = sum(is_found for _, is_found in alone.values())
    return Tally(sum(told for told, _ in alone.values()), found, found)


def _tallied(warehouse: Warehouse, reviewer: str, planted: list[Defect]) -> tuple[Tally, set[str]]:
    contents, tally, found = recorded(reviewer), Tally(), set()
    now = {"content": ""}
    with (
        serving(lambda seen: Reply(completion(now["content"])), 0) as provider,
        narrator(warehouse, provider, f"scripted/{reviewer}") as asks,
    ):
        for defect in planted:
            now["content"] = contents[defect.id]
            if _count(tally, defect, _review(asks, defect)):
                found.add(defect.id)
    return tally, found


def _review(asks: Asks, defect: Defect) -> Review:
    subject = defect.planted()
    return review(asks, subject, lint(subject))


def _count(tally: Tally, defect: Defect, told: Review) -> bool:
    subject = defect.planted()
    true = sum(is_at(defect, finding, subject) for finding in told.findings)
    tally.told += len(told.findings)
    tally.true += true
    tally.found += bool(true)
    tally.dropped += sum(told.dropped.values())
    tally.errors += sum(finding.severity is Severity.ERROR for finding in told.findings)
    return bool(true)
