"""`e2a pull shopify`: holes are filled, and what a webhook brought is not told twice."""

from datetime import timedelta

from tests.pull.shop import (
    NOW,
    arrive,
    facts,
    fulfillment,
    identities,
    order,
    pulled,
    refund,
    shop,
    webhook,
)
from tests.warehouse.lane import outcomes, rows

PAID_AT = "2026-05-04T02:30:00Z"
SALE = {"status": "success", "kind": "sale", "processed_at": PAID_AT}


def everything(n=1):
    """An order with all that can have happened to it, and its webhooks."""
    sent, back = fulfillment(70 + n, of=n), refund(90 + n, of=n)
    whole = order(n, financial_status="paid", fulfillments=[sent], refunds=[back])
    webhooks = [
        webhook("orders/create", order(n), f"w1-{n}"),
        webhook("orders/paid", whole, f"w2-{n}", x_shopify_triggered_at=PAID_AT),
        webhook("fulfillments/create", sent, f"w3-{n}"),
        webhook("refunds/create", back, f"w4-{n}"),
    ]
    return whole, webhooks


def told(app):
    """What stands, without the order of arrival."""
    return sorted(facts(app))


def test_holes_are_filled_with_the_facts_that_webhooks_would_have_told(app):
    whole, webhooks = everything()
    with shop([whole], transactions=[SALE]) as server:
        done, _, _ = pulled(app, server)
    assert (done.pages, done.objects, done.landed) == (1, 1, 4)
    by_pull = told(app)
    app.execute("delete from landing.order_events")
    app.execute("delete from landing.deliveries")
    app.commit()
    arrive(app, *webhooks)
    assert told(app) == by_pull
    assert [row[0] for row in facts(app)] == [
        "order_created", "order_paid", "shipped", "order_cancelled", "restocked"
    ]  # fmt: skip


def test_only_what_is_missing_is_landed_and_the_overlap_is_harmless(app):
    """Of four orders another webhook was missed each."""
    orders = [everything(n) for n in (1, 2, 3, 4)]
    for place, (_, webhooks) in enumerate(orders):
        arrive(app, *(one for at, one in enumerate(webhooks) if at != place))
    with shop([whole for whole, _ in orders], transactions=[SALE]) as server:
        assert pulled(app, server)[0].landed == 4
        before = identities(app)
        assert pulled(app, server, since=NOW - timedelta(days=2))[0].landed == 0
    assert identities(app) == before
    assert {became for became, _ in outcomes(app)} == {"canonical"}
    assert len(before) == 4 * 5


def test_an_order_that_changed_after_it_was_pulled_is_no_conflict(app):
    with shop([order(1)]) as server:
        pulled(app, server)
    with shop([order(1, note="call first", updated_at="2026-05-04T06:00:00Z")]) as server:
        assert pulled(app, server)[0].landed == 0
    assert rows(app, "select count(*) from landing.quarantine") == [(0,)]


def test_what_a_webhook_may_still_bring_is_left_to_it(app):
    """Shopify tries for four hours: a webhook that comes late would tell the fact again."""
    with shop([order(1, created_at=(NOW - timedelta(hours=4)).isoformat())]) as server:
        assert pulled(app, server)[0].landed == 0
        later = NOW + timedelta(hours=1)
        assert pulled(app, server, now=later)[0].landed == 1
        since = server.requests[-1].params["updated_at_min"]
    assert since == (NOW - timedelta(hours=4, minutes=30)).isoformat()


def test_pages_are_followed_by_their_links_with_the_token_and_nothing_else(app):
    with shop([order(1)], [order(2)], [order(3)]) as server:
        done, _, said = pulled(app, server)
    assert (done.pages, done.landed) == (3, 3)
    asked = [request.params for request in server.requests]
    assert asked[0] == {
        "status": "any", "order": "updated_at asc", "limit": "250",
        "updated_at_min": (NOW - timedelta(days=7)).isoformat(),
    }  # fmt: skip
    assert asked[1:] == [{"limit": "250", "page_info": f"p{n}"} for n in (1, 2)]
    assert {r.headers["x-shopify-access-token"] for r in server.requests} == {"shpat-secret"}
    assert "shpat-secret" not in "".join(said)


def test_an_order_as_it_was_placed_is_not_smaller_for_what_was_taken_back_later(app):
    gone = [{"id": 10, "sku": "A", "quantity": 2, "current_quantity": 1}]
    with shop([order(1, line_items=gone, refunds=[refund(9, of=1)])]) as server:
        pulled(app, server)
    units = {row[0]: row[2] for row in facts(app)}
    assert units == {"order_created": 2, "order_cancelled": 1, "restocked": 1}


def test_a_payment_without_a_transaction_waits_for_the_next_pass(app):
    with shop([order(1, financial_status="paid")], transactions=[]) as server:
        assert pulled(app, server)[0].landed == 1
    assert [row[0] for row in facts(app)] == ["order_created"]


def test_a_fulfilment_that_was_cancelled_is_told_as_such(app):
    undone = fulfillment(7, of=1, status="cancelled")
    with shop([order(1, fulfillments=[undone])]) as server:
        pulled(app, server)
    assert [row[0] for row in facts(app)] == ["order_created", "exception_reported"]


def test_a_cancelled_order_is_told_once(app):
    body = order(1, cancelled_at="2026-05-04T05:00:00Z")
    arrive(app, webhook("orders/create", order(1), "w1"))
    with shop([body]) as server:
        assert pulled(app, server)[0].landed == 1
        assert pulled(app, server, since=NOW - timedelta(days=2))[0].landed == 0
    assert [row[0] for row in facts(app)] == ["order_created", "order_cancelled"]


def test_orders_that_cannot_be_named_stop_nothing(app):
    odd = ({**order(2), "id": id, "admin_graphql_api_id": None} for id in (None, "", 1.5e20, {}))
    with shop([*odd, order(1)]) as server:
        assert pulled(app, server)[0].landed == 1
