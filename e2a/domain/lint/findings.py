"""The types of the lint: a rule, what it remarks, and the finding that a person reads.

Add a severity or a column of the output here. The rules themselves stand in one module a family.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from e2a.domain.lint.nodes import Node

if TYPE_CHECKING:
    from e2a.domain.lint.subject import Subject


class Severity(StrEnum):
    """An error stops the build, a warning asks for a look, an info only tells."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Remark:
    """What a rule has to say about a place; `on_key` points at the key instead of the value."""

    node: Node
    problem: str
    fix: str
    severity: Severity | None = None
    on_key: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A check with a stable id; its docstring is its explanation."""

    id: str
    title: str
    severity: Severity
    check: "Callable[[Subject], Iterable[Remark]]"

    @property
    def doc(self) -> str:
        """What the rule finds and why it matters, in one paragraph."""
        return " ".join((self.check.__doc__ or "").split())


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One line of the report; ordered as a reader walks through the files."""

    file: str
    line: int
    column: int
    rule: str
    severity: Severity
    problem: str
    fix: str

    def __str__(self) -> str:
        return (
            f"{self.file}:{self.line}:{self.column}: {self.rule} {self.severity}: "
            f"{_sentence(self.problem)} Fix: {_sentence(self.fix)}"
        )


def finding(rule: Rule, remark: Remark) -> Finding:
    """A remark of a rule as a finding."""
    line, column = remark.node.key_mark if remark.on_key else remark.node.mark
    severity = remark.severity or rule.severity
    return Finding(remark.node.file, line, column, rule.id, severity, remark.problem, remark.fix)


def _sentence(text: str) -> str:
    first = text.partition(" ")[0]
    start = text if "_" in first else text[:1].upper() + text[1:]
    return start + ("" if text.endswith(("?", ".")) else ".")
