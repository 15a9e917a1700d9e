"""SLA policies as types: targets, defaults, holds, and names that must agree."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from e2a.domain.errors import ConfigurationError
from e2a.domain.policies import instant_of
from e2a.domain.policy_text import from_documents

TENANT = {
    "tenant": "acme", "name": "Acme", "billing_zone": "America/Chicago",
    "sites": {
        "MEM1": {"zone": "America/Chicago", "calendar": "office"},
        "RNO1": {"zone": "America/Los_Angeles", "calendar": "always"},
    },
    "calendars": {
        "always": {"open": "always"},
        "office": {"weekly": {"mon-fri": [{"from": "09:00", "to": "17:00"}]}},
    },
    "service_levels": ["standard", "express"],
}  # fmt: skip


def entry(stages, **more):
    return {"valid_from": "2026-01-01", "stages": stages, **more}


def policies(*entries, **tenant):
    return from_documents("acme", {"tenant": {**TENANT, **tenant}, "sla": list(entries)})


def promise(stage, text, **others):
    found = policies(entry({stage: text, **others})).sla[0].promises()
    return {p.stage: p for p in found}[stage]


@pytest.mark.parametrize(
    ("stage", "text", "start", "end", "owner"),
    [
        ("pick", {"within_minutes": 1}, "released", "picked", "warehouse"),
        ("pack", {"within_minutes": 1}, "released", "packed", "warehouse"),
        ("ship", {"by_close_of_day": 0}, "released", "shipped", "warehouse"),
        ("deliver", {"by": "promised_at"}, "released", "delivered", "carrier"),
        ("deliver", {"carrier_days": 2, "carrier_calendar": "office"},
         "shipped", "delivered", "carrier"),
        ("receive", {"within_minutes": 1}, "arrived", "stocked", "warehouse"),
        ("ship", {"by": "ship_by", "from": "packed", "to": "picked", "owner": "merchant"},
         "packed", "picked", "merchant"),
    ],
)  # fmt: skip
def test_what_a_stage_does_not_say_is_its_own(stage, text, start, end, owner):
    found = promise(stage, text)
    assert (found.start, found.end, found.owner) == (start, end, owner)


def test_each_target_is_of_its_kind():
    assert promise("pick", {"within_minutes": 90.5}).target_seconds == 5430
    close = promise("ship", {"by_close_of_day": 2})
    assert (close.target_kind, close.target_days, close.cut_off) == ("day", 2, "close")
    assert promise("ship", {"by_close_of_day": 0, "cut_off": "9:30"}).cut_off == "09:30"
    assert promise("ship", {"by": "ship_by"}).deadline_field == "ship_by"
    days = promise("deliver", {"carrier_days": 5, "carrier_calendar": "office"})
    assert (days.target_kind, days.target_days, days.cut_off) == ("carrier_days", 5, None)


def test_a_watch_takes_the_stage_it_watches():
    pack = {"from": "picked", "within_minutes": 180, "owner": "merchant"}
    watch = promise("missing_scan", {"of": "pack", "factor": 1.5}, pack=pack)
    assert (watch.start, watch.end, watch.owner) == ("picked", "packed", "merchant")
    assert (watch.target_seconds, watch.is_watch) == (16200, True)


def test_pauses_are_holds_that_pause_for_the_merchant():
    found = policies(entry({"pick": {"within_minutes": 1}}, pauses=["fraud"],
                           holds={"weather": {"pauses": False, "party": "carrier"}}))  # fmt: skip
    holds = found.sla[0].all_holds
    assert {r: (h.pauses, h.party) for r, h in holds.items()} == {
        "fraud": (True, "merchant"), "weather": (False, "carrier"),
    }  # fmt: skip


def test_at_risk_is_a_level_or_several():
    stages = {"pick": {"within_minutes": 1}}
    assert policies(entry(stages, at_risk=0.7)).sla[0].at_risk == (Decimal("0.7"),)
    assert len(policies(entry(stages, at_risk=[0.5, 0.9])).sla[0].at_risk) == 2


def test_every_stage_has_an_owner_in_every_entry():
    owners = policies(entry({"ship": {"within_minutes": 1, "owner": "merchant"}})).sla[0].owners
    assert owners == {"pick": "warehouse", "pack": "warehouse", "ship": "merchant",
                      "deliver": "carrier", "receive": "warehouse"}  # fmt: skip


def test_a_naive_validity_is_local_and_one_with_an_offset_is_not():
    naive, aware = datetime(2026, 1, 1), datetime(2026, 1, 1, tzinfo=UTC)  # noqa: DTZ001
    assert instant_of(naive, "America/New_York") == datetime(2026, 1, 1, 5, tzinfo=UTC)
    assert instant_of(aware, "America/New_York") == aware


PICK = {"pick": {"within_minutes": 1}}
CONTRADICTIONS = [
    (entry({"pick": {"within_minutes": 1, "by_close_of_day": 0}}), "pick: give exactly one of"),
    (entry({"ship": {"within_minutes": 1, "cut_off": "14:00"}}), "`cut_off` goes with"),
    (entry({"ship": {"by_close_of_day": 0, "cut_off": 1020}}), "1020 is not a local time"),
    (entry({"ship": {"by_close_of_day": 0, "cut_off": "24:00"}}), "'24:00' is not a local time"),
    (entry({"ship": {"by_close_of_day": True}}), "by_close_of_day: Input should be a valid int"),
    (entry({"deliver": {"carrier_days": 1}}), "go together"),
    (entry({"deliver": {"carrier_days": 1, "carrier_calendar": "offices"}}),
     r"0\.stages\.deliver\.carrier_calendar: calendar offices is not in tenant\.yaml\. "
     r"Did you mean office\?"),
    (entry({"pick": {"within_minutes": 1, "from": "arrived"}}), "pick: arrived is no milestone"),
    (entry({"receive": {"within_minutes": 1, "to": "picked"}}), "receive: picked is no milestone"),
    (entry({"pick": {"of": "pack", "factor": 2}}), "`missing_scan`, and it alone"),
    (entry({"missing_scan": {"within_minutes": 2}}), "`missing_scan`, and it alone"),
    (entry({"missing_scan": {"of": "pack", "factor": 2}}), "`of` needs a stage pack with"),
    (entry({"missing_scan": {"of": "ship", "factor": 2}, "ship": {"by_close_of_day": 0}}),
     "`of` needs a stage ship with `within_minutes`"),
    (entry({"missing_scan": {"of": "pick", "factor": 2, "from": "picked"}, **PICK}), "takes nothing"),  # noqa: E501
    (entry({"missing_scan": {"of": "pick"}, **PICK}), "both `of` and `factor`"),
    (entry(PICK, at_risk=[0.9, 0.5]), "ascending"),
    (entry(PICK, pauses=["x"], holds={"x": {}}), "x is in `pauses` and in `holds`"),
    (entry(PICK, trusts=[]), "trusts"),
    (entry(PICK, trusts=["wms", "fax"]), r"trusts\.1"),
    (entry(PICK, calendar="offic"), r"0\.calendar: calendar offic .* Did you mean office\?"),
    (entry(PICK, service_level="expres"), r"level expres is not in tenant\.yaml\. Did you mean expr"),  # noqa: E501
    (entry(PICK, service_levl="express"), r"unknown key\. Did you mean `service_level`\?"),
    (entry({"pik": {"within_minutes": 1}}), r"acme/sla\.yaml, 0\.stages\.pik"),
]  # fmt: skip


@pytest.mark.parametrize(("bad", "sentence"), CONTRADICTIONS)
def test_a_contradiction_is_refused_in_one_sentence(bad, sentence):
    with pytest.raises(ConfigurationError, match=sentence) as caught:
        policies(bad)
    assert "\n" not in str(caught.value)


def test_two_entries_that_neither_could_win_are_refused():
    other = entry({**PICK, "pack": {"within_minutes": 1}})
    with pytest.raises(ConfigurationError, match=r"1\.stages\.pick: entry 0 promises pick"):
        policies(entry(PICK), other)
    assert policies(entry(PICK), {**other, "precedence": 1})
    assert policies(entry(PICK), {**other, "site": "MEM1"})
    assert policies(entry(PICK), entry({"pack": {"within_minutes": 1}}))


@pytest.mark.parametrize(
    ("calendar", "sentence"),
    [
        ({"open": "always", "half_days": {"2026-01-01": "12:00"}}, "`open: always` takes no"),
        ({"weekly": {"mon-fry": []}}, "`weekly.mon-fry` is no day"),
        ({"weekly": {"mon-wed": [], "tue": []}}, "`weekly` names tue twice"),
        ({"weekly": {"mon": [{"from": "24:00", "to": "02:00"}]}}, "'24:00' is not a local time"),
        ({"weekly": {"mon": [{"from": 540, "to": "10:00"}]}}, "540 is not a local time"),
        ({"weekly": {"mon": []}, "half_days": {"2026-01-01": "00:00"}}, "write it as an empty ov"),
        ({"weekly": {"mon": []}, "holidays": {"country": "XX"}}, "country XX has no holidays"),
        ({"weekly": {"mon": []}, "holidays": {"country": "US", "subdivision": "TEX"}},
         "no subdivision TEX; did you mean TX?"),
        ({"weekly": {"mon": []}, "holidays": {"country": "US", "except": ["Columbus"]}},
         "US has no holiday Columbus; did you mean Columbus Day?"),
        ({"weekly": {"mon": []}, "holidays": {"except": ["Columbus Day"]}}, "need a `country`"),
    ],
)  # fmt: skip
def test_a_calendar_that_cannot_be_is_refused(calendar, sentence):
    with pytest.raises(ConfigurationError) as caught:
        policies(entry(PICK), calendars={**TENANT["calendars"], "odd": calendar})
    assert "acme/tenant.yaml, calendars.odd" in str(caught.value)
    assert sentence in str(caught.value)
