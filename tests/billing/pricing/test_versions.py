"""Which card prices what: by event time, with one counter over all of a month (B1, B2, B4, B7)."""

from tests.billing.pricing.merchant import card, plain

TIERS = "tiers: [ { up_to: 1000, price: 2.40 }, { price: 2.10 } ]"
FLAT = "tiers: [ { price: 2.60 } ]"


def graduated(tiers, since="2026-01-01"):
    return card(f"work: {{ operation: vas, model: graduated, {tiers} }}", since=since)


def test_p14_late_work_is_priced_in_its_own_month_at_its_own_rates(merchant):
    """990 orders in June, then 25 that were done in June, after 400 of July at another price."""
    acme = merchant(graduated(TIERS) + graduated(FLAT, "2026-07-01"))
    acme.work("a", 990, "2026-06-10 09:00", "o1")
    acme.work("a", 400, "2026-07-02 09:00", "o2")
    assert plain(acme.total("2026-06")) == "2376"
    acme.work("a", 25, "2026-06-30 09:00", "o3", recorded="2026-07-06 09:00")
    assert (plain(acme.total("2026-06")), plain(acme.total("2026-07"))) == ("2431.5", "1040")


def test_p14_late_work_leaves_the_tiers_of_the_month_in_which_it_arrives_alone(merchant):
    acme = merchant(graduated(TIERS))
    acme.work("a", 990, "2026-06-10 09:00", "o1")
    acme.work("a", 400, "2026-07-02 09:00", "o2")
    acme.work("a", 25, "2026-06-30 09:00", "o3", recorded="2026-07-06 09:00")
    assert (plain(acme.total("2026-06")), plain(acme.total("2026-07"))) == ("2431.5", "960")


def test_a_new_card_goes_on_counting_where_the_old_one_was(merchant):
    """800 units at 2.40, then 300 by the new card: 200 to its bound at 2, 100 above at 1."""
    new = graduated("tiers: [ { up_to: 1000, price: 2 }, { price: 1 } ]", "2026-03-16")
    acme = merchant(graduated(TIERS) + new)
    acme.work("a", 300, "2026-03-20 09:00", "o2")
    acme.work("a", 800, "2026-03-10 09:00", "o1")
    assert [
        (tier, plain(quantity), plain(amount))
        for tier, quantity, amount in sorted(acme.lines(columns="tier, quantity, amount"))
    ] == [(1, "200", "400"), (1, "800", "1920"), (2, "100", "100")]


def test_the_volume_tier_is_that_of_the_whole_month_at_each_cards_own_price(merchant):
    old = graduated(TIERS).replace("graduated", "volume")
    new = graduated("tiers: [ { up_to: 1000, price: 2 }, { price: 1 } ]", "2026-03-16")
    acme = merchant(old + new.replace("graduated", "volume"))
    acme.work("a", 800, "2026-03-10 09:00", "o1")
    acme.work("a", 300, "2026-03-20 09:00", "o2")
    assert plain(acme.total()) == "1980"


PLAIN = "work: { operation: vas, model: per_unit, price: %s }"


def test_a_card_begins_at_midnight_of_the_billing_zone_and_so_does_a_month(merchant):
    cards = card(PLAIN % 1) + card(PLAIN % 2, since="2026-04-01")
    acme = merchant(cards, zone="America/New_York")
    acme.work("a", 10, "2026-04-01 03:59", "o1")
    acme.work("a", 10, "2026-04-01 04:00", "o2")
    assert (acme.amounts("2026-03"), acme.amounts("2026-04")) == ({"work": "10"}, {"work": "20"})


def test_work_before_the_first_card_has_no_price(merchant):
    acme = merchant(card(PLAIN % 1, since="2026-04-01"))
    acme.work("a", 10, id="early")
    assert acme.standings() == {"early": "no_rate_card"}


def test_of_two_cards_that_begin_together_the_one_loaded_last_holds(merchant):
    acme = merchant(card(PLAIN % 1))
    acme.load(card(PLAIN % 2))
    acme.work("a", 10, order="o1")
    assert acme.amounts() == {"work": "20"}
    acme.load(card(PLAIN % 1))
    acme.work("a", 10, order="o2")
    acme.did("order_created", order="o1", units=1)
    assert acme.amounts() == {"work": "20"}


def test_a_card_that_is_loaded_again_is_no_new_version(merchant):
    acme = merchant(card(PLAIN % 1))
    acme.load(card(PLAIN % 1))
    assert acme.rows(
        "select count(*)::int from reference.rate_cards where tenant_id = %s", acme.tenant
    ) == [(1,)]


def test_what_holds_for_a_whole_month_is_said_by_the_card_that_holds_when_it_begins(merchant):
    fee = "fee: { model: flat, price: %s }"
    acme = merchant(
        card(fee % 1, since="2026-02-01") + card(fee % 2, since="2026-03-01")
        + card(fee % 3, since="2026-03-02") + card(fee % 4, since="2026-04-02")
    )  # fmt: skip
    acme.did("pack_completed", "2026-01-05 09:00")
    for month, amount in (("2026-02", "1"), ("2026-03", "2"), ("2026-04", "3"), ("2026-05", "4")):
        acme.touch(month)
        assert acme.amounts(month) == {"fee": amount}
    acme.touch("2026-01")
    assert acme.amounts("2026-01") == {}
