"""EasyPost's API: trackers with their whole history, newest first.

A tracker is read by the same parser as a webhook, and a scan has the same identity in both. So a
tracker is landed only if it tells a scan that is not here, and overlap does no harm.
"""

import hashlib
from datetime import timedelta
from typing import Any

import orjson
import psycopg

from e2a.domain.deliveries import Delivery, NothingToDo, RefusedDeliveryError, Source
from e2a.pull.feed import Asked, Candidate, Page
from e2a.pull.http import Api, document, objects
from e2a.sources.registry import parse

_SIZE = "100"


class EasyPost:
    """An account's trackers that were made within the time in which parcels arrive."""

    name = "easypost"
    source = Source.CARRIER
    settles_after = timedelta(0)
    look_back = timedelta(days=30)
    resumes = False
    """The list can be asked for trackers made since, not for those that changed."""

    def page(self, api: Api, asked: Asked, page: str | None) -> Page:
        """Trackers made since then, before the one that `page` names."""
        params = {"page_size": _SIZE, "start_datetime": f"{asked.since:%Y-%m-%dT%H:%M:%SZ}"}
        answer = api.get("/v2/trackers", params | ({"before_id": page} if page else {}))
        body = document(answer, "EasyPost")
        trackers = objects(body, "trackers", "EasyPost")
        last = str(trackers[-1].get("id") or "") if trackers else ""
        following = last if body.get("has_more") is True and last != page else None
        return Page([_candidate(one, asked) for one in trackers], len(trackers), following or None)

    def known(
        self, connection: psycopg.Connection[Any], asked: Asked, candidates: list[Candidate]
    ) -> set[str]:
        """Scans by their identity."""
        facts = sorted({fact for one in candidates for fact in one.facts})
        found = connection.execute(
            "select source_event_id from landing.order_events "
            "where tenant_id = %s and source = 'carrier' and source_event_id = any(%s)",
            (asked.tenant_id, facts),
        ).fetchall()
        return {row[0] for row in found}

    def complete(self, api: Api, candidate: Candidate) -> Candidate | None:
        """A tracker lacks nothing."""
        return candidate


def _candidate(tracker: dict[str, Any], asked: Asked) -> Candidate:
    body = orjson.dumps({**tracker, "object": "Tracker"})
    name = f"easypost:pull:{hashlib.sha256(body).hexdigest()[:32]}"
    delivery = Delivery(asked.tenant_id, Source.CARRIER, name, asked.now, body)
    return Candidate(delivery, _scans(delivery), asked.now)


def _scans(delivery: Delivery) -> frozenset[str]:
    """What a tracker that cannot be read states is unknown: it is landed for a person to see."""
    try:
        read = parse(delivery)
    except RefusedDeliveryError:
        return frozenset({delivery.delivery_id})
    if isinstance(read, NothingToDo):
        return frozenset()
    return frozenset(event.source_event_id for event in read.events)
