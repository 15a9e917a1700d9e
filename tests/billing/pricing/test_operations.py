"""What counts as an operation, once, from whom, and in which month (B7, B8, B17)."""

from tests.billing.pricing.merchant import card, plain

CARD = card("""
pick: { operation: pick, model: per_unit, price: 1 }
pack: { operation: pack, model: per_operation, price: 1 }
label: { operation: label, model: pass_through, markup_percent: 10 }
ship: { operation: ship, model: per_operation, price: 1 }
""")
COST = {"code": "label", "amount": "10.00", "currency": "USD"}
TRUSTING = CARD.replace("  limits", "  sources: [wms, shopify]\n  limits")


def test_only_the_sources_of_the_card_are_billed(merchant):
    acme = merchant(CARD)
    acme.did("pick_completed", units=2, id="wms")
    acme.did("pick_completed", units=2, id="shop", source="shopify")
    assert acme.standings() == {"wms": "billed", "shop": "source_not_billed"}


def test_of_two_sources_of_one_work_the_first_of_the_card_is_billed(merchant):
    acme = merchant(TRUSTING)
    acme.did("shipped", "2026-03-02 08:00", shipment="p1", id="shop", source="shopify")
    acme.did("shipped", "2026-03-02 09:00", shipment="p1", id="wms")
    acme.did("shipped", "2026-03-02 09:00", "o2", shipment="p2", id="alone", source="shopify")
    assert acme.standings() == {"wms": "billed", "shop": "repeated_record", "alone": "billed"}


def test_a_parcel_is_packed_labelled_and_shipped_once(merchant):
    acme = merchant(CARD)
    for type in ("pack_completed", "label_purchased", "shipped"):
        acme.did(type, "2026-03-02 09:00", shipment="p1", id=f"{type}/1", charge=COST)
        acme.did(type, "2026-03-02 10:00", shipment="p1", id=f"{type}/2", charge=COST)
        acme.did(type, "2026-03-02 11:00", shipment="p2", id=f"{type}/3", charge=COST)
    assert sorted(k for k, v in acme.standings().items() if v == "repeated_record") == [
        "label_purchased/2", "pack_completed/2", "shipped/2",
    ]  # fmt: skip


def test_a_pick_of_everything_counts_once_and_again_after_a_reship(merchant):
    acme = merchant(CARD)
    acme.did("order_created", "2026-03-01 09:00", units=2)
    acme.did("pick_completed", "2026-03-02 09:00", id="first")
    acme.did("pick_completed", "2026-03-02 10:00", id="again")
    acme.did("reship_requested", "2026-03-03 09:00", reason="lost")
    acme.did("pick_completed", "2026-03-04 09:00", id="reship")
    assert acme.standings() == {
        "first": "billed", "again": "repeated_record", "reship": "billed",
    }  # fmt: skip


def test_picks_that_name_lines_add_up(merchant):
    acme = merchant(CARD)
    acme.did("pick_completed", "2026-03-02 09:00", units=2)
    acme.did("pick_completed", "2026-03-02 10:00", units=3)
    assert acme.amounts() == {"pick": "5"}


def test_a_voided_label_is_an_operation_of_its_own_time_at_the_original_price(merchant):
    """The markup changes in April; the label of March is given back as it was billed."""
    april = CARD.replace("2026-01-01", "2026-04-01").replace("10", "50")
    acme = merchant(CARD + april.replace("total_percent: 50", "total_percent: 10"))
    acme.did("label_purchased", "2026-03-30 09:00", shipment="p1", charge=COST)
    acme.did("label_voided", "2026-04-02 09:00", shipment="p1")
    acme.did("label_voided", "2026-04-02 10:00", shipment="p1", id="again")
    acme.did("label_purchased", "2026-04-03 09:00", shipment="p1", charge=COST)
    assert acme.amounts("2026-03") == {"label": "11"}
    amounts = acme.lines("2026-04", "amount")
    assert sorted(plain(amount) for (amount,) in amounts) == ["-11", "15"]
    assert acme.standings()["again"] == "repeated_record"


def test_a_void_of_no_label_bills_nothing(merchant):
    acme = merchant(CARD)
    acme.did("label_voided", shipment="p1", id="void")
    assert acme.standings() == {"void": "nothing_to_void"}


def test_a_false_record_leaves_its_own_month(merchant):
    acme = merchant(CARD)
    acme.did("pick_completed", "2026-03-02 09:00", units=2, id="false")
    acme.did("event_voided", "2026-04-02 09:00", corrects=["false"])
    assert acme.amounts() == {}
    assert acme.standings() == {}


def test_work_that_is_not_on_the_card_says_so(merchant):
    acme = merchant(card("pick: { operation: pick, model: per_unit, price: 1 }"))
    acme.did("pack_completed", id="pack")
    acme.did("pick_completed", id="pick")
    assert acme.standings() == {"pack": "not_on_rate_card", "pick": "quantity_unknown"}


def closed(acme, month, when):
    with acme.connection.transaction():
        acme.connection.execute(
            "insert into billing.closed_periods values (%s, %s, %s)",
            (acme.tenant, f"{month}-01", when),
        )


def test_late_work_is_billable_until_the_look_back_ends(merchant):
    """March was finalised on 5 April; 90 days after it ended is 30 June, 24:00 of 29 June."""
    acme = merchant(CARD)
    acme.work("nothing", 1, order="o0")
    closed(acme, "2026-03", "2026-04-05T00:00Z")
    acme.did("pick_completed", order="o1", units=1, id="in time", recorded="2026-06-30 00:00")
    acme.did("pick_completed", order="o2", units=1, id="late", recorded="2026-06-30 00:01")
    standings = acme.standings()
    assert (standings["in time"], standings["late"]) == ("billed", "beyond_look_back")


def test_work_of_a_month_that_was_never_finalised_is_billable_however_late(merchant):
    acme = merchant(CARD)
    acme.did("pick_completed", units=1, id="late", recorded="2026-12-30 00:00")
    assert acme.standings() == {"late": "billed"}


def test_every_operation_is_billed_or_says_why_not_and_lines_drill_down_to_all_of_them(merchant):
    acme = merchant(TRUSTING)
    for n in range(1, 6):
        acme.did("pick_completed", order=f"o{n}", units=n)
        acme.did("pack_completed", order=f"o{n}", source="shopify" if n % 2 else "wms")
        acme.did("label_purchased", order=f"o{n}", shipment=f"p{n}", charge=COST)
    acme.derive()
    assert acme.rows(
        "select standing, count(*)::int from billing.billable_operations where tenant_id = %s "
        "group by standing", acme.tenant,
    ) == [("billed", 15)]  # fmt: skip
    assert acme.rows(
        "select l.line_key from billing.expected_invoice_lines as l left join ("
        "select billing_period, line_key, sum(unrounded_amount) as amount, count(*) as operations "
        "from billing.line_operations where tenant_id = %s group by billing_period, line_key"
        ") as o using (billing_period, line_key) where l.tenant_id = %s and "
        "(o.amount, o.operations) is distinct from (l.unrounded_amount, l.operation_count)",
        acme.tenant, acme.tenant,
    ) == []  # fmt: skip


def test_any_order_and_batching_of_arrival_gives_the_same_lines_and_twice_is_once(merchant):
    one, other = merchant(TRUSTING), merchant(TRUSTING)

    def facts(acme):
        made = [acme.fact("pick_completed", order=f"o{n % 3}", units=n, id=f"p{n}")
                for n in range(1, 7)]  # fmt: skip
        made += [acme.fact("label_purchased", "2026-03-02 10:00", f"o{n}", shipment=f"s{n}",
                           id=f"l{n}", charge=COST) for n in range(3)]  # fmt: skip
        return [*made, acme.fact("label_voided", "2026-03-05 10:00", "o1", shipment="s1", id="v")]

    one.put(*facts(one))
    for fact in reversed(facts(other)):
        other.put(fact, fact)
        other.derive()
    columns = "charge_code, tier, unit_price, quantity, unrounded_amount, amount, operation_count"
    assert one.lines(columns=columns) == other.lines(columns=columns) == one.lines(columns=columns)
