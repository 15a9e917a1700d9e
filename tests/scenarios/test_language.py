"""The language is strict in its keys, forgiving in its form, and says where it errs."""

from datetime import UTC, datetime, timedelta

import pytest

from e2a.domain.deliveries import Source
from e2a.domain.scenarios import parse

SCENARIO = """
scenario: one
zone: America/New_York
calendars: { office: { weekly: { mon-fri: [ { from: "09:00", to: "17:00" } ] } } }
calendar: office
policies:
  - { policy: v1, stages: { pick: { from: received, within_minutes: 60 } } }
events:
  - { at: 2026-03-16 10:00, type: order_created, order: O-1, lines: { A: 2 } }
questions:
  - { as_of: 2026-03-16 12:00, expect: { state: breached } }
"""


def problems(text):
    return [str(problem) for problem in parse("s.yaml", text)[1]]


def read(text):
    written, found = parse("s.yaml", text)
    assert found == []
    return written[0]


def events(*lines, zone="America/New_York", more=""):
    """The arrivals of a scenario with these events."""
    text = SCENARIO.replace("America/New_York", zone).replace("questions:", more + "questions:")
    before, _, after = text.partition("  - { at: 2026-03-16 10:00")
    rest = after.partition("\n")[2]
    return read(before + "".join(f"  - {line}\n" for line in lines) + rest).facts.arrivals


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("zone:", "zon:", "3:1: unknown key `zon`. Did you mean `zone`?"),
        ("within_minutes", "within_minute", "7:53: unknown key `within_minute`"),
        ("order: O-1", "ordr: O-1", "9:50: unknown key `ordr`. Did you mean `order`?"),
        ("as_of:", "as_off:", "11:7: unknown key `as_off`. Did you mean `as_of`?"),
        ("state: breached", "stat: breached", "11:42: unknown key `stat`. Did you mean `state`?"),
        ("weekly:", "weakly:", "4:24: unknown key `weakly`. Did you mean `weekly`?"),
    ],
)
def test_an_unknown_key_is_an_error_with_its_place_and_the_nearest_key(before, after, said):
    found = problems(SCENARIO.replace(before, after))
    assert any(line.startswith(f"s.yaml:{said}") for line in found), found


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("order_created", "order_creatd", "Did you mean `order_created`?"),
        ("America/New_York", "America/NewYork", "did you mean America/New_York?"),
        ("state: breached", "state: late", "Known are met"),
        ("at: 2026-03-16 10:00", "at: yesterday", "'yesterday' is not a time"),
        ("type: order_created, order: O-1", "type: order_created", "order_created needs `order`"),
        ("lines: { A: 2 }", "hold: h1", "order_created takes no `hold`"),
        ("as_of: 2026-03-16 12:00, ", "", "say the instant asked about: `as_of`"),
        ("as_of: 2026-03-16 12:00", "as_of: 2026-03-16 12:00, order: O-2", "no order O-2"),
        ("as_of: 2026-03-16 12:00", "as_of: 2026-03-16 12:00, stage: ship", "no stage ship"),
        ("as_of: 2026-03-16 12:00", "as_of: 2026-03-16 12:00, simulate: v2", "no policy v2"),
        ("as_of: 2026-03-16 12:00", "as_of: 2026-03-16 12:00 CST", "is EDT, not CST"),
        ("order: O-1", "order: O-1, site: EAST", "there is no site EAST; known are W1"),
        ("calendar: office", "calendar: always", "nothing works by the calendar office"),
        ("{ state: breached }", "{ due_at: 2026-03-16 13:00 CST }", "is EDT, not CST"),
        ("{ A: 2 }", "{ A: none }", "valid integer"),
        ("scenario: one", "scenario: one two", "String should match"),
        ("zone: America/New_York", "zone: UTC\nzone: UTC", "stands on line 3 already"),
        ("scenario: one", "scenario: [", "not plain YAML"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_in_a_sentence(before, after, said):
    found = problems(SCENARIO.replace(before, after, 1))
    assert any(said in line for line in found), found


@pytest.mark.parametrize("text", ["", "[]", "- 5", "{}", "scenario: one"])
def test_what_holds_no_scenario_is_not_run(text):
    assert problems(text)


def test_all_problems_of_a_file_are_found_in_one_go():
    assert len(problems(SCENARIO.replace("zone:", "zon:").replace("state:", "stat:"))) >= 2


def test_an_answer_that_only_the_present_knows_is_not_asked_of_the_past():
    text = SCENARIO.replace("expect: {", "known_at: 2026-03-16 11:00, expect: { party: carrier,")
    assert "leave `known_at` out" in problems(text)[0]


def test_a_file_may_hold_a_list_of_scenarios():
    one = "".join(f"  {line}\n" for line in SCENARIO.strip().splitlines())
    text = "-" + one[1:] + "-" + one[1:].replace("scenario: one", "scenario: two")
    written, found = parse("s.yaml", text)
    assert found == []
    assert [w.scenario.scenario for w in written] == ["one", "two"]


def at(text, zone="America/New_York"):
    (arrival,) = events(f"{{ at: {text}, type: order_paid, order: O-1 }}", zone=zone)
    return arrival.event.occurred_at


FOLD = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-03-07 22:00", datetime(2026, 3, 8, 3, tzinfo=UTC)),
        ("2026-03-07 22:00:00", datetime(2026, 3, 8, 3, tzinfo=UTC)),
        ("2026-03-07T22:00", datetime(2026, 3, 8, 3, tzinfo=UTC)),
        ("2026-03-08T03:00:00Z", datetime(2026, 3, 8, 3, tzinfo=UTC)),
        ("2026-03-08 03:00Z", datetime(2026, 3, 8, 3, tzinfo=UTC)),
        ("2026-03-07T22:00:00-05:00", datetime(2026, 3, 8, 3, tzinfo=UTC)),
        ("2026-03-07 22:00 -05:00", datetime(2026, 3, 8, 3, tzinfo=UTC)),
        ("2026-03-07 21:00 America/Chicago", datetime(2026, 3, 8, 3, tzinfo=UTC)),
        ("2026-03-07 22:00:00.25", datetime(2026, 3, 8, 3, 0, 0, 250000, tzinfo=UTC)),
        ("2026-03-07", datetime(2026, 3, 7, 5, tzinfo=UTC)),
        ("2026-03-07 24:00", datetime(2026, 3, 8, 5, tzinfo=UTC)),
        ("2026-03-08 02:30", datetime(2026, 3, 8, 7, tzinfo=UTC)),  # in the gap: its end (C2)
        ("2026-11-01 01:30", FOLD),  # twice: the first
        ("2026-11-01 01:30 EDT", FOLD),
        ("2026-11-01 01:30 EST", FOLD + timedelta(hours=1)),
        ("2026-11-01 01:30 -05:00", FOLD + timedelta(hours=1)),
    ],
)
def test_an_instant_may_be_written_in_many_ways(text, instant):
    assert at(text) == instant


def test_a_local_deadline_that_occurs_twice_is_the_last():
    (arrival,) = events(
        "{ at: 2026-10-31, type: order_created, order: O-1, promised_at: 2026-11-01 01:30 }"
    )
    assert arrival.event.promised_at == FOLD + timedelta(hours=1)


def test_times_are_local_to_the_site_of_the_order():
    sites = """
sites: { EAST: { zone: America/New_York }, WEST: { zone: America/Los_Angeles } }
"""
    text = SCENARIO.replace("zone: America/New_York", sites.strip())
    text = text.replace("calendars: {", "calendars: { # ").split("\n")
    text = "\n".join(line for line in text if "calendar" not in line)
    text = text.replace(
        "events:\n",
        "events:\n"
        "  - { at: 2026-03-16 09:00, type: order_created, order: W, site: WEST }\n"
        "  - { at: 2026-03-16 09:30, type: shipped, order: W, shipment: P }\n"
        "  - { at: 2026-03-16 10:00, type: delivered, shipment: P }\n"
        "  - { at: 2026-03-16 11:00, type: event_voided, corrects: e3 }\n",
    ).replace("expect:", "order: W, expect:")
    written = read(text)
    hours = [arrival.event.occurred_at.hour for arrival in written.facts.arrivals]
    assert hours == [16, 16, 17, 18, 14]
    assert written.facts.zone_of_question(written.scenario.questions[0]) == "America/Los_Angeles"


def test_sources_have_sensible_defaults_and_a_void_comes_from_where_its_event_came():
    found = events(
        "{ at: 2026-03-16 10:00, type: order_created, order: O-1 }",
        "{ at: 2026-03-16 11:00, type: carrier_scan, shipment: P, status: picked_up, id: s1 }",
        "{ at: 2026-03-16 12:00, type: event_voided, corrects: s1 }",
        "{ at: 2026-03-16 12:00, type: order_paid, order: O-1, source: shopify }",
    )
    assert [a.source for a in found] == [
        Source.WMS, Source.CARRIER, Source.CARRIER, Source.SHOPIFY,
    ]  # fmt: skip
    assert [a.event.source_event_id for a in found] == ["e1", "s1", "e3", "e4"]


def test_lines_are_a_mapping_or_a_list():
    short, long = events(
        "{ at: 2026-03-16 10:00, type: order_created, order: O-1, lines: { A: 2 } }",
        "{ at: 2026-03-16 10:00, type: order_created, order: O-1, "
        "lines: [ { line: A, sku: A, quantity: 2 } ] }",
    )
    assert short.event.lines == long.event.lines


def test_an_event_without_an_id_may_not_be_taken_for_another():
    text = SCENARIO.replace(
        "events:\n", "events:\n  - { at: 2026-03-16, type: order_paid, order: O-1, id: e2 }\n"
    )
    assert "event 2 is called e2" in problems(text)[0]
