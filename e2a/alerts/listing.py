"""What the outbox holds and how destinations fare, for people; and what they send again."""

from collections.abc import Sequence
from typing import Any, LiteralString

import psycopg
from psycopg.rows import dict_row

from e2a.alerts.outbox import CHANNEL
from e2a.alerts.routes import routes
from e2a.alerts.secrets import Environment, missing
from e2a.domain.errors import BadInputError, RefusedError

STATES = ("waiting", "sending", "delivered", "retracted", "dead")
SHORT = 8
"""Signs of an identifier that are shown, and enough to name a message."""

Row = dict[str, Any]


def messages(
    connection: psycopg.Connection[Any], tenant: str | None, state: str | None, limit: int
) -> list[Row]:
    """The newest messages.

    Args:
        connection: as the application.
        tenant: only its messages; None is all.
        state: only those in it; None is all.
        limit: at most so many.

    Raises:
        BadInputError: there is no such state.
    """
    if state is not None and state not in STATES:
        raise BadInputError(f"{state!r} is no state", f"Write one of {', '.join(STATES)}")
    return _rows(connection, _LIST, {"tenant": tenant, "state": state, "limit": limit})


def message(connection: psycopg.Connection[Any], beginning: str) -> Row:
    """One message, whole, by the beginning of its identifier.

    Raises:
        BadInputError: none or several begin so.
    """
    wanted = beginning.strip().lower()
    if len(wanted) < 4:
        raise BadInputError(f"{beginning!r} is too short", "Give at least four signs of an id")
    found = _rows(connection, _SHOW, {"from": wanted, "length": len(wanted)})
    if len(found) != 1:
        raise BadInputError(
            f"{len(found) or 'No'} messages begin with {beginning!r}", "See `e2a alerts list`"
        )
    return found[0]


def resend(connection: psycopg.Connection[Any], beginning: str) -> Row:
    """Let a message go out again: a dead one with its key, a delivered one as a new message.

    Raises:
        BadInputError: none or several begin so.
        RefusedError: it waits already, is being sent, or is no longer true.
    """
    found = message(connection, beginning)
    where = {"tenant": found["tenant_id"], "id": found["message_id"]}
    if found["is_over"]:
        raise RefusedError("The message is no longer true", "See `e2a exceptions show`")
    if not connection.execute(_AGAIN, where).rowcount:
        raise RefusedError(
            f"The message is {found['state']}", "Only delivered and dead ones are sent again"
        )
    connection.execute(_NOW, {**where, "to": found["destination"]})
    connection.execute(f"notify {CHANNEL}")
    connection.commit()
    return message(connection, beginning)


def destinations(
    connection: psycopg.Connection[Any], environment: Environment, tenant: str | None
) -> list[Row]:
    """Every destination of the routes: its breaker, what waits and is dead, missing variables."""
    tenants = [tenant] if tenant else _tenants(connection)
    facts = {
        (row["tenant_id"], row["destination"]): row
        for row in _rows(connection, _DESTINATIONS, {"tenants": tenants})
    }
    return [
        {"tenant_id": name, "destination": place, "road": road.kind,
         "missing": missing(environment, road), **_NOTHING, **facts.get((name, place), {})}
        for name, alerts in sorted(routes(connection, tenants).items())
        for place, road in alerts.destinations.items()
    ]  # fmt: skip


def _tenants(connection: psycopg.Connection[Any]) -> Sequence[str]:
    found = connection.execute("select tenant_id from reference.alert_policies").fetchall()
    return [name for (name,) in found]


def _rows(connection: psycopg.Connection[Any], query: LiteralString, given: Row) -> list[Row]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query, given).fetchall()


_NOTHING: Row = {
    "breaker": "closed", "failures": 0, "openings": 0, "not_before": None, "last_failure": None,
    "failed_at": None, "delivered_at": None, "waiting": 0, "dead": 0,
}  # fmt: skip

_LIST = """
select
    tenant_id, message_id::text, order_id, promise, kind, destination, state, attempts,
    announce_after, created_at, sent_at, settled_at, is_uncertain, answer ->> 'said' as said,
    extract(epoch from sent_at - announce_after)::float8 as announced_late_seconds
from ops.outbox
where
    (%(tenant)s::text is null or tenant_id = %(tenant)s)
    and (%(state)s::text is null or state = %(state)s)
order by created_at desc, tenant_id, message_id limit %(limit)s
"""

_SHOW = """
select *, message_id::text as message_id from ops.outbox
where left(message_id::text, %(length)s) = %(from)s limit 2
"""

_AGAIN = """
update ops.outbox set
    state = 'waiting', attempts = 0, next_attempt_at = now(), settled_at = null,
    idempotency_key = case when state = 'delivered' then gen_random_uuid() else idempotency_key end,
    together = case when state = 'delivered' then 1 else together end
where
    tenant_id = %(tenant)s and message_id = %(id)s and state in ('delivered', 'dead')
    and not is_over
"""

# Whoever sends again has mended what was broken.
_NOW = """
update ops.breakers set not_before = '-infinity'
where tenant_id = %(tenant)s and destination = %(to)s
"""

_DESTINATIONS = """
select
    b.tenant_id, b.destination, b.state as breaker, b.failures, b.openings,
    nullif(b.not_before, '-infinity') as not_before, b.last_failure, b.failed_at, b.delivered_at,
    count(*) filter (where o.state = 'waiting') as waiting,
    count(*) filter (where o.state = 'dead') as dead
from ops.breakers as b
left join ops.outbox as o
    on
        o.tenant_id = b.tenant_id and o.destination = b.destination
        and o.state in ('waiting', 'dead')
where b.tenant_id = any(%(tenants)s)
group by b.tenant_id, b.destination
order by b.tenant_id, b.destination
"""
