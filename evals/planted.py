"""A policy with one planted defect: what the lint says of it, and what a reviewer should name."""

from datetime import date
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from e2a.domain.lint import Finding, Subject, lint, subject
from e2a.domain.policy_text import FILES
from e2a.review.pointers import at

POLICIES = Path(__file__).parent / "policies"
TENANT = "lakeside"
TODAY = date(2026, 11, 26)


class Defect(BaseModel):
    """One defect: `find` stands once in the file and becomes `put`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    file: str
    find: str
    put: str
    pointer: str
    category: str

    def planted(self) -> Subject:
        """The policy with it.

        Raises:
            ValueError: its place is not there exactly once.
        """
        texts = {stem: (f"{TENANT}/{stem}.yaml", text) for stem, text in clean().items()}
        path, text = texts[self.file]
        if text.count(self.find) != 1:
            raise ValueError(f"{self.id}: {self.find!r} stands {text.count(self.find)} times")
        texts[self.file] = path, text.replace(self.find, self.put)
        return subject(TENANT, texts, TODAY)


def clean() -> dict[str, str]:
    """The policy without a defect, as text."""
    return {stem: (POLICIES / TENANT / f"{stem}.yaml").read_text("utf-8") for stem in FILES}


def defects() -> list[Defect]:
    """All of them."""
    text = (POLICIES / "defects.yaml").read_text("utf-8")
    return [Defect.model_validate(one) for one in yaml.safe_load(text)]


def is_at(defect: Defect, found: Finding, planted: Subject) -> bool:
    """Whether a finding stands where the defect does: the same line, or the value's own place."""
    node = at(planted, defect.pointer)
    return bool(node) and found.file == node.file and found.line == node.mark.line  # type: ignore[union-attr]


def by_lint(defect: Defect) -> tuple[int, bool]:
    """(findings beside an info, whether one is the defect) of the deterministic lint."""
    planted = defect.planted()
    told = [found for found in lint(planted) if found.severity != "info"]
    return len(told), any(is_at(defect, found, planted) for found in told)
