"""Which names mean one order: a function of the events alone, whatever order they come in."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from e2a.domain.deliveries import Events
from tests.warehouse.lane import (
    again,
    deliver,
    event,
    forget_touches,
    orders,
    parse,
    read,
    rows,
    tables,
    touched,
)

NAMES = ("orders.aliases", "orders.identifiers", "orders.shipments")


def test_names_that_an_event_unites_are_one_order(app):
    read(app, deliver(event("a", order="wms:1", aliases=["shopify:9", "order:1001"])))
    assert orders(app) == dict.fromkeys(("wms:1", "shopify:9", "order:1001"), "shopify:9")


def test_names_are_united_through_names_in_between(app):
    read(
        app,
        deliver(event("a", order="wms:1", aliases=["order:2"])),
        deliver(event("b", order="order:2", aliases=["ref:3"])),
        deliver(event("c", order="ref:3", aliases=["shopify:4"])),
    )
    assert set(orders(app).values()) == {"shopify:4"}
    assert len(orders(app)) == 4


@pytest.mark.parametrize(
    ("names", "id"),
    [
        (["wms:1", "order:1", "shopify:1"], "shopify:1"),
        (["wms:1", "order:1"], "order:1"),
        (["wms:1", "ref:1"], "wms:1"),
        (["shopify_fo:1", "ref:1"], "ref:1"),
        pytest.param(
            ["wms:2", "wms:1"],
            "wms:1",
        ),
    ],
)
def test_an_order_is_called_by_its_best_known_name(app, names, id):
    read(app, deliver(event("a", order=names[0], aliases=names[1:])))
    assert set(orders(app).values()) == {id}


def test_a_link_that_arrives_later_touches_the_old_order_and_the_new_one(app):
    read(app, deliver(event("a", order="wms:1")), deliver(event("b", order="shopify:9")))
    forget_touches(app)
    read(app, deliver(event("c", order="wms:1", aliases=["shopify:9"])))
    assert orders(app) == {"wms:1": "shopify:9", "shopify:9": "shopify:9"}
    assert touched(app) == {"wms:1", "shopify:9"}


def test_a_link_between_strangers_touches_every_order_that_it_unites(app):
    read(
        app,
        deliver(event("a", order="wms:1", aliases=["ref:1"])),
        deliver(event("b", order="wms:2")),
    )
    forget_touches(app)
    read(app, deliver(event("c", order="ref:1", aliases=["wms:2"])))
    assert set(orders(app).values()) == {"wms:1"}
    assert {"wms:1", "wms:2"} <= touched(app)


def test_a_parcel_with_two_orders_does_not_unite_them(app):
    read(
        app,
        deliver(event("a", "shipped", order="wms:1", shipment="track:9")),
        deliver(event("b", "shipped", order="wms:2", shipment="track:9")),
    )
    assert orders(app) == {"wms:1": "wms:1", "wms:2": "wms:2"}
    assert rows(app, "select order_name from orders.shipments order by 1") == [
        ("wms:1",),
        ("wms:2",),
    ]


def test_news_of_a_parcel_touches_every_order_in_it(app):
    read(
        app,
        deliver(event("a", "shipped", order="wms:1", shipment="track:9")),
        deliver(event("b", "shipped", order="wms:2", shipment="track:9")),
    )
    forget_touches(app)
    read(app, deliver(event("c", "delivered", order=None, shipment="track:9")))
    assert touched(app) == {"wms:1", "wms:2"}


def test_a_parcel_known_before_its_order_touches_the_order_when_that_comes(app):
    read(app, deliver(event("c", "delivered", order=None, shipment="track:9")))
    assert touched(app) == set()
    read(app, deliver(event("a", "shipped", order="wms:1", shipment="track:9")))
    assert touched(app) == {"wms:1"}


def test_one_name_of_two_tenants_is_two_orders(app):
    read(
        app,
        deliver(event("a", order="wms:1", aliases=["shopify:9"])),
        deliver(event("a", order="wms:1"), tenant="olist"),
    )
    found = rows(app, "select tenant_id, name, order_id from orders.identifiers order by 1, 2")
    assert ("olist", "wms:1", "wms:1") in found
    assert ("demo-3pl", "wms:1", "shopify:9") in found


def test_an_event_that_says_nothing_new_touches_no_other_order(app):
    read(app, deliver(event("a", order="wms:1")), deliver(event("b", order="wms:2")))
    forget_touches(app)
    read(app, deliver(event("c", order="wms:2")))
    assert touched(app) == {"wms:2"}


LINKS = [
    event("a", order="wms:1", aliases=["order:1"]),
    event("b", order="order:1", aliases=["shopify:1"]),
    event("c", order="wms:2", aliases=["ref:2"], shipment="track:1"),
    event("d", order="ref:2", aliases=["wms:1"]),
    event("e", order="wms:3", shipment="track:1"),
    event("f", "delivered", order=None, shipment="track:1"),
]


@settings(
    max_examples=6, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(order=st.permutations(range(len(LINKS))), size=st.integers(1, 3))
def test_orders_do_not_depend_on_the_order_in_which_events_come(app, order, size):
    for table in (*NAMES, "landing.order_events", "landing.outcomes", "ops.touched_orders"):
        app.execute(f"delete from {table}")  # type: ignore[arg-type]
    app.commit()
    for start in range(0, len(order), size):
        read(app, *(deliver(LINKS[n]) for n in order[start : start + size]))
    found = orders(app)
    assert found == {
        **dict.fromkeys(("wms:1", "order:1", "shopify:1", "wms:2", "ref:2"), "shopify:1"),
        "wms:3": "wms:3",
    }
    assert {"shopify:1", "wms:3"} <= touched(app)
    assert len(tables(app)["orders.shipments"]) == 2


def test_a_quarantined_fact_unites_nothing(app):
    read(app, deliver(event("a", order="wms:1")), deliver(event("b", order="shopify:9")))
    read(app, deliver(event("a", order="wms:1", aliases=["shopify:9"])))
    assert orders(app) == {"wms:1": "wms:1", "shopify:9": "shopify:9"}


def test_a_link_that_a_newer_reading_no_longer_sees_is_undone(app):
    read(
        app,
        deliver(event("a", order="wms:1", aliases=["shopify:9"])),
        deliver(event("b", order="shopify:9")),
    )

    def without_links(delivery):
        return Events(tuple(e.model_copy(update={"aliases": ()}) for e in parse(delivery).events))

    again(app, without_links, "v2")
    assert orders(app) == {"wms:1": "wms:1", "shopify:9": "shopify:9"}
