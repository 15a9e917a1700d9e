"""Scenarios run through the real engine: what differs is found, and nothing else is."""

from e2a.domain.scenarios import parse
from e2a.scenarios import run
from e2a.warehouse.scratch import scratch
from tests.scenarios.conftest import quiet

HEAD = """
scenario: {name}
zone: UTC
policies:
  - {{ policy: v1, stages: {{ pick: {{ from: received, within_minutes: 60 }} }} }}
"""
BODY = """
events:
  - {{ at: 2026-05-10 08:00, type: order_created, order: O, lines: {{ A: 3 }} }}
  - {{ at: 2026-05-10 09:30, type: pick_completed, order: O }}
questions:
  - {{ as_of: 2026-05-10 12:00, expect: {{ {expect} }} }}
"""


def scenario(expect, name="one"):
    return (HEAD + BODY).format(name=name, expect=expect)


def test_a_right_answer_makes_no_difference(judge):
    assert judge(scenario("state: BREACHED, late_seconds: 30m, units: 3, party: warehouse")) == {}


def test_each_wrong_field_is_shown_with_both_values(judge):
    wrong = "state: met, late_seconds: 29m, completed_at: null, due_at: 2026-05-10 09:01"
    assert judge(scenario(wrong)) == {
        ("one", "state"): ("met", "breached"),
        ("one", "late_seconds"): ("1740 (29m)", "1800 (30m)"),
        ("one", "completed_at"): ("nothing", "Sun 2026-05-10 09:30:00 UTC"),
        ("one", "due_at"): ("Sun 2026-05-10 09:01:00 UTC", "Sun 2026-05-10 09:00:00 UTC"),
    }  # fmt: skip


def test_a_clock_that_is_not_there_has_the_state_none(judge):
    waiting = scenario("state: none").replace("from: received, ", "").splitlines()
    assert judge("\n".join(line for line in waiting if "pick_completed" not in line)) == {}
    assert judge(scenario("state: none")) == {("one", "state"): ("none", "breached")}


def test_a_percentage_is_compared_to_the_digits_written(judge):
    text = (
        HEAD.format(name="one")
        + """
events:
  - { at: 2026-05-10 08:00, type: order_created, order: O, lines: { A: 3 } }
  - { at: 2026-05-10 08:30, type: pick_completed, order: O, lines: { A: 2 } }
  - { at: 2026-05-10 09:30, type: pick_completed, order: O, lines: { A: 1 } }
questions:
  - { as_of: 2026-05-10 12:00, expect: { units_on_time_percent: 67 } }
  - { as_of: 2026-05-10 12:00, expect: { units_on_time_percent: 66.6667 } }
"""
    )
    assert judge(text) == {}
    wrong = judge(text.replace("66.6667", "66.6666"))
    assert list(wrong) == [("one", "units_on_time_percent")]


def test_lists_are_compared_place_by_place(judge):
    text = scenario("state: breached").replace(
        "expect:", "segments: [ { seconds: 91m }, { seconds: 1 } ], expect:"
    )
    assert judge(text) == {
        ("one", "segments[1].seconds"): ("5460 (1h 31m)", "5400 (1h 30m)"),
        ("one", "segments[2]"): ("seconds 1", "nothing"),
    }


def test_scenarios_and_tenants_know_nothing_of_each_other(judge):
    both = [scenario("units: 3, version: 1", name).strip() for name in ("one", "two")]
    assert judge("\n".join("- " + text.replace("\n", "\n  ") for text in both)) == {}
    tenants = """
scenario: tenants
tenants:
  a: { zone: UTC, policies: { stages: { pick: { from: received, within_minutes: 60 } } } }
  b: { zone: Asia/Tokyo, policies: { stages: { pick: { from: received, within_minutes: 120 } } } }
events:
  - { tenant: a, at: 2026-05-10 08:00, type: order_created, order: 1 }
  - { tenant: b, at: 2026-05-10 08:00, type: order_created, order: 1 }
questions:
  - { as_of: 2026-05-10 12:00, expect: { due_at: 2026-05-10 09:00 } }
  - { tenant: b, as_of: 2026-05-10 12:00, expect: { due_at: 2026-05-10 10:00 Asia/Tokyo } }
  - { tenant: b, as_of: 2026-05-10 12:00, count: { state: [ met, breached ] }, expect: 1 }
"""
    assert judge(tenants) == {}


def test_arrivals_are_judged_as_live_ones_are(judge):
    text = """
scenario: arrivals
zone: UTC
policies: { stages: { pick: { from: received, within_minutes: 60 } } }
events:
  - { at: 2026-05-10 08:00, type: order_created, order: O, id: a, lines: { A: 3 } }
  - { at: 2026-05-10 08:00, type: order_created, order: O, id: a, lines: { A: 3 },
      recorded_at: 2026-05-10 08:01 }
  - { at: 2026-05-10 08:00, type: order_created, order: O, id: a, lines: { A: 4 },
      recorded_at: 2026-05-10 07:59 }
  - { at: 2026-05-10 09:00, type: pick_completed, order: O, recorded_at: 2026-05-10 08:44:59 }
questions:
  - { inbox: {}, expect: { arrived: 4, counted: 1, conflicts: 2, implausible_times: 1 } }
  - { as_of: 2026-05-10 12:00, expect: { state: breached, units: 4 } }
"""
    assert judge(text) == {}


def test_a_policy_is_known_from_its_load_and_history_changes_by_restatement(judge):
    text = """
scenario: versions
zone: UTC
policies:
  - { policy: v1, stages: { pick: { from: received, within_minutes: 240 } } }
  - policy: v2
    valid_from: 2026-05-01
    loaded_at: 2026-05-10 12:00
    stages: { pick: { from: received, within_minutes: 60 } }
restatements:
  - { policy: v2, from: 2026-05-10, until: 2026-05-10 11:30, approved_at: 2026-06-01 }
events:
  - { at: 2026-05-10 11:00, type: order_created, order: early }
  - { at: 2026-05-10 11:45, recorded_at: 2026-05-10 13:00, type: order_created, order: late }
questions:
  - { as_of: 2026-05-11, known_at: 2026-05-11, order: early, expect: { policy: v1 } }
  - { as_of: 2026-06-02, order: early, expect: { policy: v2 } }
  - { as_of: 2026-05-11, order: late, expect: { policy: v2 } }
"""
    assert judge(text) == {}


def test_even_the_future_of_a_scenario_can_be_asked_as_it_was_known(judge):
    text = scenario("state: met").replace("2026", "2041")
    text = text.replace("09:30,", "08:30, recorded_at: 2041-05-10 14:00,")
    assert judge(text) == {}
    then = text.replace("12:00,", "12:00, known_at: 2041-05-10 12:00,")
    assert judge(then.replace("met", "breached")) == {}


def test_an_invoice_without_a_rate_card_is_not_there(judge):
    text = scenario("state: breached")
    text += "  - { invoice: { month: 2026-05 }, expect: { status: draft, total: 12.50 } }\n"
    assert judge(text) == {
        ("one", "status"): ("draft", "nothing"),
        ("one", "total"): ("12.50", "nothing"),
    }


def test_a_second_use_builds_nothing_and_finds_nothing_left(installation):
    said = []
    written, _ = parse("test.yaml", scenario("state: breached"))
    with scratch(installation, quiet) as place:
        run(place.connection, written, quiet)
    with scratch(installation, said.append) as place:
        for table in ("landing.order_events", "reference.tenants", "orders.identifiers"):
            row = place.connection.execute(f"select count(*) from {table}").fetchone()
            assert row == (0,)
        assert run(place.connection, written, quiet)[0].passed
    assert said == []
