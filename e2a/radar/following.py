"""What follows in a step when orders moved or deadlines passed."""

from typing import Any

import psycopg

from e2a.alerts import outbox
from e2a.sla import exceptions, narratives


def follow(connection: psycopg.Connection[Any]) -> None:
    """Open, reopen and close episodes of the orders that have `moved`; explain and announce."""
    exceptions.follow(connection)
    narratives.follow(connection)
    outbox.follow(connection)
