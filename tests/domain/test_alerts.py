"""What is announced where and when: routes, grace, quiet hours, digests, wording."""

from datetime import timedelta

import pytest

from e2a.domain.alert_wording import MOST_LINES, sentence, text
from e2a.domain.alerts import Subject, at_risk, cleared, opened
from e2a.domain.exceptions import Severity
from tests.alerts.routing import HOOK, alerts, utc

DUE = utc("2026-04-14T14:00:00+00:00")
LATE = Subject("pick", Severity.MEDIUM, "MEM1", DUE, "America/Chicago")
TWO = {"hook": HOOK, "other": HOOK}


def at(found):
    return [(one.kind, one.destination, one.announce_after) for one in found]


def test_grace_counts_from_the_deadline_and_not_from_when_it_was_noticed():
    text = alerts({"to": ["hook"], "announce_after_seconds": 300})
    assert at(opened(text, LATE, DUE)) == [("opened", "hook", DUE + timedelta(minutes=5))]
    noticed = DUE + timedelta(hours=1)
    assert at(opened(text, LATE, noticed)) == [("opened", "hook", noticed)]


@pytest.mark.parametrize(
    ("route", "is_told"),
    [
        ({"stages": ["pick", "ship"]}, True), ({"stages": ["ship"]}, False),
        ({"severities": ["MEDIUM"]}, True), ({"severities": ["HIGH", "CRITICAL"]}, False),
        ({"sites": ["MEM1"]}, True), ({"sites": ["RNO1"]}, False), ({"reports": False}, True),
    ],
)  # fmt: skip
def test_a_route_takes_what_it_names(route, is_told):
    assert bool(opened(alerts({"to": ["hook"], **route}), LATE, DUE)) is is_told


def test_a_report_goes_by_reports_and_not_by_stages():
    report = Subject(None, Severity.HIGH, None, DUE, "America/Chicago")
    assert opened(alerts({"to": ["hook"], "stages": ["ship"]}), report, DUE)
    assert not opened(alerts({"to": ["hook"], "reports": False}), report, DUE)


def test_the_first_route_to_a_destination_wins():
    first, second = {"to": ["hook"], "announce_after_seconds": 0}, {"to": ["hook", "other"]}
    found = opened(alerts(first, second, destinations=TWO), LATE, DUE)
    assert at(found) == [
        ("opened", "hook", DUE), ("opened", "other", DUE + timedelta(seconds=60)),
    ]  # fmt: skip


def test_who_wants_only_escalations_is_told_when_nobody_took_it():
    route = {"to": ["hook"], "escalate_after_minutes": 30, "escalations_only": True}
    assert at(opened(alerts(route), LATE, DUE)) == [
        ("escalated", "hook", DUE + timedelta(minutes=30))
    ]


QUIET = {"to": ["hook"], "announce_after_seconds": 0, "quiet": {"from": "22:00", "to": "07:00"}}


@pytest.mark.parametrize(
    ("noticed", "leaves"),
    [
        ("2026-04-14T21:59:00-05:00", "2026-04-14T21:59:00-05:00"),
        ("2026-04-14T22:00:00-05:00", "2026-04-15T07:00:00-05:00"),
        ("2026-04-15T06:59:00-05:00", "2026-04-15T07:00:00-05:00"),
        ("2026-04-15T07:00:00-05:00", "2026-04-15T07:00:00-05:00"),
        ("2026-03-07T23:00:00-06:00", "2026-03-08T07:00:00-05:00"),  # clocks go forward
    ],
)
def test_quiet_hours_of_the_site_move_a_message_to_their_end(noticed, leaves):
    late = Subject("pick", Severity.MEDIUM, "MEM1", utc(noticed), "America/Chicago")
    ((*_, when),) = at(opened(alerts(QUIET), late, utc(noticed)))
    assert when == utc(leaves)


def test_the_zone_of_the_file_goes_before_that_of_the_site():
    noon = utc("2026-04-14T12:00:00-05:00")  # 02:00 in Tokyo
    late = Subject("pick", Severity.MEDIUM, "MEM1", noon, "America/Chicago")
    ((*_, when),) = at(opened(alerts(QUIET, zone="Asia/Tokyo"), late, noon))
    assert when == utc("2026-04-15T07:00:00+09:00")


def test_what_is_bad_enough_is_told_in_quiet_hours():
    route = {**QUIET, "quiet": {"from": "22:00", "to": "07:00", "except": "HIGH"}}
    night = utc("2026-04-14T23:00:00-05:00")

    def is_told(severity):
        late = Subject("pick", severity, "MEM1", night, "America/Chicago")
        ((*_, when),) = at(opened(alerts(route), late, night))
        return when == night

    assert [severity for severity in Severity if is_told(severity)] == ["HIGH", "CRITICAL"]


def test_a_digest_leaves_at_whole_multiples_of_its_interval():
    text = alerts({"to": ["hook"], "digest_minutes": 30, "announce_after_seconds": 0})
    for noticed, leaves in ((1, 30), (30, 30), (31, 60)):
        (one,) = opened(text, LATE, DUE + timedelta(minutes=noticed))
        assert (one.announce_after, one.digest) == (DUE + timedelta(minutes=leaves), True)


def test_a_retraction_goes_as_the_route_says_and_at_once_where_there_is_none_any_more():
    text = alerts({"to": ["hook"], "digest_minutes": 30}, destinations=TWO)
    now = DUE + timedelta(minutes=1)
    assert cleared(text, LATE, "hook", now).announce_after == DUE + timedelta(minutes=30)
    assert cleared(text, LATE, "other", now).announce_after == now


def test_only_routes_that_want_warnings_warn():
    assert at_risk(alerts(), LATE, DUE) == []
    assert at(at_risk(alerts({"to": ["hook"], "at_risk": True}), LATE, DUE)) == [
        ("at_risk", "hook", DUE)
    ]


PAYLOAD = {
    "tenant_id": "demo-3pl", "order_id": "wms:1", "promise": "pick#1", "stage": "pick",
    "site": "MEM1", "severity": "HIGH", "breached_at": DUE.isoformat(),
}  # fmt: skip


def test_a_message_is_one_line_whatever_an_order_is_called():
    said = sentence("opened", PAYLOAD | {"order_id": "a\nb\u202ec\x00"})
    assert said == "HIGH: pick of order a b c at MEM1, since 2026-04-14 14:00 UTC."


def test_a_long_digest_says_how_many_more_there_are():
    said = text([("opened", PAYLOAD)] * (MOST_LINES + 3)).splitlines()
    assert said[0] == "23 alerts of demo-3pl:"
    assert said[-1] == "And 3 more: see `e2a alerts list`."
    assert len(said) == MOST_LINES + 2
