"""Steps that fail: counted in the database, so that every third in a row is raised, by whomever.

The first two are tried again a moment later, which is safe: what they had not committed is still to
be done. The third is raised: a sensor's tick turns red, the resident says it and begins anew.
"""

from dataclasses import dataclass, field
from typing import Any

import psycopg

RAISED = 3
"""Of so many failures in a row, the last is raised."""


@dataclass(slots=True)
class Failures:
    """What the lane has failed at; `ears` is a connection in autocommit."""

    ears: psycopg.Connection[Any]
    _in_a_row: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        row = self.ears.execute(
            "select failures from ops.lanes where tenant_id = '*' and lane = 'hot'"
        ).fetchone()
        self._in_a_row = row[0] if row else 0

    def met(self, error: Exception) -> None:
        """Count a failure.

        Raises:
            Exception: the error itself, if it is the third in a row.
        """
        said = f"{type(error).__name__}: {error}"[:2000].replace("\\0", "")
        row = self.ears.execute(_MET, (said,)).fetchone()
        self._in_a_row = row[0] if row else 0
        if self._in_a_row % RAISED == 0:
            raise error

    def over(self) -> None:
        """A step succeeded."""
        if self._in_a_row:
            self._in_a_row = 0
            self.ears.execute(
                "update ops.lanes set failures = 0 where tenant_id = '*' and lane = 'hot'"
            )


_MET = """
update ops.lanes set failures = failures + 1, last_failure = %s, failed_at = now()
where tenant_id = '*' and lane = 'hot' returning failures
"""
