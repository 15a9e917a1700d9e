"""`e2a pull easypost`: trackers are read like webhooks, and a scan is one fact in both."""

from datetime import timedelta

import orjson

from e2a.domain.deliveries import Delivery, Source
from tests.pull.scripted import Answer, serving
from tests.pull.shop import NOW, TENANT, arrive, facts, identities, pulled
from tests.warehouse.lane import outcomes


def tracker(number, *statuses):
    details = [
        {"datetime": f"2026-05-0{day}T10:00:00Z", "status": status, "message": f"{status} {day}"}
        for day, status in enumerate(statuses, 1)
    ]
    return {
        "id": f"trk_{number}", "object": "Tracker", "tracking_code": f"EZ{number}",
        "carrier": "UPS", "tracking_details": details,
    }  # fmt: skip


def webhook(result):
    event = {"id": "evt_1", "object": "Event", "description": "tracker.updated", "result": result}
    return Delivery(
        TENANT, Source.CARRIER, "easypost:evt_1", NOW - timedelta(hours=1), orjson.dumps(event)
    )


def account(*pages):
    """An account whose trackers are listed a page at a time, by `before_id`."""

    def answer(request):
        before = request.params.get("before_id")
        number = 1 + next((n for n, page in enumerate(pages) if page[-1]["id"] == before), -1)
        more = number + 1 < len(pages)
        return Answer({"trackers": list(pages[number]), "has_more": more})

    return serving(answer)


def test_a_tracker_tells_the_scans_that_webhooks_missed(app):
    arrive(app, webhook(tracker(1, "in_transit")))
    with account([tracker(1, "in_transit", "out_for_delivery", "delivered")]) as server:
        done, _, _ = pulled(app, server, "easypost")
        assert (done.objects, done.landed) == (1, 1)
        assert [row[0] for row in facts(app, "carrier")] == [
            "carrier_scan", "carrier_scan", "delivered"
        ]  # fmt: skip
        assert pulled(app, server, "easypost")[0].landed == 0


def test_what_webhooks_brought_is_not_landed_again(app):
    whole = tracker(1, "in_transit", "delivered")
    arrive(app, webhook(whole))
    before = identities(app)
    with account([whole]) as server:
        assert pulled(app, server, "easypost")[0].landed == 0
    assert identities(app) == before


def test_a_webhook_after_a_pull_adds_nothing(app):
    whole = tracker(1, "in_transit", "delivered")
    with account([whole]) as server:
        assert pulled(app, server, "easypost")[0].landed == 1
    before = identities(app)
    arrive(app, webhook(whole))
    assert identities(app) == before
    assert outcomes(app) == [("canonical", None), ("nothing_to_do", "duplicate")]


def test_pages_are_asked_for_by_the_last_tracker_with_the_key(app):
    with account([tracker(3, "in_transit")], [tracker(2, "in_transit")]) as server:
        assert pulled(app, server, "easypost")[0].pages == 2
    first, second = server.requests
    assert first.params == {"page_size": "100", "start_datetime": "2026-04-04T12:00:00Z"}
    assert second.params == {**first.params, "before_id": "trk_3"}
    assert first.headers["authorization"].startswith("Basic ")


def test_a_tracker_without_scans_is_not_landed_and_an_unreadable_one_is_kept_for_a_person(app):
    odd = tracker(2, "teleported")
    with account([tracker(1, "pre_transit"), odd]) as server:
        assert pulled(app, server, "easypost")[0].landed == 1
        assert pulled(app, server, "easypost")[0].landed == 0
    assert outcomes(app) == [("quarantined", "unknown_type")]


def test_a_list_that_never_ends_on_the_same_tracker_ends(app):
    def answer(request):
        return Answer({"trackers": [tracker(1, "in_transit")], "has_more": True})

    with serving(answer) as server:
        assert pulled(app, server, "easypost")[0].pages == 2
