"""What a pass takes up: touched orders survive until a whole pass has seen them."""

import pytest

from e2a.warehouse.connection import Role
from e2a.warehouse.inbox import land
from e2a.warehouse.rebuild import needs_everything, remember
from e2a.warehouse.scope import Scope, claimed, fill, refresh, strike_off, waiting
from tests.warehouse.lane import deliver, event, forget_touches, read, rows, touched


def _two(app):
    read(app, deliver(event("a", order="wms:1")), deliver(event("b", order="wms:2")))


def test_a_pass_takes_the_touched_orders_and_strikes_them_off(app, warehouse):
    _two(app)
    with claimed(warehouse) as scope:
        assert scope.orders == 2
        assert waiting(app) == 2
        app.rollback()
    assert waiting(app) == 0


def test_a_pass_that_fails_leaves_them_touched(app, warehouse):
    _two(app)
    with pytest.raises(OSError, match="dbt"), claimed(warehouse):
        raise OSError("dbt died")
    assert touched(app) == {"wms:1", "wms:2"}
    with claimed(warehouse) as scope:
        assert scope.orders == 2


def test_a_partial_pass_strikes_nothing_off(app, warehouse):
    _two(app)
    with claimed(warehouse, everything=True, partial=True):
        pass
    assert waiting(app) == 2


def test_an_order_touched_again_during_a_pass_stays_touched(app, warehouse):
    _two(app)
    land(app, [deliver(event("c", order="wms:2"))])
    with claimed(warehouse):
        read(app)
    assert touched(app) == {"wms:2"}


def test_a_pass_over_the_models_does_not_keep_lanes_from_reading(app, warehouse):
    _two(app)
    with claimed(warehouse):
        read(app, deliver(event("c", order="wms:2")))
    assert touched(app) == {"wms:2"}


def test_everything_is_every_order_that_has_a_name(app, warehouse):
    _two(app)
    forget_touches(app)
    with claimed(warehouse) as scope:
        assert scope.orders == 0
    with claimed(warehouse, everything=True) as scope:
        assert scope.orders == 2
    assert rows(app, "select distinct billing_period::text from ops.touched_periods") == [
        ("2026-05-01",)
    ]


def test_while_a_pass_holds_the_scope_another_waits(app, warehouse):
    _two(app)
    with claimed(warehouse), warehouse.connect(Role.APP) as other:
        other.execute("set lock_timeout = '50ms'")
        other.commit()
        with pytest.raises(Exception, match="lock timeout"):
            refresh(other)


def test_dbt_by_hand_takes_every_order_and_within_a_lease_the_claimed_ones(app, warehouse):
    _two(app)
    forget_touches(app)
    read(app, deliver(event("c", order="wms:2")))
    scope = "select order_id from ops.batch_orders order by 1"
    with warehouse.connect(Role.OWNER, autocommit=True) as dbt:
        with claimed(warehouse):
            assert dbt.execute("select ops.open_scope()").fetchone() == ("claimed",)
            assert dbt.execute(scope).fetchall() == [("wms:2",)]
        assert dbt.execute("select ops.open_scope()").fetchone() == ("everything",)
        assert dbt.execute(scope).fetchall() == [("wms:1",), ("wms:2",)]


def test_an_order_that_a_link_has_swallowed_is_still_in_scope(app):
    _two(app)
    forget_touches(app)
    read(app, deliver(event("c", order="wms:2", aliases=["shopify:9"])))
    with app.transaction():
        scope = fill(app)
        strike_off(app)
    assert scope.orders == 2
    assert rows(app, "select order_id from ops.batch_orders order by 1") == [
        ("shopify:9",), ("wms:2",)
    ]  # fmt: skip


def test_a_step_without_news_does_nothing(app):
    assert refresh(app) == Scope(0, 0)


def test_other_models_or_other_prices_call_for_everything(app, warehouse):
    assert needs_everything(warehouse, "models-1")
    remember(warehouse, "models-1")
    assert not needs_everything(warehouse, "models-1")
    assert needs_everything(warehouse, "models-2")
    with app.transaction():
        app.execute(
            "update reference.rate_cards set card_version = 'edited' where tenant_id = 'olist'"
        )
    assert needs_everything(warehouse, "models-1")


STORED = ("orders.timeline", "sla.clocks", "sla.verdicts", "billing.priced_operations")


def test_step_by_step_and_all_at_once_give_the_same_tables(modelled):
    events = [
        event("created", "order_created", "shopify:1", aliases=["wms:1"]),
        event("paid", "order_paid", "shopify:1"),
        event("picked", "pick_completed", "wms:1", lines=[{"line": "1", "quantity": 2}]),
        event("packed", "pack_completed", "wms:1"),
        event("shipped", "shipped", "wms:1", shipment="track:1"),
        event("delivered", "delivered", None, shipment="track:1"),
    ]

    def contents():
        return {t: rows(modelled, f"select t::text from {t} as t order by 1") for t in STORED}

    for one in reversed(events):
        read(modelled, deliver(one))
        refresh(modelled)
    before = contents()
    assert before["orders.timeline"]
    assert before["billing.priced_operations"]
    modelled.execute(
        "insert into ops.touched_orders (tenant_id, order_id) "
        "select distinct tenant_id, order_id from orders.identifiers"
    )
    modelled.commit()
    refresh(modelled)
    assert contents() == before
