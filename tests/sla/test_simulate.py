"""A changed policy on history: what would flip is counted, and nothing of history is touched."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from e2a.domain.policy_text import from_documents
from e2a.sla.replay import simulate
from e2a.warehouse.connection import Role
from tests.warehouse.lane import deliver, event, read

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
AS_OF = MONDAY + timedelta(days=7)
NAMES = ("replayed-was", "replayed-now")
TENANT = {
    "tenant": "demo-3pl",
    "name": "Demo",
    "billing_zone": "UTC",
    "sites": {"MEM1": {"zone": "UTC", "calendar": "always"}},
    "calendars": {"always": {"open": "always"}},
}


def policies(minutes=120, **more):
    entry = {"valid_from": "2020-01-01", "stages": {"pick": {"within_minutes": minutes}}}
    return from_documents("demo-3pl", {"tenant": TENANT, "sla": [entry | more], "rates": []})


def picked(order, after, start=MONDAY):
    """An order paid at `start` and picked so many minutes later."""
    paid = event(f"{order}-paid", "order_paid", f"wms:{order}", occurred_at=start)
    done = start + timedelta(minutes=after)
    return [paid, event(f"{order}-pick", "pick_completed", f"wms:{order}", occurred_at=done)]


@pytest.fixture
def scratch(modelled):
    modelled.autocommit = True
    yield modelled
    found = modelled.execute(
        "select c.oid::regclass::text from pg_class as c inner join pg_attribute as a "
        "on a.attrelid = c.oid and a.attname = 'tenant_id' and c.relkind = 'r' "
        "where c.relnamespace in ('landing'::regnamespace, 'reference'::regnamespace) "
        "and has_table_privilege(c.oid, 'delete') "
        "order by c.relname in ('tenants', 'sites'), c.relname"
    ).fetchall()
    for (table,) in found:
        if table != "landing.inbox" and not table.startswith("landing.inbox"):
            modelled.execute(f"delete from {table} where tenant_id = any(%s)", (list(NAMES),))
    modelled.autocommit = False


@pytest.fixture
def replay(app, scratch):
    """Compare the present policies with changed ones, over a week of history."""

    def run(present, changed, since=MONDAY - timedelta(hours=1)):
        steps = []
        done = simulate(
            app, scratch, present, changed, since, AS_OF, NAMES,
            lambda done, total: steps.append((done, total)),
        )  # fmt: skip
        assert steps[-1:] == ([(done.orders, done.orders)] if done.orders else [])
        return done

    return run


def history(connection, *events):
    read(connection, deliver(*events, at=MONDAY + timedelta(days=1)))
    connection.commit()


def test_a_tighter_target_flips_what_it_would_have_breached(app, replay):
    history(app, *picked("A", 60), *picked("B", 110), *picked("C", 130))
    done = replay(policies(120), policies(100))
    pick = done.comparison.stages["pick"]
    assert pick.flips == {"met -> breached": 1}
    assert pick.due_moved == 2
    assert (pick.was.met, pick.was.breached) == (2, 1)
    assert (pick.now.met, pick.now.breached) == (1, 2)
    assert [row["order_id"] for row in done.comparison.examples] == ["wms:B", "wms:A", "wms:C"]


def test_a_looser_target_flips_the_other_way(app, replay):
    history(app, *picked("A", 130))
    assert replay(policies(120), policies(150)).comparison.stages["pick"].flips == {
        "breached -> met": 1
    }


def test_no_change_changes_nothing(app, replay):
    history(app, *picked("A", 60), *picked("B", 130))
    comparison = replay(policies(), policies()).comparison
    assert (comparison.flips, comparison.examples) == (0, [])
    assert comparison.stages["pick"].was == comparison.stages["pick"].now


def test_a_stage_that_is_new_or_gone_is_a_clock_that_was_not_there_or_is_no_more(app, replay):
    history(app, *picked("A", 60))
    pack = {"pack": {"from": "picked", "within_minutes": 60}}
    comparison = replay(policies(), policies(stages=pack)).comparison
    assert comparison.stages["pick"].flips == {"met -> none": 1}
    assert comparison.stages["pack"].flips == {"none -> breached": 1}
    assert comparison.stages["pick"].now.ratio is None


def test_clocks_outside_the_days_replayed_are_left_out(app, replay):
    old = MONDAY - timedelta(days=30)
    history(app, *picked("A", 110), *picked("OLD", 110, old), *picked("LATE", 110, AS_OF))
    assert replay(policies(120), policies(100)).comparison.flips == 1


def test_a_parcels_own_events_and_a_nameless_correction_come_along(app, replay):
    stages = {"deliver": {"from": "received", "within_minutes": 600}}
    created = event("A-0", "order_created", "wms:A", occurred_at=MONDAY)
    late = MONDAY + timedelta(minutes=700)
    shipped = event("A-1", "shipped", "wms:A", shipment="track:1", occurred_at=MONDAY)
    delivered = event("A-2", "delivered", None, shipment="track:1", occurred_at=late)
    voided = event("A-3", "event_voided", None, corrects=["A-2"], occurred_at=late)
    early = MONDAY + timedelta(minutes=500)
    again = event("A-4", "delivered", None, shipment="track:1", occurred_at=early)
    history(app, created, shipped, delivered, voided, again)
    comparison = replay(policies(stages=stages), policies(stages=stages)).comparison
    assert comparison.stages["deliver"].was.met == 1


def test_the_live_database_is_as_before(app, replay, warehouse):
    history(app, *picked("A", 130))
    before = everything(warehouse)
    replay(policies(120), policies(60))
    assert everything(warehouse) == before


def everything(warehouse):
    """Every row of every table of ours."""
    with warehouse.connect(Role.ADMIN) as admin:
        tables = admin.execute(
            "select c.oid::regclass::text from pg_class as c where c.relkind in ('r', 'S') "
            "and c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)' order by 1"
        ).fetchall()
        query = "select t::text from {} as t order by 1"
        return {table: admin.execute(query.format(table)).fetchall() for (table,) in tables}


def test_a_changed_rate_card_says_what_it_would_have_billed(app, replay):
    def priced(price):
        card = {
            "valid_from": "2020-01-01", "currency": "USD",
            "limits": {"per_finding": 1, "total": 1, "total_percent": 1},
            "charges": {
                "pick": {"operation": "pick", "model": "per_operation", "price": price},
                "pack": {"operation": "pack", "model": "per_operation", "price": "1"},
            },
        }  # fmt: skip
        return policies().model_copy(
            update={"rates": from_documents("demo-3pl", {
                "tenant": TENANT,
                "sla": [{"valid_from": "2020-01-01", "stages": {"pick": {"within_minutes": 1}}}],
                "rates": [card],
            }).rates}
        )  # fmt: skip

    history(app, *picked("A", 60), *picked("B", 110))
    done = replay(priced("2.50"), priced("2.75"))
    assert done.comparison.flips == 0
    assert [(str(c.billing_period), c.charge_code, c.was, c.now) for c in done.charges] == [
        ("2026-03-01", "pick", 5, Decimal("5.50"))
    ]
    assert replay(priced("2.50"), priced("2.50")).charges == []
