"""A note about one order never names another: not its number, not its customer."""

from dataclasses import replace

import pytest

from e2a.analyst.scripted.answering import good_answer
from e2a.domain.errors import RefusedError
from e2a.sla.narration.deciding import Decision, edit
from tests.sla.narration.conftest import saying
from tests.sla.narration.test_deciding import AT
from tests.sla.orders import LATER, PAID, paid, put
from tests.warehouse.lane import event

DANA = {
    "customer": {"first_name": "Dana", "last_name": "Levi", "phone": "+1 415 555 2671"},
    "shipping_address": {"address1": "12 Herzl Street", "city": "Haifa"},
}


def bought(number, **person):
    """Order `number` of a person."""
    return [{**one, "fragment": {"n": number, **person}} for one in paid(number)]


@pytest.fixture
def two(desk):
    """Order 70077 of Dana Levi, which is not asked about, and order 70088, which is."""
    desk.breach(events=[*bought(70077, **DANA), *bought(70088)])
    desk.app.execute("delete from sla.unnarrated where order_id = 'wms:70077'")
    desk.app.commit()
    return desk


def also_saying(field, said):
    """A provider that answers well, and adds to a field."""
    return lambda seen: saying(**{field: f"{good_answer(seen.user)[field]} {said}"})(seen)


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("client_note", "It left with Dana Levi."),
        ("ops_note", "The same is true of DANA  LEVI."),
        ("reasoning", "It is as with the order of Dana Levi."),
    ],
)
def test_a_note_that_names_the_customer_of_another_order_is_refused(two, field, said):
    two.provider.script = also_saying(field, said)
    assert two.ask().by_rules == {"leak": 1}


def test_a_note_that_names_another_order_is_refused(desk):
    desk.breach(events=[*paid(70077, aliases=["shopify:TOPAZ"]), *bought(70088)])
    desk.provider.script = also_saying("ops_note", "So is Topaz.")
    desk.ask(settings=replace(desk.settings, at_once=1))
    assert ("wms:70088", "rules", "leak") in desk.explained()


def test_a_name_that_an_order_was_given_after_its_exception_opened_is_known_too(two):
    known = {"occurred_at": PAID, "aliases": ["shopify:TOPAZ"]}
    put(two.app, event("again", "order_paid", "wms:70077", **known))
    two.provider.script = also_saying("ops_note", "So is Topaz.")
    assert two.ask().by_rules == {"leak": 1}


def test_two_orders_of_one_customer_are_explained(desk):
    desk.breach(events=[*bought(70077, **DANA), *bought(70088, **DANA)])
    assert desk.ask().by_model == 2


def test_a_customer_called_by_words_of_every_note_silences_nobody(desk):
    named = {"customer": {"first_name": "Your", "last_name": "Order"}}
    desk.breach(events=[*bought(70077, **named), *bought(70088)])
    assert "leak" not in desk.ask().by_rules
    assert ("wms:70088", "model", None) in desk.explained()


def test_a_person_cannot_let_another_orders_customer_stand_either(two):
    ((exception,),) = two.rows(
        "select exception_id::text from sla.exceptions where order_id = 'wms:70088'"
    )
    ((draft,),) = two.rows("select client_draft from sla.explanations where order_id = 'wms:70088'")
    with pytest.raises(RefusedError, match="other_ids"):
        edit(
            two.app, Decision(exception, "ann", "warmer", AT, as_of=LATER),
            f"{draft} It left with Dana Levi.", is_anyway=True,
        )  # fmt: skip
