"""Messages are written with what they are about, and taken back with it."""

from datetime import timedelta

from e2a.alerts.pruning import KEPT, prune
from e2a.sla.exceptions import sync
from e2a.warehouse.inbox import land
from tests.alerts.routing import alerts, announce, outbox, told
from tests.alerts.scripted import delivering, serving, until
from tests.alerts.sending import ENVIRONMENT, hook, settled
from tests.sla.orders import DUE, LATER, after, done, paid, reported, the_one
from tests.warehouse.lane import deliver, event, rows

JUST_AFTER = DUE + timedelta(microseconds=1)


def breach(hot, modelled, now=JUST_AFTER):
    """Order 1 is paid and not picked when it should have been."""
    land(modelled, [deliver(*paid())])
    return hot(now)


def arrives(hot, modelled, *events, now=LATER):
    land(modelled, [deliver(*events)])
    hot(now)


def test_a_breach_is_written_at_once_and_waits_for_its_grace(hot, modelled):
    breach(hot, modelled)
    columns = "kind, state, order_id, promise, version, destination, announce_after"
    assert outbox(modelled, columns) == [
        ("opened", "waiting", "wms:1", "pick#1", 1, "hook", DUE + timedelta(seconds=60))
    ]
    ((payload,),) = outbox(modelled, "payload")
    said = {key: payload[key] for key in ("order_id", "stage", "severity", "site", "party")}
    assert said == {
        "order_id": "wms:1", "stage": "pick", "severity": "MEDIUM", "site": "MEM1",
        "party": "warehouse",
    }  # fmt: skip
    assert payload["note"].startswith("Pick of order 1 at MEM1 was due")


def test_steps_that_find_nothing_new_write_nothing_more(hot, modelled):
    land(modelled, [deliver(*paid())])
    hot(DUE)
    hot(JUST_AFTER)
    hot(LATER)
    assert outbox(modelled) == [("opened", "waiting")]


def test_a_tenant_without_routes_is_told_nothing(hot, modelled):
    modelled.execute("delete from reference.alert_policies")
    modelled.commit()
    breach(hot, modelled)
    assert outbox(modelled) == []
    assert rows(modelled, "select from ops.untold") == []


def test_what_was_cleared_before_it_was_sent_is_not_sent(hot, modelled):
    breach(hot, modelled)
    arrives(hot, modelled, done("picked", 119))
    assert outbox(modelled) == [("opened", "retracted")]


def test_what_was_sent_is_taken_back_once(hot, modelled):
    breach(hot, modelled)
    told(modelled)
    arrives(hot, modelled, done("picked", 119))
    assert outbox(modelled) == [("opened", "delivered"), ("cleared", "waiting")]
    arrives(hot, modelled, done("packed", 140), now=LATER + timedelta(hours=9))
    assert [kind for kind, _ in outbox(modelled)].count("cleared") == 1
    ((payload,),) = rows(modelled, "select payload from ops.outbox where kind = 'cleared'")
    assert payload["closed_because"] == "retracted"


def test_what_is_on_its_way_and_what_may_have_arrived_are_taken_back_too(hot, modelled):
    breach(hot, modelled)
    told(modelled, is_uncertain=True, state="waiting")
    arrives(hot, modelled, done("picked", 119))
    assert outbox(modelled) == [("opened", "retracted"), ("cleared", "waiting")]


def test_a_breach_that_stands_again_is_told_again(hot, modelled):
    breach(hot, modelled)
    told(modelled)
    arrives(hot, modelled, done("picked", 119, id="p"))
    told(modelled)
    void = event("void", "event_voided", "wms:1", corrects=["p"], occurred_at=after(200))
    arrives(hot, modelled, void, now=after(210))
    found = outbox(modelled, "kind, version, state")
    assert found == [
        ("opened", 1, "delivered"), ("cleared", 1, "delivered"), ("opened", 2, "waiting"),
    ]  # fmt: skip


def test_an_escalation_comes_unless_somebody_has_taken_the_breach(hot, modelled):
    announce(modelled, alerts({"to": ["hook"], "escalate_after_minutes": 30}))
    breach(hot, modelled)
    assert outbox(modelled, "kind, announce_after") == [
        ("escalated", DUE + timedelta(minutes=30)), ("opened", DUE + timedelta(minutes=1)),
    ]  # fmt: skip
    tenant, id = the_one(modelled)
    modelled.execute(
        "update sla.exceptions set status = 'ACKNOWLEDGED', moved_by = 'ana', moved_at = now() "
        "where tenant_id = %s and exception_id = %s",
        (tenant, id),
    )
    modelled.commit()
    hot(LATER)
    assert outbox(modelled) == [("escalated", "retracted"), ("opened", "waiting")]


def test_a_reported_problem_is_told_where_reports_go(hot, modelled):
    destinations = {name: alerts().destinations["hook"].model_dump() for name in ("ops", "shop")}
    announce(
        modelled,
        alerts({"to": ["ops"]}, {"to": ["shop"], "reports": False}, destinations=destinations),
    )
    arrives(hot, modelled, *paid(), reported("damaged_package", 5), now=DUE)
    assert outbox(modelled, "promise, destination") == [("reported:damaged_package", "ops")]


def test_old_news_is_not_announced(hot, modelled):
    breach(hot, modelled, now=DUE + timedelta(hours=25))
    assert outbox(modelled) == []


def test_what_another_road_opens_is_announced_by_the_next_step(hot, modelled):
    announce(modelled, alerts(announce_within_hours=8760))
    land(modelled, [deliver(*paid())])
    hot(DUE)
    modelled.rollback()
    sync(modelled, LATER)
    assert outbox(modelled) == []
    hot(LATER)
    assert outbox(modelled) == [("opened", "waiting")]


def test_a_clock_at_risk_is_warned_of_once_when_its_time_comes(hot, modelled):
    announce(modelled, alerts({"to": ["hook"], "at_risk": True}))
    land(modelled, [deliver(*paid())])
    hot(after(95))
    assert outbox(modelled) == []
    hot(after(97))
    hot(after(98))
    assert outbox(modelled, "kind, promise, announce_after") == [("at_risk", "pick#1", after(97))]


def test_a_warning_that_has_not_left_when_the_clock_is_done_is_not_sent(hot, modelled):
    announce(modelled, alerts({"to": ["hook"], "at_risk": True}))
    land(modelled, [deliver(*paid())])
    hot(after(97))
    arrives(hot, modelled, done("picked", 98), now=after(99))
    assert ("at_risk", "retracted") in outbox(modelled)


def test_from_the_missed_deadline_to_the_destination_and_back(hot, modelled, built):
    with serving() as server, delivering(built, ENVIRONMENT):
        announce(modelled, alerts(destinations={"hook": hook(server)}))
        breach(hot, modelled)
        until(lambda: settled(modelled))
        arrives(hot, modelled, done("picked", 119))
        until(lambda: settled(modelled))
        hot(LATER + timedelta(hours=1))
        until(lambda: settled(modelled))
    said = [(request.json["type"], request.json["data"]["text"]) for request in server.requests]
    assert [type for type, _ in said] == ["breach.opened", "breach.cleared"]
    assert said[0][1].startswith("MEDIUM: Pick of order 1 at MEM1 was due Tue 14 Apr 2026")
    assert said[1][1] == "Cleared: pick of order wms:1 at MEM1: it was on time after all."


def test_old_messages_are_forgotten_when_their_breach_is_over_and_not_before(hot, modelled):
    breach(hot, modelled)
    told(modelled, settled_at=LATER)
    later = LATER + KEPT + timedelta(days=1)
    assert prune(modelled, later) == 0
    arrives(hot, modelled, done("picked", 130))
    assert prune(modelled, LATER + KEPT) == 0
    assert prune(modelled, later) == 1
    assert outbox(modelled) == [("cleared", "waiting")]
