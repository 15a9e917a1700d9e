"""Charges that count over a month: tiers, packages, storage, minimum, rounding (B3-B5, B13)."""

import pytest

from tests.billing.pricing.merchant import card, plain

TIERS = "tiers: [ { up_to: 1000, price: 2.40 }, { up_to: 5000, price: 2.10 }, { price: 1.85 } ]"
GRADUATED = card(f"work: {{ operation: vas, code: kitting, model: graduated, {TIERS} }}")
VOLUME = card(f"work: {{ operation: vas, code: kitting, model: volume, {TIERS} }}")


@pytest.mark.parametrize(
    ("quantity", "graduated", "volume"),
    [
        (1000, "2400", "2400"),
        (1001, "2402.1", "2102.1"),
        (5000, "10800", "10500"),
        (5001, "10801.85", "9251.85"),
        (5250, "11262.5", "9712.5"),
    ],
)
def test_p11_a_tier_bound_is_inclusive(merchant, quantity, graduated, volume):
    for cards, amount in ((GRADUATED, graduated), (VOLUME, volume)):
        acme = merchant(cards)
        acme.work("kitting", quantity)
        assert plain(acme.total()) == amount


def test_a_graduated_charge_has_a_line_a_tier_and_work_across_a_bound_is_divided(merchant):
    acme = merchant(GRADUATED)
    acme.work("kitting", 400, "2026-03-01 09:00", "o1")
    acme.work("kitting", 700, "2026-03-02 09:00", "o2")
    assert [
        (tier, plain(quantity), plain(price), plain(amount))
        for tier, quantity, price, amount in acme.lines(
            columns="tier, quantity, unit_price, amount"
        )
    ] == [(1, "1000", "2.4", "2400"), (2, "100", "2.1", "210")]
    assert acme.rows(
        "select order_id, quantity::int from billing.line_operations where tenant_id = %s "
        "order by order_id, quantity desc", acme.tenant,
    ) == [("wms:o1", 400), ("wms:o2", 600), ("wms:o2", 100)]  # fmt: skip


def test_the_fee_of_a_tier_is_due_once_by_the_unit_that_enters_it(merchant):
    acme = merchant(
        card("""
work: { operation: vas, model: graduated, tiers: [
    { up_to: 10, price: 1, flat: 5 }, { price: 0.5, flat: 2 } ] }
""")
    )
    for day in range(1, 4):
        acme.work("kitting", 5, f"2026-03-0{day} 09:00", f"o{day}")
    assert plain(acme.total()) == "19.5"


@pytest.mark.parametrize(("units", "packages"), [(1, 0), (100, 0), (101, 1), (110, 1), (111, 2)])
def test_a_package_is_opened_by_the_first_unit_beyond_the_free_ones(merchant, units, packages):
    acme = merchant(card(
        "work: { operation: vas, model: package, price: 3, size: 10, free: 100 }"
    ))  # fmt: skip
    acme.work("kitting", 1, order="o1")
    acme.work("kitting", units - 1, "2026-03-03 09:00", "o2") if units > 1 else None
    assert acme.total() == 3 * packages


STORAGE = card(
    "space: { operation: storage, code: pallet, model: storage, measure: %s, price: 18 }"
)


@pytest.mark.parametrize(
    ("measure", "amount"),
    [("snapshot", "24"), ("peak", "360"), ("month_end", "180")],
)
def test_each_measure_of_storage_gives_another_bill(merchant, measure, amount):
    """April: 5, then 20 pallets on one day (the last count holds), then 10, 10 and 5 counted."""
    acme = merchant(STORAGE % measure)
    for day, quantity in (("02 08:00", 5), ("02 20:00", 20), ("03 20:00", 10), ("30 20:00", 10)):
        acme.counted(quantity, f"2026-04-{day}")
    assert plain(acme.total("2026-04")) == amount


def test_pallet_days_are_added_up_before_the_month_divides_them(merchant):
    """31 times 15.515 / 31 is 15.515, half-up 15.52; thirty-one rounded parts are a hair less."""
    acme = merchant((STORAGE % "snapshot").replace("18", "15.515"))
    for day in range(1, 32):
        acme.counted(1, f"2026-03-{day:02} 20:00")
    assert plain(acme.total()) == "15.52"


def test_a_day_of_storage_ends_at_local_midnight(merchant):
    """23:30 in New York on the 2nd is the 3rd in UTC; the count of 00:30 is another day's."""
    acme = merchant(STORAGE % "snapshot", zone="America/New_York")
    acme.counted(10, "2026-04-03 03:30")
    acme.counted(30, "2026-04-03 04:30")
    assert plain(acme.total("2026-04")) == "24"


def test_stock_is_counted_apart_by_site_and_unit(merchant):
    acme = merchant((STORAGE % "snapshot").replace("code: pallet, ", ""))
    acme.counted(10, "2026-04-02 20:00")
    acme.counted(20, "2026-04-02 21:00", unit="bin")
    acme.counted(30, "2026-04-02 22:00", site="S2")
    assert plain(acme.total("2026-04")) == "36"


@pytest.mark.parametrize(("day", "amount"), [("15", "36"), ("16", "18")])
def test_the_half_month_rule_halves_what_arrives_after_the_15th(merchant, day, amount):
    acme = merchant(card(
        "space: { model: storage, code: pallet, measure: half_month, price: 18 }"
    ))  # fmt: skip
    acme.did("receipt_completed", f"2026-04-{day} 23:00", "R1", attributes={"pallets": 2})
    assert plain(acme.total("2026-04")) == amount


def test_a_receipt_counts_its_pallets_and_its_cartons(merchant):
    acme = merchant(
        card("""
pallets: { operation: receiving, code: pallet, model: per_unit, price: 9 }
cartons: { operation: receiving, code: carton, model: per_unit, price: 2.50 }
""")
    )
    acme.did("receipt_completed", order="R1", attributes={"pallets": 3, "cartons": 4})
    assert acme.amounts() == {"pallets": "27", "cartons": "10"}


MINIMUM = card(
    """
work: { operation: vas, code: kitting, model: per_unit, price: 0.01, tax: vat }
freight: { operation: label, model: pass_through, markup_percent: 0 }
""",
    more="  taxes: { vat: 20 }\n  minimum: { amount: 1500, tax: vat }\n",
)


def bill(acme):
    acme.work("kitting", 134240, "2026-04-02 09:00")
    charge = {"code": "label", "amount": "845.17", "currency": "USD"}
    acme.did("label_purchased", "2026-04-02 10:00", shipment="p1", charge=charge)
    return acme.amounts("2026-04")


def test_p12_the_minimum_is_topped_up_by_service_fees_alone(merchant):
    acme = merchant(MINIMUM)
    assert bill(acme) == {"work": "1342.4", "freight": "845.17", "minimum": "157.6"}
    assert plain(acme.total("2026-04")) == "2345.17"
    (evidence,) = acme.lines("2026-04", "evidence", "kind = 'true_up'")[0]
    assert {k: float(v) for k, v in evidence.items()} == {
        "minimum": 1500, "active_days": 30, "days": 30, "eligible": 1342.4
    }  # fmt: skip


def test_p12_b_a_month_of_twenty_active_days_owes_two_thirds_of_the_minimum(merchant):
    """1,000.00 is less than the 1,342.40 of service fees: nothing is due."""
    acme = merchant(MINIMUM, active_from="2026-04-11")
    assert bill(acme) == {"work": "1342.4", "freight": "845.17"}


@pytest.mark.parametrize(
    ("active", "true_up"),
    [
        ({"active_from": "2026-04-11"}, "1000"),
        ({"active_until": "2026-04-11"}, "500"),
        ({"active_from": "2026-04-30"}, "50"),
        ({"active_from": "2026-05-01"}, None),
        ({"active_until": "2026-04-01"}, None),
        ({"active_until": "2026-05-01"}, "1500"),
    ],
)
def test_a_minimum_is_due_for_the_days_of_service(merchant, active, true_up):
    acme = merchant(MINIMUM, **active)
    acme.did("pack_completed", "2026-01-05 09:00")
    acme.touch("2026-04")
    assert acme.amounts("2026-04").get("minimum") == true_up


def test_a_monthly_maximum_gives_back_what_service_fees_exceed_it_by(merchant):
    acme = merchant(MINIMUM.replace("minimum", "maximum").replace("1500", "1000"))
    assert bill(acme) == {"work": "1342.4", "freight": "845.17", "maximum": "-342.4"}


def test_a_monthly_fee_is_due_in_every_month_since_the_first_work(merchant):
    acme = merchant(card("fee: { model: flat, price: 517 }"))
    acme.did("pack_completed", "2026-03-05 09:00")
    for month in ("2026-02", "2026-04"):
        acme.touch(month)
    assert acme.amounts("2026-04") == {"fee": "517"}
    assert acme.amounts("2026-02") == {}


def test_first_work_that_was_recorded_by_mistake_makes_no_month_due(merchant):
    acme = merchant(card("fee: { model: flat, price: 517 }"))
    acme.did("pack_completed", "2026-03-05 09:00", id="mistake")
    acme.touch("2026-03")
    assert acme.amounts("2026-03") == {"fee": "517"}
    acme.did("event_voided", "2026-03-06 09:00", corrects=["mistake"])
    acme.touch("2026-03")
    assert acme.amounts("2026-03") == {}


ROUNDING = card("""
a: { operation: vas, code: a, model: per_unit, price: 0.125 }
b: { operation: vas, code: b, model: per_unit, price: 0.115 }
c: { operation: vas, code: c, model: per_unit, price: 0.345 }
""")


@pytest.mark.parametrize(
    ("mode", "level", "amounts"),
    [
        ("half_up", "line", {"a": "4.63", "b": "4.95", "c": "1.73"}),
        ("half_even", "line", {"a": "4.62", "b": "4.94", "c": "1.72"}),
        ("half_up", "invoice", {"a": "4.63", "b": "4.95", "c": "1.73", "rounding": "-0.01"}),
        ("half_even", "invoice", {"a": "4.62", "b": "4.94", "c": "1.72", "rounding": "0.02"}),
    ],
)
def test_p13_a_line_is_rounded_once_by_the_mode_and_level_of_its_card(
    merchant, mode, level, amounts
):
    """In whichever parts the work was done; by invoice 11.295 is 11.30 in both modes."""
    cards = ROUNDING.replace("half_up", mode).replace(
        "  limits", f"  rounding_level: {level}\n  limits"
    )
    acme = merchant(cards)
    for code, quantity in (("a", 30), ("a", 7), ("b", 43), ("c", 2), ("c", 3)):
        acme.work(code, quantity, order=f"o-{quantity}")
    assert acme.amounts() == amounts


def test_p16_c_yen_have_no_decimals(merchant):
    cards = ROUNDING.replace("USD", "JPY").replace("0.125", "45.5")
    acme = merchant(cards)
    acme.work("a", 3)
    assert acme.amounts() == {"a": "137"}


@pytest.mark.parametrize(
    ("percent", "least", "most", "cost", "amount"),
    [
        ("10", "0", "100", "12.34", "1.23"),
        ("10", "2", "100", "12.34", "2"),
        ("10", "0", "5", "123.40", "5"),
        ("2.5", "0", "100", "7.00", "0.18"),
    ],
)
def test_a_percentage_of_a_cost_stays_between_its_least_and_its_most(
    merchant, percent, least, most, cost, amount
):
    acme = merchant(card(
        f"fee: {{ operation: charge, code: duty, model: percentage, percent: {percent}, "
        f"least: {least}, most: {most} }}"
    ))  # fmt: skip
    charge = {"code": "duty", "amount": cost, "currency": "USD"}
    acme.did("charge_recorded", charge=charge)
    acme.did("charge_recorded", charge={**charge, "code": "other"})
    assert acme.amounts() == {"fee": amount}


def test_other_days_of_service_have_the_months_derived_anew(merchant):
    acme = merchant(MINIMUM)
    acme.work("kitting", 100, "2026-04-02 09:00")
    assert acme.amounts("2026-04")["minimum"] == "1499"
    acme.load(MINIMUM, active_from="2026-04-16")
    assert acme.amounts("2026-04")["minimum"] == "749"
