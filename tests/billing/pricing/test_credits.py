"""SLA credits: promises of the month, bands, base and cap (B12, C12, C15, C17)."""

from datetime import timedelta

import pytest

from tests.billing.pricing.merchant import at, card

BANDS = """\
bands: [ { from_percent: 0, pays_percent: 15 }, { from_percent: 94, pays_percent: 10 },
             { from_percent: 96, pays_percent: 5 } ]"""
CREDIT = card(
    """
pick_pack: { operation: vas, code: pick_pack, model: per_unit, price: 0.01 }
storage: { operation: vas, code: storage, model: per_unit, price: 0.01 }
freight: { operation: label, model: pass_through, markup_percent: 0 }
""",
    more=f"""\
  sla_credit:
    stage: ship
    target_percent: 98
    {BANDS}
    base: [pick_pack]
    cap_percent: 10
""",
)
SLA = """\
- valid_from: 2020-01-01
  excusals: [merchant]
  stages: { ship: { from: received, within_minutes: 60 } }
"""


def shipped(acme, orders, minutes, *, start=0, when="2026-03-02 09:00", excused=False):
    """So many orders that left so many minutes after they came; None never left."""
    made = []
    for n in range(start, start + orders):
        made.append(acme.fact("order_created", when, f"s{n}", units=1))
        if minutes is not None:
            left = f"{at(when) + timedelta(minutes=minutes):%Y-%m-%d %H:%M}"
            made.append(acme.fact("shipped", left, f"s{n}", units=1))
        if excused:
            said = {"promise": "ship", "approver": "an approver"}
            made.append(acme.fact("sla_excused", when, f"s{n}", reason="merchant", attributes=said))
    acme.put(*made)


def credit(acme, month="2026-03"):
    found = acme.lines(
        month, "amount::float, unrounded_amount::float, evidence", "kind = 'sla_credit'"
    )
    return found[0] if found else None


def test_p17_a_month_below_its_target_pays_by_its_band(merchant):
    """1,188 met, 52 broken of which 20 are excused: 97.3770 % pays 5 % of 4,862.35."""
    acme = merchant(CREDIT, sla=SLA)
    acme.work("pick_pack", 486235)
    acme.work("storage", 115000, order="o2")
    shipped(acme, 1188, 60)
    shipped(acme, 32, 61, start=2000)
    shipped(acme, 20, None, start=3000, excused=True)
    amount, exact, evidence = credit(acme)
    assert (amount, exact) == (-243.12, -243.1175)
    assert (evidence["met"], evidence["breached"], evidence["excused"]) == (1188, 32, 20)
    assert str(evidence["percent"]).startswith("97.3770")
    assert (evidence["from_percent"], evidence["pays_percent"], evidence["cap"]) == (96, 5, 601.24)


@pytest.mark.parametrize(
    ("met", "broken", "pays"),
    [(98, 2, None), (97, 3, 5), (96, 4, 5), (95, 5, 10), (94, 6, 10), (93, 7, 15), (0, 3, 15)],
)
def test_a_band_includes_its_lower_end_and_the_target_pays_nothing(merchant, met, broken, pays):
    acme = merchant(CREDIT.replace("cap_percent: 10", "cap_percent: 100"), sla=SLA)
    acme.work("pick_pack", 10000)
    shipped(acme, met, 10)
    shipped(acme, broken, None, start=1000)
    found = credit(acme)
    assert (found and -found[0]) == pays


def test_the_percentage_is_compared_unrounded(merchant):
    """479 of 499 is 95.992 %, which a whole percentage would take for 96."""
    acme = merchant(CREDIT, sla=SLA)
    acme.work("pick_pack", 10000)
    shipped(acme, 479, 10)
    shipped(acme, 20, 61, start=1000)
    assert credit(acme)[2]["pays_percent"] == 10


def test_a_credit_is_capped_by_the_months_service_fees(merchant):
    acme = merchant(CREDIT.replace("cap_percent: 10", "cap_percent: 5"), sla=SLA)
    acme.work("pick_pack", 10000)
    acme.work("storage", 10000, order="o2")
    cost = {"code": "label", "amount": "999.00", "currency": "USD"}
    acme.did("label_purchased", order="o3", shipment="p1", charge=cost)
    shipped(acme, 1, None)
    assert credit(acme)[:2] == (-10.0, -15.0)


def test_a_promise_belongs_to_the_month_of_its_deadline_in_the_billing_zone(merchant):
    """Due at 00:30 of April in New York, asked for in March."""
    acme = merchant(CREDIT, sla=SLA, zone="America/New_York")
    acme.work("pick_pack", 10000, "2026-03-10 12:00")
    acme.work("pick_pack", 10000, "2026-04-10 12:00")
    shipped(acme, 1, 61, when="2026-04-01 03:30")
    assert credit(acme, "2026-03") is None
    assert credit(acme, "2026-04")[0] == -10.0


def test_an_order_that_is_cancelled_before_its_deadline_is_not_counted(merchant):
    acme = merchant(CREDIT, sla=SLA)
    acme.work("pick_pack", 10000)
    shipped(acme, 1, None)
    acme.did("order_cancelled", "2026-03-02 10:00", "s0")
    assert credit(acme) is None


def test_news_about_a_promise_derives_the_month_of_its_deadline_anew(merchant):
    """Nothing of the order is billed in that month; the late scan only mends the promise."""
    acme = merchant(CREDIT, sla=SLA)
    acme.work("pick_pack", 10000)
    shipped(acme, 1, None)
    assert credit(acme)[0] == -10.0
    acme.did("shipped", "2026-03-02 09:30", "s0", units=1, recorded="2026-05-04 08:00")
    assert credit(acme) is None


def test_as_of_an_instant_only_deadlines_that_have_passed_are_counted(merchant):
    acme = merchant(CREDIT, sla=SLA)
    acme.work("pick_pack", 10000)
    shipped(acme, 1, None)
    acme.derive()
    query = (
        "select count(*)::int from billing.expected_invoice_lines_as_of "
        "where tenant_id = %s and kind = 'sla_credit'"
    )
    for instant, lines in (("2026-03-02T10:00:00Z", 0), ("2026-03-02T10:00:01Z", 1)):
        with acme.connection.transaction():
            acme.connection.execute("select set_config('e2a.as_of', %s, true)", (instant,))
            assert acme.rows(query, acme.tenant) == [(lines,)]
