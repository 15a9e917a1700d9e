"""What follows in a step when orders moved or deadlines passed. Messages belong here, too."""

from typing import Any

import psycopg

from e2a.sla import exceptions, narratives


def follow(connection: psycopg.Connection[Any]) -> None:
    """Open, reopen and close episodes, and explain breaches, of the orders that have `moved`."""
    exceptions.follow(connection)
    narratives.follow(connection)
