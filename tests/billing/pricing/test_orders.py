"""Charges that one order decides: first units, volume, surcharges, order rules (B4, B8)."""

import pytest

from tests.billing.pricing.merchant import card, plain

PICKS = card("""
first: { operation: pick, model: first_unit, price: 2.50 }
more: { operation: pick, model: additional_unit, price: 0.50 }
pack: { operation: pack, model: per_operation, price: 1.00 }
restock: { operation: restock, model: per_unit, price: 0.75 }
""")


def test_p10_a_duplicate_bills_once_and_work_before_a_cancellation_stays_billed(merchant):
    acme = merchant(PICKS)
    pick = acme.fact("pick_completed", order="O-1", id="100", units=3)
    acme.put(pick)
    acme.put(pick)
    acme.did("pack_completed", "2026-03-02 10:00", "O-1")
    acme.did("pick_completed", order="O-2", id="101", units=2)
    acme.did("pick_completed", "2026-03-02 09:30", "O-2", id="101", units=3)
    acme.did("order_cancelled", "2026-03-02 11:00", "O-2")
    acme.did("restocked", "2026-03-02 12:00", "O-2", units=2)
    assert acme.amounts() == {"first": "5", "more": "1.5", "pack": "1", "restock": "1.5"}
    assert acme.total() == 9
    assert acme.rows("select reason from landing.quarantine where tenant_id = %s", acme.tenant) == [
        ("conflict",)
    ]


def test_the_first_unit_of_an_order_is_first_whoever_picked_it(merchant):
    acme = merchant(PICKS)
    acme.did("pick_completed", "2026-03-02 10:00", units=2)
    acme.did("pick_completed", "2026-03-02 09:00", units=1)
    assert acme.amounts() == {"first": "2.5", "more": "1"}


def test_work_without_quantities_means_the_units_that_stood_then(merchant):
    acme = merchant(card("pick: { operation: pick, model: per_unit, price: 1 }"))
    acme.did("order_created", "2026-03-01 09:00", units=4)
    acme.did("order_edited", "2026-03-01 10:00", units=6)
    acme.did("order_cancelled", "2026-03-01 11:00", units=1)
    acme.did("pick_completed")
    acme.did("order_edited", "2026-03-03 10:00", units=9)
    assert acme.amounts() == {"pick": "5"}


MCF = card("""
ship: { operation: ship, model: order_volume, tiers: [
    { up_to: 1, price: 3.95 }, { up_to: 2, price: 2.75 }, { price: 2.39 } ] }
""")


@pytest.mark.parametrize(("units", "amount"), [(1, "3.95"), (2, "5.5"), (3, "7.17"), (10, "23.9")])
def test_order_volume_prices_every_unit_by_the_units_of_its_order(merchant, units, amount):
    acme = merchant(MCF)
    acme.did("shipped", units=units)
    assert acme.amounts() == {"ship": amount}


def test_order_volume_counts_each_order_for_itself(merchant):
    acme = merchant(MCF)
    acme.did("shipped", order="o1", units=1)
    acme.did("shipped", order="o2", units=1)
    assert acme.amounts() == {"ship": "7.9"}


RULED = card(
    """
pick: { operation: pick, model: per_operation, price: 0.30 }
pack: { operation: pack, model: per_operation, price: 0.20 }
freight: { operation: label, model: pass_through, markup_percent: 0 }
storage: { model: storage, code: pallet, measure: snapshot, price: 0.05, per: day }
""",
    more="""\
  order:
    minimum: 0.50
    multipliers:
      - { flag: rush, factor: 2.0 }
      - { flag: oversized, factor: 1.5 }
      - { flag: hazmat, factor: 3.0 }
      - { flag: fragile, factor: 1.2 }
""",
)


@pytest.mark.parametrize(
    ("flags", "amount"),
    [
        ([], "0.5"),
        (["rush"], "1"),
        (["fragile"], "0.6"),
        (["rush", "oversized"], "1.5"),
        (["rush", "oversized", "hazmat", "fragile"], "5.4"),
        (["gift"], "0.5"),
    ],
)
def test_an_order_costs_its_minimum_first_and_then_so_many_times_as_much(merchant, flags, amount):
    """0.30 for the pick is raised to 0.50; flags of any of its events count for the order."""
    acme = merchant(RULED)
    acme.did("order_created", units=1, flags=flags)
    acme.did("pick_completed")
    assert acme.amounts() == {"order": amount}


def test_an_order_line_is_rounded_once_and_does_not_add_up_with_other_orders(merchant):
    """0.555 and 0.555 are 0.56 each, not 1.11 together."""
    acme = merchant(RULED.replace("0.30", "0.555"))
    acme.did("pick_completed", order="o1", units=1)
    acme.did("pick_completed", order="o2", units=1)
    lines = acme.lines(columns="amount, unrounded_amount")
    assert [(plain(amount), plain(exact)) for amount, exact in lines] == [("0.56", "0.555")] * 2


def test_freight_and_storage_stay_outside_of_the_order_line(merchant):
    acme = merchant(RULED)
    acme.did("pick_completed", units=1, flags=["rush"])
    acme.did(
        "label_purchased", shipment="p1",
        charge={"code": "label", "amount": "7.35", "currency": "USD"},
    )  # fmt: skip
    acme.counted(10)
    assert acme.amounts() == {"order": "1", "freight": "7.35", "storage": "0.5"}


def test_the_minimum_of_an_order_is_due_once_where_its_first_work_lies(merchant):
    acme = merchant(RULED)
    acme.did("pick_completed", "2026-03-31 23:00", units=1)
    acme.did("pack_completed", "2026-04-01 01:00")
    assert (acme.amounts("2026-03"), acme.amounts("2026-04")) == (
        {"order": "0.5"},
        {"order": "0.2"},
    )


def test_a_surcharge_is_due_for_orders_with_its_flag(merchant):
    acme = merchant(
        card("""
pick: { operation: pick, model: per_unit, price: 1 }
rush: { operation: pick, model: surcharge, flag: rush, price: 3.50 }
""")
    )
    acme.did("pick_completed", order="o1", units=2)
    acme.did("pick_completed", order="o2", units=2, flags=["rush"])
    assert acme.amounts() == {"pick": "4", "rush": "3.5"}


def test_work_that_only_a_missing_flag_would_price_says_so(merchant):
    acme = merchant(card("rush: { operation: pick, model: surcharge, flag: rush, price: 3.50 }"))
    acme.did("pick_completed", order="o1", units=2, id="plain")
    acme.did("pick_completed", order="o2", units=2, id="rush", flags=["rush"])
    assert acme.standings() == {"plain": "no_charge_applies", "rush": "billed"}
