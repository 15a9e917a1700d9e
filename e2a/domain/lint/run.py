"""One tenant's files through every rule."""

from e2a.domain.lint.findings import Finding, Severity, finding
from e2a.domain.lint.registry import RULES
from e2a.domain.lint.subject import Subject
from e2a.domain.lint.text import against_schema


def lint(subject: Subject) -> list[Finding]:
    """All findings, in the order of the files.

    The schema (L02) speaks last: it leaves out what a more telling rule calls an error already.
    """
    said = {rule: list(rule.check(subject)) for rule in RULES if rule.check is not against_schema}
    errors = [
        remark
        for rule, remarks in said.items()
        for remark in remarks
        if (remark.severity or rule.severity) is Severity.ERROR
    ]
    schema = next(rule for rule in RULES if rule.check is against_schema)
    said[schema] = list(against_schema(subject, errors))
    return sorted({finding(rule, remark) for rule, remarks in said.items() for remark in remarks})
