"""Old calls and answers are forgotten, so that the ledger stays as small as its use.

A call is kept for a year and a month, like the inbox's days, since somebody may ask what was spent;
an answer for a quarter, since policies and prompts have moved on by then and it is asked for anew.
"""

from datetime import datetime, timedelta
from typing import Any, LiteralString

import psycopg

CALLS_KEPT, ANSWERS_KEPT = timedelta(days=400), timedelta(days=90)

_ANSWERS: LiteralString = "delete from ops.ai_answers where state <> 'pending' and ended_at < %s"
_CALLS: LiteralString = "delete from ops.ai_calls where state not in ('held', 'sent') and day < %s"
_DAYS: tuple[LiteralString, ...] = (
    "delete from ops.ai_budget_days as d where d.day < %s and held_tokens = 0 and held_cost = 0",
    "delete from ops.ai_counts where day < %s",
    "delete from ops.ai_reconciliations where day < %s",
)


def prune(connection: psycopg.Connection[Any], now: datetime) -> int:
    """Delete what has ended long ago; how many calls and answers went.

    Args:
        connection: as the application.
        now: the present.
    """
    before = (now - CALLS_KEPT).date()
    with connection.transaction():
        gone = connection.execute(_ANSWERS, (now - ANSWERS_KEPT,)).rowcount
        gone += connection.execute(_CALLS, (before,)).rowcount
        for statement in _DAYS:
            connection.execute(statement, (before,))
    return gone
