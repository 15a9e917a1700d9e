"""The policy lint: text in, findings out, each with a stable id, a place and a fix.

    nodes      YAML that remembers lines and columns
    subject    one tenant's files, read leniently
    registry   the rules L01-L25, one module a family
    run        a subject through every rule

Nothing here reads a file, a clock or a database: `e2a.cli.policy` does.
"""

from e2a.domain.lint.findings import Finding, Rule, Severity
from e2a.domain.lint.nodes import Node, read
from e2a.domain.lint.registry import RULES
from e2a.domain.lint.run import lint
from e2a.domain.lint.subject import Subject, subject

__all__ = [
    "RULES",
    "Finding",
    "Node",
    "Rule",
    "Severity",
    "Subject",
    "lint",
    "read",
    "subject",
]
