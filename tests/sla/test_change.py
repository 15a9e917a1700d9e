"""A new version asked what it would have done takes the place of those before it."""

from datetime import UTC, datetime

from e2a.domain.policy_text import from_documents
from e2a.sla.replay.change import as_if_in_force, renamed

SINCE = datetime(2026, 3, 1, tzinfo=UTC)
TENANT = {
    "tenant": "acme",
    "name": "Acme",
    "billing_zone": "UTC",
    "sites": {"JFK1": {"zone": "UTC", "calendar": "always"}},
    "calendars": {"always": {"open": "always"}},
}


def policies(*entries):
    sla = [
        {"valid_from": since, "stages": {"pick": {"within_minutes": minutes}}, **more}
        for since, minutes, more in entries
    ]
    return from_documents("acme", {"tenant": TENANT, "sla": sla, "rates": []})


def starts(present, changed):
    replayed = as_if_in_force(policies(*present), policies(*changed), SINCE)
    return {int(e.stages["pick"].within_minutes): e.valid_from for e in replayed.sla}


OLD, MARCH = ("2020-01-01", 120, {}), ("2026-03-15", 110, {})


def test_a_version_of_tomorrow_is_in_force_over_the_days_replayed():
    changed = starts([OLD], [OLD, ("2027-01-01", 90, {})])
    assert changed[90] == SINCE
    assert set(changed) == {120, 90}


def test_a_version_that_it_follows_does_not_come_between():
    assert set(starts([OLD, MARCH], [OLD, MARCH, ("2027-01-01", 90, {})])) == {120, 90}


def test_of_two_new_versions_the_last_is_tried():
    assert set(starts([OLD], [OLD, ("2027-01-01", 90, {}), ("2027-02-01", 80, {})])) == {120, 80}


def test_an_entry_with_other_selectors_stays_as_it_is():
    express = ("2026-03-15", 60, {"service_level": "express"})
    changed = starts([OLD, express], [OLD, express, ("2027-01-01", 90, {})])
    assert changed[60] == policies(express).sla[0].valid_from


def test_an_edit_in_place_keeps_its_past():
    assert set(starts([OLD], [("2020-01-01", 100, {})])) == {100}


def test_the_same_text_is_the_same():
    present = policies(OLD, MARCH)
    assert as_if_in_force(present, present, SINCE) == present


def test_another_name_promises_the_same_and_costs_nothing():
    other = renamed(policies(OLD), "acme-now")
    assert (other.tenant.tenant, other.rates) == ("acme-now", ())
    assert other.sla == policies(OLD).sla


def test_a_new_rate_card_takes_the_place_of_those_that_it_follows():
    def cards(*given):
        charges = {"pick": {"operation": "pick", "model": "per_unit"}}
        return from_documents("acme", {
            "tenant": TENANT,
            "sla": [{"valid_from": "2020-01-01", "stages": {"pick": {"within_minutes": 1}}}],
            "rates": [
                {
                    "valid_from": since, "currency": "USD",
                    "limits": {"per_finding": 1, "total": 1, "total_percent": 1},
                    "charges": {"pick": {**charges["pick"], "price": price}},
                }
                for since, price in given
            ],
        })  # fmt: skip

    old, march, next_year = ("2020-01-01", 1), ("2026-03-15", 2), ("2027-01-01", 3)
    replayed = as_if_in_force(cards(old, march), cards(old, march, next_year), SINCE)
    assert [(card.charges["pick"].price, str(card.valid_from)) for card in replayed.rates] == [
        (1, "2020-01-01 00:00:00"), (3, str(SINCE)),
    ]  # fmt: skip
    assert as_if_in_force(cards(old), cards(old), SINCE) == cards(old)
