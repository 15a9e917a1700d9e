"""Costs in another currency: converted at a dated rate, or left out and said so (B9)."""

from tests.billing.pricing.merchant import card, plain

EURO = card("""
work: { operation: vas, model: per_unit, price: 1 }
freight: { operation: label, model: pass_through, markup_percent: 0 }
""").replace("USD", "EUR")
RATE = "[ { date: %s, base: EUR, quote: USD, rate: 1.0840 } ]"


def freight(acme, when="2026-05-14 12:00", amount="18.40", currency="USD", **more):
    charge = {"code": "label", "amount": amount, "currency": currency}
    acme.did("label_purchased", when, shipment="p1", id="freight", charge=charge, **more)


def test_p16_a_cost_without_a_rate_of_its_date_is_left_out_and_quarantined(merchant):
    acme = merchant(EURO, fx=RATE % "2026-05-13")
    acme.work("a", 250, "2026-05-14 12:00", id="work")
    freight(acme)
    assert acme.standings() == {"work": "billed", "freight": "no_fx_rate"}
    assert acme.amounts("2026-05") == {"work": "250"}


def test_p16_b_a_cost_is_converted_at_the_rate_of_its_date(merchant):
    acme = merchant(EURO, fx=RATE % "2026-05-14")
    acme.work("a", 250, "2026-05-14 12:00")
    freight(acme)
    assert acme.amounts("2026-05") == {"work": "250", "freight": "16.97"}
    assert plain(acme.total("2026-05")) == "266.97"


def test_a_rate_may_be_stated_the_other_way_round(merchant):
    acme = merchant(EURO, fx="[ { date: 2026-05-14, base: USD, quote: EUR, rate: 0.5 } ]")
    freight(acme)
    assert acme.amounts("2026-05") == {"freight": "9.2"}


def test_the_date_of_a_cost_is_that_of_the_billing_zone(merchant):
    acme = merchant(EURO, fx=RATE % "2026-05-14", zone="America/New_York")
    freight(acme, "2026-05-15 03:59")
    assert acme.amounts("2026-05") == {"freight": "16.97"}


def test_a_card_may_allow_rates_that_are_some_days_old(merchant):
    cards = EURO.replace("  limits", "  fx_max_age_days: 3\n  limits")
    acme = merchant(cards, fx=RATE % "2026-05-11")
    freight(acme, "2026-05-14 23:59")
    assert acme.amounts("2026-05") == {"freight": "16.97"}
    late = merchant(cards, fx=RATE % "2026-05-10")
    freight(late, "2026-05-14 00:00")
    assert late.standings() == {"freight": "no_fx_rate"}


def test_a_rate_that_arrives_later_bills_what_waited_for_it(merchant):
    acme = merchant(EURO)
    freight(acme)
    assert acme.standings() == {"freight": "no_fx_rate"}
    acme.load(EURO, RATE % "2026-05-14")
    assert acme.amounts("2026-05") == {"freight": "16.97"}


def test_a_corrected_rate_prices_anew(merchant):
    acme = merchant(EURO, fx=RATE % "2026-05-14")
    freight(acme)
    assert acme.amounts("2026-05") == {"freight": "16.97"}
    acme.load(EURO, (RATE % "2026-05-14").replace("1.0840", "2"))
    assert acme.amounts("2026-05") == {"freight": "9.2"}


def test_a_voided_label_is_given_back_at_the_rate_at_which_it_was_billed(merchant):
    acme = merchant(EURO, fx=RATE % "2026-05-14")
    freight(acme)
    acme.did("label_voided", "2026-06-02 09:00", shipment="p1")
    assert (acme.amounts("2026-05"), acme.amounts("2026-06")) == (
        {"freight": "16.97"}, {"freight": "-16.97"},
    )  # fmt: skip


def test_a_cost_that_nobody_states_waits_for_a_person(merchant):
    acme = merchant(EURO)
    acme.did("label_purchased", shipment="p1", id="label")
    assert acme.standings() == {"label": "no_charge_amount"}


def test_a_markup_is_added_before_rounding(merchant):
    cards = EURO.replace("markup_percent: 0", "markup_percent: 8")
    acme = merchant(cards)
    freight(acme, "2026-05-14 12:00", "7.35", "EUR")
    assert acme.lines("2026-05", "unrounded_amount::float, amount::float") == [(7.938, 7.94)]
