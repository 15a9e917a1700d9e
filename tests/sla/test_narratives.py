"""One explanation a breach: written once, rewritten by facts, withdrawn when cleared (C10)."""

from datetime import UTC, datetime, timedelta

from e2a.sla.narratives import Narrated, narrate
from e2a.warehouse.as_of import ask
from e2a.warehouse.scope import refresh
from tests.warehouse.lane import deliver, event, read, rows

PAID = datetime(2026, 4, 14, 12, tzinfo=UTC)
DUE = PAID + timedelta(minutes=120)  # demo-3pl: picked within 120 minutes of payment, 24x7
LATER = DUE + timedelta(hours=1)


def put(app, *events, at=LATER):
    read(app, deliver(*events, at=at))
    refresh(app)


def paid(n=1):
    order, lines = f"wms:{n}", [{"line": "1", "quantity": 1}]
    return [
        event(f"created/{n}", "order_created", order, occurred_at=PAID, lines=lines),
        event(f"paid/{n}", "order_paid", order, occurred_at=PAID),
    ]


def picked(minutes, n=1):
    return event(
        f"picked/{n}", "pick_completed", f"wms:{n}", occurred_at=PAID + timedelta(minutes=minutes)
    )


def states(app, as_of):
    with app.transaction():
        ask(app, as_of)
        return dict(
            app.execute(
                "select order_id, state from sla.clock_states where stage = 'pick'"
            ).fetchall()
        )


def told(app):
    return rows(
        app,
        "select order_id, label, confidence::float, withdrawn, ops_note from sla.narratives "
        "where stage = 'pick' order by 1",
    )


def test_a_clock_is_met_by_the_deadline_and_breached_a_microsecond_after_it(modelled):
    put(modelled, *paid(1), *paid(2), picked(120, 1), *paid(3), picked(119, 3))
    just_after = DUE + timedelta(microseconds=1)
    assert states(modelled, DUE) == {"wms:1": "met", "wms:2": "at_risk", "wms:3": "met"}
    assert states(modelled, just_after)["wms:2"] == "breached"


def test_a_breach_is_told_once(modelled):
    put(modelled, *paid())
    assert narrate(modelled, LATER) == Narrated(1, 1, 0)
    before = rows(modelled, "select n::text from sla.narratives as n")
    assert narrate(modelled, LATER) == Narrated(1, 0, 0)
    assert rows(modelled, "select n::text from sla.narratives as n") == before
    ((order, label, confidence, withdrawn, note),) = told(modelled)
    assert (order, label, confidence, withdrawn) == ("wms:1", "PICK_DELAY", 0.80, False)
    assert "due Tue 14 Apr 2026" in note
    assert "is not done. Do it next" in note


def test_explanations_are_counted_when_written_or_a_summary_takes_minutes(modelled):
    """After landing Olist the summary joined 3,800 narratives with all breaches: 119 s, not 5."""
    put(modelled, *paid())
    narrate(modelled, LATER)
    counted = "select reltuples from pg_class where oid = %s::regclass"
    assert rows(modelled, counted, "sla.narratives") == [(1,)]


def test_time_passing_rewrites_nothing(modelled):
    put(modelled, *paid())
    narrate(modelled, LATER)
    assert narrate(modelled, LATER + timedelta(days=3)) == Narrated(1, 0, 0)


def test_a_late_completion_rewrites_the_explanation_with_its_lateness(modelled):
    put(modelled, *paid())
    narrate(modelled, LATER)
    put(modelled, picked(185))
    assert narrate(modelled, LATER + timedelta(hours=1)) == Narrated(1, 1, 0)
    ((_, _, confidence, _, note),) = told(modelled)
    assert confidence == 0.95
    assert "1 h 5 min late" in note


def test_a_breach_that_the_facts_clear_is_withdrawn_and_kept(modelled):
    put(modelled, *paid())
    narrate(modelled, LATER)
    put(modelled, picked(110))
    assert narrate(modelled, LATER) == Narrated(0, 0, 1)
    assert [row[3] for row in told(modelled)] == [True]
    assert narrate(modelled, LATER) == Narrated(0, 0, 0)


def test_asking_about_an_earlier_instant_withdraws_nothing(modelled):
    put(modelled, *paid())
    narrate(modelled, LATER)
    assert narrate(modelled, DUE) == Narrated(0, 0, 0)
    assert narrate(modelled, PAID - timedelta(days=1)) == Narrated(0, 0, 0)


def test_a_late_completion_is_not_known_to_have_happened_before_it_did(modelled):
    put(modelled, *paid(), picked(185))
    narrate(modelled, LATER)
    ((_, _, confidence, _, note),) = told(modelled)
    assert confidence == 0.80
    assert "is not done" in note


def test_a_shortage_that_was_reported_before_the_end_explains_the_delay(modelled):
    report = event(
        "r", "exception_reported", "wms:1", reason="inventory_shortage",
        occurred_at=PAID + timedelta(minutes=90),
    )  # fmt: skip
    put(modelled, *paid(), report)
    narrate(modelled, LATER)
    ((_, label, _, _, note),) = told(modelled)
    assert label == "INVENTORY_SHORTAGE"
    assert "inventory shortage" in note
