"""Tests made from a policy's thresholds, and the wrongs that they are to notice."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from e2a.domain.policy_text import from_documents
from e2a.review.generating.clocks import UNHEARD_OF, begin
from e2a.review.generating.credits import shares
from e2a.review.generating.made import make, make_money
from e2a.review.generating.moments import moments
from e2a.review.generating.money import bill
from e2a.review.given import documents_of, text_of
from e2a.review.mutants import mutants
from e2a.review.score import Score, Suite, score
from tests.review.conftest import TODAY, policy

SMALL = {
    "tenant": {
        "tenant": "made", "name": "Made", "billing_zone": "America/New_York",
        "sites": {"JFK1": {"zone": "America/New_York", "calendar": "always"}},
        "calendars": {"always": {"open": "always"}},
    },
    "sla": [
        {
            "valid_from": date(2025, 1, 1),
            "pauses": ["incorrect_address"],
            "stages": {"pick": {"from": "released", "within_minutes": 120}},
        }
    ],
    "rates": documents_of(policy())["rates"][1:],
}  # fmt: skip


def test_clocks_are_tried_on_the_days_that_go_wrong():
    tried = dict(moments(date(2026, 1, 1), ZoneInfo("America/New_York")))
    assert tried["clocks-forward"] == datetime(2026, 3, 8, 1, 0, tzinfo=UTC)
    assert tried["clocks-back"] == datetime(2026, 11, 1, 0, 0, tzinfo=UTC)
    assert tried["month-end"] == datetime(2026, 2, 1, 4, 59, tzinfo=UTC)
    assert tried["leap-day"].date() == date(2028, 2, 29)
    assert set(dict(moments(date(2026, 1, 1), ZoneInfo("UTC")))).isdisjoint({"clocks-forward"})


def test_every_promise_of_every_policy_is_tried_around_its_version_and_its_cut_off():
    documents = documents_of(policy())
    clocks, begun = begin(from_documents("acme", documents), TODAY)
    promises = {(one.place.entry.policy, one.promise.stage) for one in begun}
    entries = documents["sla"]
    assert promises == {(entry["policy"], stage) for entry in entries for stage in entry["stages"]}
    assert {"version-before", "version-on", "cut-off-on"} <= {one.moment for one in begun}
    assert len(clocks.questions) == len(clocks.asked) == len(begun)


def test_each_kind_of_wrong_finds_its_places():
    names = " ".join(mutant.name for mutant in mutants(documents_of(policy())))
    for kind in (
        "within_minutes plus 1", "no longer includes its edge", "cut_off a minute later",
        "change places", "dropped (express)", "in Asia/Kolkata", "rounding becomes half_even",
        "up_to minus 1", "owner becomes", "precedence plus 10",
    ):  # fmt: skip
        assert kind in names, kind


def test_the_original_is_left_as_it_is():
    documents = documents_of(policy())
    before = text_of([documents])
    assert len([*mutants(documents)]) > 50
    assert text_of([documents]) == before


def test_scores_join_what_either_set_of_tests_noticed():
    one = Score(("r",), ("a",), ("b", "c"), ("m",))
    other = Score(("r",), ("b", "m"), ("a", "c"))
    assert one | other == Score(("r",), ("a", "b", "m"), ("c",))
    assert (one | other).rate == 0.75


def test_made_tests_pass_on_their_policy_and_notice_nearly_every_wrong_in_it(engine):
    made = make(engine, SMALL, TODAY)
    assert [r.wrong for r in engine.judge([frozen.written for frozen in made])] == [[], []]
    text = text_of([frozen.scenario for frozen in made])
    assert "state: met" in text
    assert "state: breached" in text
    assert UNHEARD_OF in text
    told = score(engine, SMALL, Suite([frozen.scenario for frozen in made]))
    assert told.alive == ()
    assert any("no longer includes its edge" in name for name in told.killed)
    assert told.untried


RATES = [
    {
        "valid_from": date(2026, 1, 1), "currency": "USD", "rounding": "half_up",
        "limits": {"per_finding": 50, "total": 100, "total_percent": 5},
        "order": {"minimum": Decimal("0.50"), "multipliers": [{"flag": "rush", "factor": 2}]},
        "charges": {
            "pick": {"operation": "pick", "model": "per_operation", "price": Decimal("0.30")},
            "gifts": {
                "operation": "vas", "code": "gift_wrap", "model": "graduated",
                "tiers": [{"up_to": 10, "price": 2}, {"price": 1}],
            },
            "freight": {"operation": "label", "model": "pass_through", "markup_percent": 8},
        },
    },
    {
        "valid_from": date(2026, 7, 1), "currency": "USD", "rounding": "half_up",
        "limits": {"per_finding": 50, "total": 100, "total_percent": 5},
        "charges": {"pick": {"operation": "pick", "model": "first_unit", "price": 1}},
    },
]  # fmt: skip


def test_every_card_is_tried_in_months_of_its_own_around_each_bound():
    documents = {**SMALL, "rates": RATES}
    work = bill(from_documents("made", documents), TODAY)
    months = [question["invoice"]["month"] for question in work.questions]
    assert months == ["2026-01", "2026-02", "2026-03", "2026-04", "2026-07", "2026-08"]
    wrapped = [event["quantity"] for event in work.events if event["type"] == "vas_performed"]
    assert wrapped == [1, 1, 3, 10, 11]  # the first of them on an order of all work
    assert {"rush"} == {flag for event in work.events for flag in event.get("flags", ())}


CREDITED = {
    **RATES[1], "valid_from": date(2026, 1, 1),
    "sla_credit": {
        "stage": "pick", "target_percent": 98, "cap_percent": 10, "base": ["pick"],
        "bands": [{"from_percent": 96, "pays_percent": 5}, {"from_percent": 0, "pays_percent": 15}],
    },
}  # fmt: skip


def test_a_credit_is_tried_on_each_bound_and_one_order_beyond_it():
    documents = {**SMALL, "rates": [CREDITED]}
    card = from_documents("made", documents).rates[0]
    assert shares(card.sla_credit) == [(100, n) for n in (0, 2, 3, 4, 5, 100)]


def test_made_invoices_notice_every_wrong_in_a_credit_that_its_cap_does_not_hide(engine):
    documents = {**SMALL, "rates": [CREDITED]}
    made = make_money(engine, documents, TODAY)
    lines = [line for answer in made[0].answers for line in answer["lines"]]
    credited = [str(line["amount"]) for line in lines if line["kind"] == "sla_credit"]
    assert credited == ["-4.9", "-4.85", "-9.6", "-0.1"]  # the cap cuts the last two
    told = score(engine, documents, Suite([], [frozen.scenario for frozen in made]))
    about = {name for name in (*told.killed, *told.alive) if "credit" in name or "bands" in name}
    assert len(about) > 6
    # What the cap cuts anyway does not show: 15 percent or 16, ten are paid.
    assert {name.rpartition(" ")[0] for name in about & set(told.alive)} == {
        "rates/0/sla_credit/bands/1/pays_percent plus",
        "rates/0/sla_credit/bands/1/pays_percent minus",
    }


def test_made_invoices_pass_on_their_cards_and_notice_nearly_every_wrong_in_them(engine):
    documents = {**SMALL, "rates": RATES}
    made = make_money(engine, documents, TODAY)
    assert [r.wrong for r in engine.judge([frozen.written for frozen in made])] == [[]]
    told = score(engine, documents, Suite([], [frozen.scenario for frozen in made]))
    # No charge of these comes to half a cent, so rounding cannot show.
    alive = [name for name in told.alive if name.startswith("rates") and "rounding" not in name]
    # A price that the order's minimum hides is not noticed: 0.30 or 0.31, it costs 0.50.
    assert {name.rpartition(" ")[0] for name in alive} <= {
        f"rates/0/charges/pick/price {word}" for word in ("plus", "minus")
    }
    assert any("up_to minus 1" in name for name in told.killed)
    assert any("factor" in name for name in told.killed)
