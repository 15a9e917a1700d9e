"""Policies as operators write them: exact numbers in, one clear sentence out."""

from datetime import date, time
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from e2a.domain.calendars import Window
from e2a.domain.errors import ConfigurationError
from e2a.domain.policy_text import from_documents, parse

TENANT = """
tenant: acme
name: Acme
sites:
  JFK1: { zone: America/New_York, calendar: office }
calendars:
  office:
    weekly: { mon: [ { from: "09:00", to: "17:00" } ] }
    overrides: { 2026-07-03: [] }
billing_zone: America/New_York
"""
SLA = """
- valid_from: 2026-01-01
  stages:
    pick: { from: released, to: picked, within_minutes: 90.5, owner: warehouse }
"""
RATES = """
- valid_from: 2026-01-01
  currency: USD
  limits: { per_finding: 50, total: 100.10, total_percent: 5 }
  charges:
    pick: { operation: pick, model: first_unit, price: 0.1 }
    freight: { operation: label, model: pass_through, markup_percent: 8 }
"""


def texts(**changed):
    return {"tenant": TENANT, "sla": SLA, "rates": RATES, **changed}


def test_the_three_files_become_types():
    policies = parse("acme", texts())
    calendar = policies.tenant.calendars["office"].calendar("America/New_York")
    assert calendar.weekly == ((Window(time(9), time(17)),),) + ((),) * 6
    assert calendar.overrides == ((date(2026, 7, 3), ()),)
    assert policies.sla[0].at_risk == (Decimal("0.80"),)
    assert policies.rates[0].sources == ("wms",)


def test_numbers_are_decimals_and_never_binary_floats():
    policies = parse("acme", texts())
    assert str(policies.rates[0].charges["pick"].price) == "0.1"
    assert str(policies.rates[0].limits.total) == "100.10"
    assert str(policies.sla[0].stages["pick"].within_minutes) == "90.5"


@pytest.mark.parametrize(("currency", "exponent"), [("USD", 2), ("JPY", 0), ("KWD", 3)])
def test_the_exponent_is_that_of_the_currency(currency, exponent):
    card = parse("acme", texts(rates=RATES.replace("USD", currency))).rates[0]
    assert card.exponent == exponent


BAD = [
    ("tenant", "billing_zone: America/New_York", "billing_zone: America/NewYork",
     r"acme/tenant\.yaml, billing_zone: .*did you mean America/New_York\?"),
    ("tenant", "zone: America/New_York,", "zone: Mars/Base,", r"sites\.JFK1\.zone: 'Mars/Base' is not"),  # noqa: E501
    ("tenant", "calendar: office }", "calendar: offices }", r"site JFK1 names calendar offices"),
    ("tenant", "name: Acme", "nam: Acme", r"acme/tenant\.yaml, nam"),
    ("tenant", '"17:00"', '"25:00"', r"acme/tenant\.yaml, calendars\.office\.weekly\.mon\.0\.to"),
    ("tenant", "mon:", "monday:", r"calendars\.office: `weekly\.monday` is no day"),
    ("tenant", "weekly: {", "open: always\n    weekly: {", r"either `open: always` or `weekly`"),
    ("sla", "within_minutes", "within_minuts", r"acme/sla\.yaml, .*within_minuts: unknown key\. "
     r"Did you mean `within_minutes`\?"),
    ("sla", "within_minutes: 90.5", "within_minutes: 0", r"within_minutes: Input should be greater"),  # noqa: E501
    ("sla", "within_minutes: 90.5,", "", r"exactly one of `within_minutes`"),
    ("sla", "90.5,", "90.5, by: ship_by,", r"exactly one of `within_minutes`"),
    ("sla", "from: released", "from: relased", r"0\.stages\.pick\.from: Input should be 'received'"),  # noqa: E501
    ("sla", "owner: warehouse", "owner: nobody", r"stages\.pick\.owner"),
    ("sla", "  stages:", "  at_risk: 1.01\n  stages:", r"at_risk\.0: Input should be less than or equal"),  # noqa: E501
    ("sla", "  stages:", "  stages: {}\n  stages:", r"yaml:4:3 .*key `stages` is given twice"),
    ("sla", "stages:", "\x07:", r"acme/sla\.yaml is not valid YAML"),
    ("sla", "2026-01-01", "2026", r"0\.valid_from: 2026 is not a date; write it as YYYY-MM-DD"),
    ("sla", "2026-01-01", '"2026"', r"0\.valid_from: '2026' is not a date"),
    ("rates", "price: 0.1", "price: -0.1", r"acme/rates\.yaml, 0\.charges\.pick\.price"),
    ("rates", "price: 0.1", "price: 0.1, markup_percent: 5", r"unit charge takes no `markup_perc"),
    ("rates", ", price: 0.1", "", r"first_unit charge takes `price`"),
    ("rates", "markup_percent: 8", "price: 8", r"pass_through charge takes `markup_percent`"),
    ("rates", "pass_through, markup_percent: 8", "pass_through", r"takes `markup_percent`"),
    ("rates", "first_unit, price: 0.1", "graduated, tiers: [ { up_to: 5, price: 1 } ]",
     r"every tier but the last has `up_to`"),
    ("rates", "price: 0.1", "price: 0.1, tax: vat", r"charge pick names tax vat, which `taxes`"),
    ("rates", "  charges:", "  maximum: { amount: 1 }\n  minimum: { amount: 2 }\n  charges:",
     r"`maximum` is below `minimum`"),
    ("rates", "model: first_unit", "model: first", r"charges\.pick\.model: Input should be"),
    ("rates", "currency: USD", "currency: usd", r"acme/rates\.yaml, 0\.currency"),
    ("rates", "charges:", "chrges:", r"acme/rates\.yaml, 0\.ch.?rges: "),
    ("rates", "per_finding: 50", "per_finding: much", r"0\.limits\.per_finding"),
    ("rates", "total_percent: 5", "total_percent: 101", r"total_percent: Input should be less"),
    ("rates", "price: 0.1 }", "price: 0.1", r"acme/rates\.yaml:\d+:\d+ is not valid YAML"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "good", "bad", "sentence"), BAD)
def test_a_mistake_is_one_sentence_that_names_file_and_place(file, good, bad, sentence):
    text = {"tenant": TENANT, "sla": SLA, "rates": RATES}[file]
    assert good in text
    with pytest.raises(ConfigurationError, match=sentence) as caught:
        parse("acme", texts(**{file: text.replace(good, bad, 1)}))
    assert "\n" not in str(caught.value)
    assert caught.value.fix


@pytest.mark.parametrize("file", ["tenant", "sla", "rates"])
@pytest.mark.parametrize("text", ["", "just words", "[]", "42"])
def test_a_file_of_another_shape_is_a_sentence_too(file, text):
    with pytest.raises(ConfigurationError, match=rf"acme/{file}\.yaml"):
        parse("acme", texts(**{file: text}))


def test_a_time_without_quotes_is_read_as_it_is_written():
    """YAML 1.1 reads 17:00 as the sexagesimal number 1020."""
    text = TENANT.replace('"09:00"', "09:00").replace('"17:00"', "17:00")
    try:
        calendar = parse("acme", texts(tenant=text)).tenant.calendars["office"].calendar("UTC")
    except ConfigurationError as error:
        assert "weekly.mon.0" in str(error)  # noqa: PT017 - either read right or refused
    else:
        assert calendar.weekly[0] == (Window(time(9), time(17)),)


def test_yaml_makes_no_python_objects():
    with pytest.raises((ConfigurationError, yaml.YAMLError)):
        parse("acme", texts(sla="!!python/object/apply:os.getcwd []"))


def test_every_folder_of_this_checkout_is_read():
    folders = [
        path.parent for path in (Path(__file__).parents[2] / "policies").glob("*/tenant.yaml")
    ]
    assert folders
    for folder in folders:
        files = {path.stem: path.read_text() for path in folder.glob("*.yaml")}
        assert parse(folder.name, files).tenant.tenant == folder.name


def scenario(**tenant):
    return {
        "tenant": {
            "tenant": "acme", "name": "Acme", "billing_zone": "UTC", **tenant,
            "sites": {"S1": {"zone": "UTC", "calendar": "always"}},
            "calendars": {"always": {"open": "always"}},
        },
        "sla": [{"valid_from": "2026-01-01", "stages": {"pick": {"within_minutes": 60}}}],
        "rates": [],
    }  # fmt: skip


def test_plain_documents_become_policies_without_a_rate_card():
    assert from_documents("acme", scenario()).currency == "USD"
    assert from_documents("acme", scenario(currency="JPY")).currency == "JPY"


def test_a_folder_without_a_rate_card_is_refused():
    with pytest.raises(ConfigurationError, match=r"acme/rates\.yaml has no rate card"):
        parse("acme", texts(rates="[]"))
