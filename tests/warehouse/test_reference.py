"""Policies as immutable versions (C11, C18)."""

from datetime import UTC, datetime

import pytest

from e2a.domain.errors import ConfigurationError
from e2a.domain.policy_text import parse
from e2a.warehouse.policies import load_policies
from e2a.warehouse.reference import Loaded, load, read_folder
from tests.domain.test_policy_text import RATES, SLA, TENANT
from tests.warehouse.lane import rows

LATER = datetime(2026, 6, 1, tzinfo=UTC)
TABLES = ("tenants", "sites", "calendars", "sla_policies", "rate_cards", "charges")


def acme(**changed):
    return parse("acme", {"tenant": TENANT, "sla": SLA, "rates": RATES, **changed})


def put(app, policies, at=LATER):
    with app.transaction():
        return load(app, [policies], at)


def contents(app):
    return {t: rows(app, f"select t::text from reference.{t} as t order by 1") for t in TABLES}


def test_loading_the_same_text_again_writes_nothing(app):
    before = contents(app)
    assert load_policies(app, LATER) == Loaded(0, 0, 0, 0)
    assert contents(app) == before


def test_a_tenants_first_load_counts_as_always_known(app):
    put(app, acme())
    found = rows(app, "select loaded_at::text from reference.sla_policies where tenant_id = 'acme'")
    assert found == [("-infinity",)]


def test_an_edit_adds_a_version_known_from_its_load_and_leaves_the_old_one(app):
    put(app, acme())
    old = "select t::text from reference.sla_policies as t where loaded_at = '-infinity'"
    before = rows(app, old)
    put(app, acme(sla=SLA.replace("90.5", "60")))
    found = rows(
        app,
        "select loaded_at, target_seconds from reference.sla_policies "
        "where tenant_id = 'acme' and loaded_at > '-infinity'",
    )
    assert found == [(LATER, 3600)]
    assert rows(app, old) == before


def test_a_date_in_sla_is_local_to_the_site_and_in_rates_to_the_billing_zone(app):
    tenant = TENANT.replace("billing_zone: America/New_York", "billing_zone: Europe/Berlin")
    put(app, acme(tenant=tenant))
    (sla,) = rows(app, "select valid_from from reference.sla_policies where tenant_id = 'acme'")
    (card,) = rows(app, "select valid_from from reference.rate_cards where tenant_id = 'acme'")
    assert sla == (datetime(2026, 1, 1, 5, tzinfo=UTC),)
    assert card == (datetime(2025, 12, 31, 23, tzinfo=UTC),)


def test_minutes_with_a_fraction_are_kept_to_the_second(app):
    put(app, acme())
    found = rows(app, "select target_seconds from reference.sla_policies where tenant_id = 'acme'")
    assert found == [(5430,)]


def test_prices_are_stored_exactly(app):
    put(app, acme())
    found = rows(
        app,
        "select trim_scale(unit_price)::text, trim_scale(markup_percent)::text "
        "from reference.charges where tenant_id = 'acme' order by charge_code",
    )
    assert found == [(None, "8"), ("0.1", None)]


def test_a_policy_for_an_unknown_site_is_refused_with_the_known_ones():
    with pytest.raises(
        ConfigurationError, match=r"0\.site: site LAX9 is not in tenant.yaml\. Name one of JFK1"
    ):
        acme(sla=SLA.replace("  stages:", "  site: LAX9\n  stages:"))


def test_a_calendar_that_never_opens_is_refused(app):
    bad = acme(tenant=TENANT.replace('[ { from: "09:00", to: "17:00" } ]', "[]"))
    with pytest.raises(ConfigurationError, match="calendar office never opens"):
        put(app, bad)


def _folder(tmp_path, **changed):
    folder = tmp_path / "acme"
    folder.mkdir()
    for stem, text in {"tenant": TENANT, "sla": SLA, "rates": RATES, **changed}.items():
        if text:
            (folder / f"{stem}.yaml").write_text(text)
    return tmp_path


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ConfigurationError, match=r"acme/rates\.yaml is missing"):
        read_folder(_folder(tmp_path, rates=""))


def test_a_folder_and_its_tenant_have_one_name(tmp_path):
    other = TENANT.replace("tenant: acme", "tenant: acne")
    with pytest.raises(ConfigurationError, match="one name"):
        read_folder(_folder(tmp_path, tenant=other))


def test_a_missing_policies_folder_is_a_sentence(tmp_path):
    with pytest.raises(ConfigurationError, match=r"There is no policies folder at .*E2A_POLICIES"):
        read_folder(tmp_path / "nowhere")
