"""docs/policies.md is what it says: its examples are policies, its tables are complete."""

import re
from datetime import date, time
from pathlib import Path

import pytest

from e2a.domain.calendars import working_days
from e2a.domain.policies import (
    CalendarText,
    HoldText,
    HolidaysText,
    SiteText,
    SlaPolicyText,
    StageText,
    TenantText,
)
from e2a.domain.policy_text import parse

PAGE = (Path(__file__).parents[2] / "docs" / "policies.md").read_text()
BLOCKS = dict(re.findall(r"```yaml\n# (\w+)\.yaml\n(.*?)```", PAGE, re.DOTALL))


@pytest.fixture(scope="module")
def acme():
    return parse("acme", BLOCKS)


def test_every_example_on_the_page_is_parsed(acme):
    assert len(BLOCKS) == PAGE.count("```yaml")
    assert acme.tenant.tenant == "acme"
    promised = {p.stage for entry in acme.sla for p in entry.promises()}
    assert promised == {"pick", "pack", "ship", "deliver", "receive", "missing_scan"}


def test_the_working_days_on_the_page_are_those_of_its_calendar(acme):
    calendar = acme.tenant.calendars["weekdays"].calendar("America/Chicago")
    found = working_days(calendar, date(2026, 12, 21), date(2026, 12, 28), time(14))
    said = re.findall(r"^\| (2026-\d\d-\d\d) \| (\S+) \| (\S+) \| (\S+) \|", PAGE, re.MULTILINE)
    assert [
        (
            str(d.local_date),
            *(
                f"{t.astimezone(calendar.zone):%H:%M}"
                for t in (d.opens_at, d.cut_off_at, d.closes_at)
            ),
        )
        for d in found
    ] == said


MODELS = (
    TenantText, SiteText, CalendarText, HolidaysText, SlaPolicyText, HoldText, StageText,
)  # fmt: skip


@pytest.mark.parametrize("model", MODELS)
def test_every_key_is_on_the_page(model):
    keys = {field.alias or name for name, field in model.model_fields.items()}
    assert {key for key in keys if not re.search(rf"`[^`\n]*\b{key}\b[^`\n]*`", PAGE)} == set()
