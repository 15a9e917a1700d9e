"""Calendars that reach far enough: windows are appended, never changed."""

from datetime import UTC, date, datetime

import pytest

from e2a.domain.policy_text import from_documents
from e2a.warehouse.connection import Role
from e2a.warehouse.policies import load_policies
from e2a.warehouse.reference import extend, load
from e2a.warehouse.reference.horizon import Unreachable, far_enough, unreachable
from tests.warehouse.lane import rows

KNOWN = datetime(2026, 1, 1, tzinfo=UTC)
NIGHT = {
    "weekly": {"mon-fri": [{"from": "22:00", "to": "06:00"}], "sat": [{"from": "04:00", "to": "09:00"}]},  # noqa: E501
    "holidays": {"country": "US"}, "half_days": {"2026-12-24": "23:00"},
}  # fmt: skip
DOCUMENTS = {
    "tenant": {
        "tenant": "acme", "name": "Acme", "billing_zone": "America/New_York",
        "sites": {"S1": {"zone": "America/New_York", "calendar": "night"},
                  "S2": {"zone": "America/New_York", "calendar": "always"}},
        "calendars": {"night": NIGHT, "always": {"open": "always"}},
    },
    "sla": [{
        "valid_from": "2026-01-01",
        "stages": {"ship": {"by_close_of_day": 0, "cut_off": "02:00"},
                   "pack": {"by_close_of_day": 0},
                   "deliver": {"carrier_days": 2, "carrier_calendar": "night"}},
    }],
}  # fmt: skip
FIRST, MIDDLE, LAST = date(2026, 1, 1), date(2026, 12, 25), date(2027, 12, 31)
TABLES = ("business_intervals", "calendar_days", "carrier_days")


def put(app, *horizon):
    with app.transaction():
        load(app, [from_documents("acme", DOCUMENTS)], KNOWN, horizon)


def further(app, until):
    with app.transaction():
        return extend(app, until)


def contents(app, *tables):
    where = "where tenant_id = 'acme' order by 1"
    return {t: rows(app, f"select t::text from reference.{t} as t {where}") for t in tables}


def test_what_is_appended_goes_on_from_what_is_there(app):
    put(app, FIRST, MIDDLE)
    before = contents(app, *TABLES)
    assert further(app, LAST) == 3
    after = contents(app, *TABLES)
    for table in TABLES:
        assert set(before[table]) < set(after[table])
    seams = rows(
        app,
        """
        select count(*) from (
            select cum0, starts_at, lag(cum1, 1, 0::bigint) over position as was,
                lag(ends_at, 1, starts_at) over position as ended
            from reference.business_intervals where tenant_id = 'acme'
            window position as (partition by calendar_version order by ends_at)
        ) as i where cum0 <> was or starts_at < ended""",
    )
    assert seams == [(0,)]


def test_days_appended_are_those_of_one_expansion(app):
    put(app, FIRST, MIDDLE)
    further(app, LAST)
    parts = contents(app, "calendar_days", "carrier_days")
    with app.transaction():
        for table in (*TABLES, "calendars", "sla_policies"):
            app.execute(f"delete from reference.{table} where tenant_id = 'acme'")
    put(app, FIRST, LAST)
    assert parts == contents(app, "calendar_days", "carrier_days")


def test_running_time_after_the_seam_is_that_of_one_expansion(app):
    ends = "select calendar_version, max(cum1), max(ends_at) from reference.business_intervals " \
        "where tenant_id = 'acme' group by 1 order by 1"  # fmt: skip
    put(app, FIRST, MIDDLE)
    further(app, LAST)
    parts = rows(app, ends)
    assert len(parts) == 3
    with app.transaction():
        for table in (*TABLES, "calendars", "sla_policies"):
            app.execute(f"delete from reference.{table} where tenant_id = 'acme'")
    put(app, FIRST, LAST)
    assert rows(app, ends) == parts


def test_extending_again_changes_nothing(app):
    put(app, FIRST, MIDDLE)
    further(app, LAST)
    before = contents(app, *TABLES, "calendars")
    assert further(app, LAST) == 0
    assert contents(app, *TABLES, "calendars") == before


def test_a_cut_off_that_is_first_used_after_an_extension_reaches_as_far(app):
    put(app, FIRST, MIDDLE)
    further(app, LAST)
    other = {
        "valid_from": "2026-02-01",
        "site": "S1",
        "stages": {"ship": {"by_close_of_day": 0, "cut_off": "23:00"}},
    }
    with app.transaction():
        load(app, [from_documents("acme", {**DOCUMENTS, "sla": [*DOCUMENTS["sla"], other]})], KNOWN)
    found = rows(app, "select cut_off, count(*), max(local_date) from reference.calendar_days "
                 "inner join reference.calendars using (tenant_id, calendar_version) "
                 "where tenant_id = 'acme' and calendar = 'night' and cut_off <> 'close' "
                 "group by 1 order by 1")  # fmt: skip
    (_, days, until), (_, others, same) = found
    assert (days, until) == (others, same)


def test_every_load_lets_calendars_reach_three_years_ahead(app):
    now = datetime(2034, 5, 1, tzinfo=UTC)
    assert far_enough(now) == date(2038, 12, 31)
    load_policies(app, now)
    found = rows(app, "select distinct last_date from reference.calendars")
    assert found == [(date(2038, 12, 31),)]


@pytest.mark.parametrize(("now", "short"), [(date(2025, 11, 1), 0), (date(2025, 12, 1), 3)])
def test_a_calendar_in_use_that_ends_within_400_days_is_an_alarm(app, now, short):
    put(app, FIRST, date(2026, 12, 31))
    at = datetime.combine(now, datetime.min.time(), UTC)
    assert unreachable(app, at) == Unreachable(short, 0)


def test_an_open_clock_without_a_deadline_is_an_alarm_unless_it_is_held(app, warehouse):
    """The marts are dbt's: here stands a table of the columns that the check reads."""
    with warehouse.connect(Role.OWNER) as owner:
        owner.execute("create table sla.open_clocks (due_at timestamptz, state text)")
        owner.execute("grant select on sla.open_clocks to e2a_app")
        owner.execute(
            "insert into sla.open_clocks values (null, 'paused'), (null, 'unassessable'), "
            "(null, 'on_track'), (now(), 'on_track')"
        )
    assert unreachable(app, KNOWN) == Unreachable(0, 1)
