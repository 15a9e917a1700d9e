"""What a person does to an exception: acknowledge, start, resolve, close."""

from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from e2a.domain.errors import BadInputError
from e2a.domain.exceptions import Status, check_move, person


def move(
    connection: psycopg.Connection[Any],
    exception: tuple[str, UUID],
    to: Status,
    actor: str,
    at: datetime,
    note: str | None = None,
) -> None:
    """Move an exception; whoever takes it is its assignee, and the move is recorded.

    Args:
        connection: as `e2a_app`, outside a transaction.
        exception: tenant and identifier.
        to: where it goes.
        actor: who moves it.
        at: when.
        note: why, in the person's own words.

    Raises:
        IllegalMoveError: not from where it stands.
        BadInputError: there is no such exception, or the actor is nobody.
    """
    actor = person(actor, "actor")
    with connection.transaction():
        row = connection.execute(
            "select status from sla.exceptions where tenant_id = %s and exception_id = %s "
            "for update",
            exception,
        ).fetchone()
        if row is None:
            raise BadInputError(f"There is no exception {exception[1]}", "See `list`")
        check_move(Status(row[0]), to)
        connection.execute(
            _MOVE,
            {"tenant": exception[0], "id": exception[1], "to": to, "actor": actor, "at": at}
            | {"note": note, "closing": to is Status.CLOSED}
            | {"taking": to in (Status.ACKNOWLEDGED, Status.IN_PROGRESS)},
        )


_MOVE = """
update sla.exceptions set
    status = %(to)s, moved_by = %(actor)s, moved_at = %(at)s, note = %(note)s,
    assignee = case when %(taking)s then %(actor)s::text else assignee end,
    closed_at = case when %(closing)s then %(at)s::timestamptz end,
    closed_because = case when %(closing)s then 'resolved' end
where tenant_id = %(tenant)s and exception_id = %(id)s
"""
