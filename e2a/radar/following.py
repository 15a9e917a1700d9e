"""What follows in a step when orders moved or deadlines passed. Messages belong here, too."""

from typing import Any

import psycopg

from e2a.sla import exceptions
from e2a.warehouse.step import Window


def follow(connection: psycopg.Connection[Any], window: Window) -> None:
    """Open, reopen and close the episodes of exceptions that the step has moved."""
    exceptions.follow(connection, window.since, window.until)
