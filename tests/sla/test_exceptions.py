"""Episodes follow the facts: one a promise, opened, closed and reopened by them alone.

The incidents are the ancestor's: acknowledged rows came again with the next event (weakness 11),
four events at once made four rows (12), cancelled orders breached (10), and a missing scan stayed
open after the pack had arrived (1.5).
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import psycopg
import pytest

from e2a.domain.exceptions import Status
from e2a.sla.exceptions import Audit, Synced, audit, move, sync
from e2a.warehouse.connection import Role
from tests.sla.orders import (
    DUE,
    LATER,
    after,
    done,
    episodes,
    history,
    paid,
    put,
    reported,
    the_one,
    voided,
)
from tests.warehouse.lane import rows

NOTHING = Synced(0, 0, 0)
JUST_AFTER = DUE + timedelta(microseconds=1)


def test_a_deadline_that_passes_with_no_event_opens_an_episode_and_by_is_inclusive(modelled):
    put(modelled, *paid())
    assert sync(modelled, DUE) == NOTHING
    assert sync(modelled, JUST_AFTER) == Synced(1, 0, 0)
    ((*facts, breached, opened),) = episodes(
        modelled, "promise, stage, instance, reason_code, severity, status, breached_at, opened_at"
    )
    assert facts == ["pick#1", "pick", 1, "PICK_DELAY", "MEDIUM", "OPEN"]
    assert (breached, opened) == (DUE, JUST_AFTER)
    assert history(modelled) == [("OPEN", "system")]


def test_looking_again_changes_nothing(modelled):
    put(modelled, *paid(), reported("stock_mismatch", 5))
    assert sync(modelled, LATER) == Synced(2, 0, 0)
    before = episodes(modelled, "exceptions::text"), history(modelled)
    assert sync(modelled, LATER) == NOTHING
    assert sync(modelled, LATER + timedelta(days=3)) == NOTHING
    assert (episodes(modelled, "exceptions::text"), history(modelled)) == before


@pytest.mark.parametrize("to", [Status.ACKNOWLEDGED, Status.IN_PROGRESS, Status.RESOLVED])
def test_an_exception_in_work_is_not_created_again_by_the_next_event(modelled, to):
    put(modelled, *paid())
    sync(modelled, LATER)
    if to is Status.RESOLVED:
        move(modelled, the_one(modelled), Status.IN_PROGRESS, "ann", LATER)
    move(modelled, the_one(modelled), to, "ann", LATER)
    put(modelled, done("pick_started", 185), reported("stock_mismatch", 190))
    sync(modelled, LATER + timedelta(hours=1))
    assert episodes(modelled) == [("pick#1", to, None), ("reported:stock_mismatch", "OPEN", None)]


def test_what_a_person_closed_stays_closed_while_the_breach_stands(modelled):
    put(modelled, *paid())
    sync(modelled, LATER)
    for to in (Status.IN_PROGRESS, Status.RESOLVED, Status.CLOSED):
        move(modelled, the_one(modelled), to, "ann", LATER)
    assert sync(modelled, LATER + timedelta(hours=1)) == NOTHING
    assert episodes(modelled) == [("pick#1", "CLOSED", "resolved")]


def test_an_acknowledged_exception_closes_when_the_missing_event_arrives(modelled):
    put(modelled, *paid())
    sync(modelled, LATER)
    move(modelled, the_one(modelled), Status.ACKNOWLEDGED, "ann", LATER)
    put(modelled, done("picked", 185))
    assert sync(modelled, LATER) == NOTHING, "it had not happened yet"
    assert sync(modelled, after(185)) == Synced(0, 0, 1)
    assert episodes(modelled) == [("pick#1", "CLOSED", "event_arrived")]
    assert history(modelled) == [("OPEN", "system"), ("ACKNOWLEDGED", "ann"), ("CLOSED", "system")]


def test_a_missing_scan_closes_when_the_pack_arrives(modelled):
    put(modelled, *paid(), done("picked", 60))
    late = after(60 + 270 + 1)
    sync(modelled, late)
    assert episodes(modelled) == [("missing_scan#1", "OPEN", None), ("pack#1", "OPEN", None)]
    put(modelled, done("packed", 340), at=after(341))
    assert sync(modelled, after(341)) == Synced(0, 0, 2)
    assert set(episodes(modelled)) == {
        ("missing_scan#1", "CLOSED", "event_arrived"), ("pack#1", "CLOSED", "event_arrived")
    }  # fmt: skip


def test_a_breach_that_was_complete_before_anybody_looked_is_kept_for_the_record(modelled):
    put(modelled, *paid(), done("picked", 150))
    assert sync(modelled, LATER) == Synced(1, 0, 1)
    assert episodes(modelled) == [("pick#1", "CLOSED", "event_arrived")]
    assert history(modelled) == [("OPEN", "system"), ("CLOSED", "system")]
    assert sync(modelled, LATER) == NOTHING


def test_an_on_time_event_that_arrives_late_retracts_the_breach(modelled):
    put(modelled, *paid())
    sync(modelled, LATER)
    put(modelled, done("picked", 110))
    assert sync(modelled, LATER) == Synced(0, 0, 1)
    assert episodes(modelled) == [("pick#1", "CLOSED", "retracted")]


def test_a_retracted_breach_that_stands_again_opens_the_same_episode(modelled):
    put(modelled, *paid())
    sync(modelled, LATER)
    first = the_one(modelled)
    move(modelled, first, Status.ACKNOWLEDGED, "ann", LATER)
    put(modelled, done("picked", 110))
    sync(modelled, LATER)
    put(modelled, voided("picked/1", 200), at=after(200))
    assert sync(modelled, after(200)) == Synced(0, 1, 0)
    assert the_one(modelled) == first
    assert episodes(modelled, "status, assignee") == [("OPEN", None)]
    assert [to for to, _ in history(modelled)] == ["OPEN", "ACKNOWLEDGED", "CLOSED", "OPEN"]


def test_a_cancelled_order_needs_nobody_whether_it_was_late_or_not(modelled):
    put(modelled, *paid(1), *paid(2))
    sync(modelled, LATER)
    put(modelled, done("order_cancelled", 60, 1), done("order_cancelled", 190, 2), at=after(190))
    assert sync(modelled, after(190)) == Synced(0, 0, 2)
    assert episodes(modelled, "order_id, status, closed_because") == [
        ("wms:1", "CLOSED", "retracted"), ("wms:2", "CLOSED", "cancelled"),
    ]  # fmt: skip


def test_history_replayed_today_moves_nothing_that_today_has_judged(modelled):
    put(modelled, *paid(1), *paid(2), done("picked", 185, 1))
    sync(modelled, after(190))
    before = episodes(modelled, "exceptions::text")
    for earlier in (DUE - timedelta(days=1), DUE, JUST_AFTER, LATER):
        assert sync(modelled, earlier) == NOTHING
        found = audit(modelled, earlier)
        assert (found.unopened, found.idle) == (0, 0)
    assert episodes(modelled, "exceptions::text") == before


def test_a_reported_problem_is_one_episode_however_often_it_is_reported(modelled):
    put(modelled, *paid(), reported("stock_mismatch", 5), reported("stock_mismatch", 9, "r2"))
    sync(modelled, after(4))
    assert episodes(modelled) == []
    sync(modelled, after(10))
    assert episodes(modelled, "promise, stage, reason_code, severity, breached_at") == [
        ("reported:stock_mismatch", None, "STOCK_MISMATCH", "HIGH", after(5))
    ]


def test_a_problem_that_is_reported_again_after_a_person_closed_it_opens_again(modelled):
    put(modelled, *paid(), reported("stock_mismatch", 5))
    sync(modelled, after(10))
    for to in (Status.IN_PROGRESS, Status.RESOLVED, Status.CLOSED):
        move(modelled, the_one(modelled), to, "ann", after(20))
    assert sync(modelled, after(30)) == NOTHING
    put(modelled, reported("stock_mismatch", 40, "r2"))
    assert sync(modelled, after(39)) == NOTHING
    assert sync(modelled, after(41)) == Synced(0, 1, 0)
    assert sync(modelled, after(41)) == NOTHING


def test_a_report_that_was_false_closes_its_episode(modelled):
    put(modelled, *paid(), reported("stock_mismatch", 5))
    sync(modelled, after(10))
    put(modelled, voided("r", 20))
    sync(modelled, after(20))
    assert episodes(modelled) == [("reported:stock_mismatch", "CLOSED", "retracted")]


def test_an_episode_goes_with_its_order_when_two_names_turn_out_to_mean_one(modelled):
    put(modelled, *paid())
    sync(modelled, LATER)
    kept = the_one(modelled)
    move(modelled, kept, Status.ACKNOWLEDGED, "ann", LATER)
    put(modelled, done("pick_started", 185) | {"aliases": [{"namespace": "shopify", "value": "7"}]})
    sync(modelled, LATER + timedelta(hours=1))
    assert the_one(modelled) == kept
    assert episodes(modelled, "order_id, status") == [("shopify:7", "ACKNOWLEDGED")]
    assert sync(modelled, LATER + timedelta(hours=1)) == NOTHING


def test_syncs_at_once_open_one_episode_a_promise(built, modelled):
    put(modelled, *[e for n in range(1, 41) for e in paid(n)])
    together = Barrier(4)

    def look(_):
        with built.connect(Role.APP) as connection:
            together.wait()
            return sync(connection, LATER).opened

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(look, range(4))) == 40
    assert len(episodes(modelled)) == len(history(modelled)) == 40


def test_a_second_episode_of_a_promise_is_refused_by_the_database(modelled):
    put(modelled, *paid())
    sync(modelled, LATER)
    with pytest.raises(psycopg.errors.UniqueViolation, match="one_episode_a_promise"):
        modelled.execute(
            "insert into sla.exceptions (tenant_id, exception_id, order_id, promise, reason_code, "
            "severity, breached_at, opened_at, judged_at, moved_by, moved_at) select tenant_id, "
            "gen_random_uuid(), order_id, promise, reason_code, severity, breached_at, opened_at, "
            "judged_at, moved_by, moved_at from sla.exceptions"
        )


def test_equal_orders_of_two_tenants_have_an_episode_each(modelled):
    put(modelled, *paid())
    put(modelled, *paid(), tenant="nordic-beauty")
    sync(modelled, LATER + timedelta(days=30))
    tenants = [t for t, p in episodes(modelled, "tenant_id, promise") if p == "pick#1"]
    assert tenants == ["demo-3pl", "nordic-beauty"]
    put(modelled, done("picked", 110))
    sync(modelled, LATER + timedelta(days=30))
    assert ("nordic-beauty", "pick#1", "OPEN") in episodes(modelled, "tenant_id, promise, status")


def test_the_audit_finds_what_no_sync_has_seen(modelled):
    put(modelled, *paid(1), *paid(2))
    assert audit(modelled, LATER) == Audit(standing=2, unopened=2, idle=0)
    sync(modelled, LATER)
    assert audit(modelled, LATER) == Audit(standing=2, unopened=0, idle=0)
    put(modelled, done("picked", 110, 1), done("picked", 150, 2))
    assert audit(modelled, LATER) == Audit(standing=1, unopened=0, idle=2)


def test_the_party_that_is_charged_is_kept_with_the_episode(modelled):
    """A storm that held the order, and is heard of after the breach, is the carrier's (C16)."""
    storm = done("hold_placed", 100) | {"hold_id": "h", "reason": "weather"}
    put(modelled, *paid())
    sync(modelled, LATER)
    assert episodes(modelled, "party") == [("warehouse",)]
    put(modelled, storm)
    assert sync(modelled, LATER) == NOTHING
    assert episodes(modelled, "party, status") == [("carrier", "OPEN")]
    assert rows(modelled, "select count(*) from sla.exception_moves") == [(1,)]
