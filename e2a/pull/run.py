"""One pass of a pull: page after page, each landed and noted in one transaction.

No transaction is open while a sender is asked. What a page needs more than its list tells is asked
only for what is missing here.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import psycopg

from e2a.domain.errors import RefusedError, UnknownTenantError
from e2a.pull.feed import Asked, Candidate, Feed, Page
from e2a.pull.http import Api, PageGoneError
from e2a.warehouse.inbox import Landed, land_chunk, tenants


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a pull did: pages and objects seen, deliveries that were missing and are here now."""

    pages: int = 0
    objects: int = 0
    landed: int = 0


@dataclass(frozen=True, slots=True)
class _Pass:
    """The pass under way: when it began, since when it asks, its next page."""

    started_at: datetime
    since: datetime
    page: str | None


def pull(
    connection: psycopg.Connection[Any],
    api: Api,
    feed: Feed,
    tenant_id: str,
    now: datetime,
    *,
    since: datetime | None = None,
    progress: Callable[[Pulled], None] = lambda pulled: None,
) -> Pulled:
    """Land what a sender knows and we do not; a pass that was cut short goes on where it stopped.

    Args:
        connection: as `e2a_app`, outside a transaction.
        api: the sender's.
        feed: how it lists what it knows.
        tenant_id: whose account it is.
        now: when what is landed was received.
        since: begin a new pass from here, whatever was covered before.
        progress: called after each page.

    Raises:
        UnknownTenantError: no policy folder describes the tenant.
        RefusedError: another pull of the same list is running.
        PullFailedError: the sender does not answer usably.
    """
    known = tenants(connection)
    if tenant_id not in known:
        raise UnknownTenantError(tenant_id, known)
    done = Pulled()
    with _alone(connection, tenant_id, feed.name):
        under_way = _resume(connection, feed, tenant_id, now, since)
        asked = Asked(tenant_id, under_way.since, now)
        for page in _pages(api, feed, asked, under_way.page):
            landed = _land(connection, api, feed, asked, page, under_way)
            done = Pulled(done.pages + 1, done.objects + page.objects, done.landed + landed.rows)
            progress(done)
    return done


def _pages(api: Api, feed: Feed, asked: Asked, first: str | None) -> Iterator[Page]:
    """From the page at which a pass was cut short, or all, if the sender has forgotten it."""
    try:
        page = feed.page(api, asked, first)
    except PageGoneError:
        if first is None:
            raise
        page = feed.page(api, asked, None)
    yield page
    while page.next is not None:
        page = feed.page(api, asked, page.next)
        yield page


def _land(
    connection: psycopg.Connection[Any],
    api: Api,
    feed: Feed,
    asked: Asked,
    page: Page,
    under_way: _Pass,
) -> Landed:
    missing = list(_missing(connection, feed, asked, page.candidates))
    whole = (one if one.happened_at else feed.complete(api, one) for one in missing)
    settled = asked.now - feed.settles_after
    deliveries = [
        one.delivery for one in whole if one and one.happened_at and one.happened_at <= settled
    ]
    with connection.transaction():
        landed = land_chunk(connection, deliveries) if deliveries else Landed()
        _move(connection, feed, asked, replace(under_way, page=page.next))
    return landed


def _missing(
    connection: psycopg.Connection[Any], feed: Feed, asked: Asked, candidates: list[Candidate]
) -> Iterable[Candidate]:
    """Candidates that tell an unknown fact and were not pulled before."""
    with connection.transaction():
        known = feed.known(connection, asked, candidates)
        ids = [one.delivery.delivery_id for one in candidates]
        pulled = {
            row[0]
            for row in connection.execute(
                "select delivery_id from landing.deliveries "
                "where tenant_id = %s and source = %s and delivery_id = any(%s)",
                (asked.tenant_id, feed.source, ids),
            ).fetchall()
        }
    return (
        one for one in candidates if one.facts - known and one.delivery.delivery_id not in pulled
    )


def _resume(
    connection: psycopg.Connection[Any],
    feed: Feed,
    tenant_id: str,
    now: datetime,
    since: datetime | None,
) -> _Pass:
    with connection.transaction():
        row = connection.execute(_CURSOR, (tenant_id, feed.name)).fetchone()
    if row and row[0] is not None and since is None:
        page, began_since, started_at, _ = row
        return _Pass(started_at, began_since, page)
    covered_to = row[3] if row else None
    begins = covered_to if feed.resumes and covered_to else now - feed.look_back
    return _Pass(now, since or begins, None)


def _move(connection: psycopg.Connection[Any], feed: Feed, asked: Asked, under_way: _Pass) -> None:
    """Note the next page; behind the last one, everything before the pass began is here."""
    ended = under_way.page is None
    connection.execute(
        _MOVE,
        {
            "tenant": asked.tenant_id,
            "source": feed.name,
            "page": under_way.page,
            "since": None if ended else under_way.since,
            "started": None if ended else under_way.started_at,
            "covered": under_way.started_at - feed.settles_after if ended else None,
            "now": asked.now,
        },
    )


@contextmanager
def _alone(connection: psycopg.Connection[Any], tenant_id: str, name: str) -> Iterator[None]:
    """Hold a session's lock on this list, which dies with the session."""
    key = (f"e2a.pull.{name}", tenant_id)
    with connection.transaction():
        row = connection.execute(
            "select pg_try_advisory_lock(hashtext(%s), hashtext(%s))", key
        ).fetchone()
    if not (row and row[0]):
        raise RefusedError(
            f"A pull of {name} for {tenant_id} is running already", "Wait until it has ended"
        )
    try:
        yield
    finally:
        with connection.transaction():
            connection.execute("select pg_advisory_unlock(hashtext(%s), hashtext(%s))", key)


_CURSOR = """
select page, since, started_at, covered_to from ops.pull_cursors
where tenant_id = %s and source = %s
"""

_MOVE = """
insert into ops.pull_cursors as c
(tenant_id, source, page, since, started_at, covered_to, moved_at)
values (%(tenant)s, %(source)s, %(page)s, %(since)s, %(started)s, %(covered)s, %(now)s)
on conflict (tenant_id, source) do update set
    page = excluded.page, since = excluded.since, started_at = excluded.started_at,
    covered_to = coalesce(excluded.covered_to, c.covered_to), moved_at = excluded.moved_at
"""
