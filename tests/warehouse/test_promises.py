"""SLA policies in the warehouse: a row a stage and site, with the calendars it needs (C6, C11)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from e2a.domain.policy_text import from_documents
from e2a.warehouse.reference import HORIZON, Loaded, load
from tests.warehouse.lane import rows

LATER = datetime(2026, 6, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
SHORT = (date(2026, 1, 1), date(2026, 12, 31))
OFFICE = {"weekly": {"mon-fri": [{"from": "09:00", "to": "17:00"}]}}
TENANT = {
    "tenant": "acme", "name": "Acme", "billing_zone": "America/Chicago",
    "sites": {
        "MEM1": {"zone": "America/Chicago", "calendar": "office"},
        "ATL1": {"zone": "America/New_York", "calendar": "always"},
    },
    "calendars": {"always": {"open": "always"}, "office": OFFICE, "unused": OFFICE},
}  # fmt: skip
PICK = {"pick": {"within_minutes": 60}}
SHIP = {"ship": {"by_close_of_day": 1, "cut_off": "14:00"}}
DELIVER = {"deliver": {"carrier_days": 5, "carrier_calendar": "office"}}


def entry(stages, **more):
    return {"valid_from": "2026-01-01", "stages": stages, **more}


def put(app, *entries, at=LATER, **tenant):
    policies = from_documents("acme", {"tenant": {**TENANT, **tenant}, "sla": list(entries)})
    with app.transaction():
        return load(app, [policies], at, SHORT)


def promises(app):
    """The rows as JSON, in which -infinity can be read."""
    found = rows(app, "select to_jsonb(p) from reference.sla_policies as p "
                 "where tenant_id = 'acme' order by site, stage, policy_version")  # fmt: skip
    return [row[0] for row in found]


def test_an_entry_without_a_site_is_a_row_of_every_site_with_its_own_calendar_and_zone(app):
    put(app, entry(PICK))
    found = promises(app)
    assert [(p["site"], p["zone"], p["selects_site"]) for p in found] == [
        ("ATL1", "America/New_York", False), ("MEM1", "America/Chicago", False),
    ]  # fmt: skip
    midnights = [datetime.fromisoformat(p["valid_from"]) for p in found]
    assert midnights[0] + HOUR == midnights[1]
    assert found[0]["calendar_version"] != found[1]["calendar_version"]
    assert rows(app, "select site, ordinal from reference.sites where tenant_id = 'acme' "
                "order by 2") == [("MEM1", 0), ("ATL1", 1)]  # fmt: skip


def test_an_entry_with_a_site_is_a_row_of_that_site(app):
    put(app, entry(PICK, site="ATL1"))
    assert [(p["site"], p["selects_site"]) for p in promises(app)] == [("ATL1", True)]


def test_an_entrys_calendar_stands_in_for_the_sites(app):
    put(app, entry(PICK, calendar="office"), entry(PICK, site="MEM1"))
    named = {(p["site"], p["selects_site"]): p["calendar_version"] for p in promises(app)}
    assert named["MEM1", True] == named["MEM1", False] != named["ATL1", False]


def test_everything_that_an_entry_says_is_stored(app):
    said = {
        "policy": "express", "precedence": 3, "service_level": "express", "channel": "b2b",
        "released_by": ["order_paid", "order_released"], "trusts": ["carrier", "wms"],
        "counts_manifested": True, "at_risk": [0.5, 0.8], "pauses": ["fraud"],
        "holds": {"weather": {"pauses": False, "party": "carrier"}}, "excusals": ["storm"],
    }  # fmt: skip
    put(app, entry({"pick": {"within_minutes": 60, "owner": "merchant"}}, site="MEM1", **said))
    (found,) = promises(app)
    for key in ("policy", "precedence", "service_level", "channel", "released_by", "trusts"):
        assert found[key] == said[key]
    assert (found["counts_manifested"], found["excusals"]) == (True, ["storm"])
    assert found["at_risk_levels"] == [0.5, 0.8]
    assert found["pause_reasons"] == ["fraud"]
    assert found["hold_parties"] == {"fraud": "merchant", "weather": "carrier"}
    assert found["owners"]["pick"] == found["owner"] == "merchant"
    assert found["owners"]["deliver"] == "carrier"
    assert (found["start_milestone"], found["end_milestone"]) == ("released", "picked")


def test_each_kind_of_target_fills_its_columns(app):
    watch = {"missing_scan": {"of": "pick", "factor": 1.5}, "pack": {"by": "ship_by"}}
    put(app, entry({**PICK, **SHIP, **DELIVER, **watch}, site="MEM1"))
    found = {p["stage"]: p for p in promises(app)}
    assert found["pick"]["target_seconds"] == 3600
    assert (found["ship"]["target_days"], found["ship"]["cut_off"]) == (1, "14:00")
    assert found["pack"]["deadline_field"] == "ship_by"
    assert found["deliver"]["target_days"] == 5
    assert found["deliver"]["carrier_calendar_version"] is not None
    assert (found["missing_scan"]["target_seconds"], found["missing_scan"]["is_watch"]) == (
        5400,
        True,
    )


def test_only_the_days_that_a_policy_needs_are_stored(app):
    put(app, entry(PICK))
    assert rows(app, "select from reference.calendar_days where tenant_id = 'acme'") == []
    put(app, entry({**SHIP, **DELIVER}, site="MEM1"))
    days = rows(app, "select local_date, working_day, opens_at, cut_off_at, closes_at "
                "from reference.calendar_days where tenant_id = 'acme' and cut_off = '14:00' "
                "order by 2 limit 1")  # fmt: skip
    day = datetime(2026, 1, 1, tzinfo=UTC)
    assert days == [(day.date(), 1, day + 15 * HOUR, day + 20 * HOUR, day + 23 * HOUR)]
    carrier = rows(app, "select count(*), max(business_day) from reference.carrier_days "
                   "where tenant_id = 'acme'")  # fmt: skip
    assert carrier == [(365, 261)]


def test_a_calendar_that_nobody_uses_is_not_stored(app):
    put(app, entry(PICK, site="ATL1"), calendars={**TENANT["calendars"], "unused": {
        "weekly": {"sun": [{"from": "09:00", "to": "10:00"}]}}})  # fmt: skip
    found = rows(app, "select calendar from reference.calendars where tenant_id = 'acme'")
    assert sorted(found) == [("always",), ("office",)]


def test_the_order_of_keys_and_writing_a_default_out_make_no_version(app):
    said = entry({**PICK, **SHIP}, holds={"a": {}, "b": {"party": "carrier"}})
    put(app, said)
    before = promises(app)
    turned = {
        "holds": {"b": {"party": "carrier"}, "a": {"party": "merchant", "pauses": True}},
        "stages": {**SHIP, **PICK}, "valid_from": "2026-01-01", "precedence": 0, "at_risk": "0.8",
    }  # fmt: skip
    assert put(app, turned, sites=dict(reversed(TENANT["sites"].items()))) == Loaded(0, 0, 0, 0)
    assert promises(app) == before


def test_an_edited_calendar_is_a_new_version_of_the_policies_that_use_it(app):
    put(app, entry({**PICK, **DELIVER}))
    before = promises(app)
    longer = {"weekly": {"mon-fri": [{"from": "08:00", "to": "17:00"}]}}
    loaded = put(app, entry(PICK), calendars={**TENANT["calendars"], "office": longer})
    assert (loaded.policies, loaded.calendars) == (2, 1)
    assert [p for p in promises(app) if p["loaded_at"] == "-infinity"] == before


def test_an_edit_that_is_taken_back_is_in_force_again(app):
    """Otherwise the mistake, being loaded later, would judge every order from then on."""
    right, wrong = entry(PICK, site="MEM1"), entry({"pick": {"within_minutes": 6}}, site="MEM1")
    for hours, text in enumerate((right, wrong, right, right, wrong)):
        put(app, text, at=LATER + hours * HOUR)
    found = rows(app, "select target_seconds, policy_version from reference.sla_policies "
                 "where tenant_id = 'acme' order by loaded_at")  # fmt: skip
    assert [seconds for seconds, _ in found] == [3600, 360, 3600, 360]
    first, second, third, fourth = (version for _, version in found)
    assert (third, fourth) == (f"{first}.2", f"{second}.2")


def test_a_tenants_later_entries_are_known_from_their_load(app):
    put(app, entry(PICK, site="MEM1"))
    put(app, entry(PICK, site="MEM1"), entry(SHIP, site="MEM1"), at=LATER + HOUR)
    found = rows(app, "select stage, nullif(loaded_at, '-infinity') from reference.sla_policies "
                 "where tenant_id = 'acme' order by stage")  # fmt: skip
    assert found == [("pick", None), ("ship", LATER + HOUR)]


def test_a_tenant_without_a_rate_card_has_a_currency(app):
    put(app, entry(PICK), currency="JPY")
    found = rows(app, "select currency from reference.tenants where tenant_id = 'acme'")
    assert found == [("JPY",)]


@pytest.mark.parametrize("stages", [PICK, SHIP, DELIVER])
def test_loading_twice_writes_nothing(app, stages):
    tables = ("calendars", "business_intervals", "calendar_days", "carrier_days", "sla_policies")
    put(app, entry(stages))
    before = {t: rows(app, f"select t::text from reference.{t} as t order by 1") for t in tables}
    assert put(app, entry(stages), at=LATER + HOUR) == Loaded(0, 0, 0, 0)
    assert before == {
        t: rows(app, f"select t::text from reference.{t} as t order by 1") for t in tables
    }


def test_the_horizon_holds_the_oldest_data_and_years_of_deadlines():
    assert (date(2015, 1, 1), date(2035, 12, 31)) == HORIZON
