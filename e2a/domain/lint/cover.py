"""L25: which promises no scenario tries."""

from collections.abc import Iterator

from e2a.domain.lint.findings import Remark
from e2a.domain.lint.subject import Subject


def untested(subject: Subject) -> Iterator[Remark]:
    """Every stage of a tenant should be tried by a scenario.

    A scenario covers a stage when it names the tenant and expects something of a clock of that
    stage.
    """
    return iter(())
