"""A breach leaves the count by two people's consent, and comes back when that is withdrawn."""

import psycopg
import pytest

from e2a.domain.errors import BadInputError
from e2a.domain.exceptions import Promise, Status
from e2a.sla.exceptions import Request, excuse, find_excusal, move, shown, sync, withdraw
from e2a.warehouse.as_of import ask
from e2a.warehouse.connection import Role
from tests.sla.orders import LATER, WMS, after, done, episodes, history, paid, put, the_one
from tests.warehouse.lane import rows

SOON = after(200)


def request(**changed):
    given = {
        "tenant": "demo-3pl", "order": "wms:1", "promise": Promise("pick"), "author": "ann",
        "reason": "force_majeure", "approver": "bob", "note": "the river was in the aisle",
    }  # fmt: skip
    return Request(**{**given, **changed})


@pytest.fixture
def late(modelled):
    """A database with one late order, whose exception is open."""
    put(modelled, *paid())
    sync(modelled, LATER)
    return modelled


def excused(connection, at=SOON):
    with connection.transaction():
        ask(connection, at)
        return connection.execute("select excused from sla.breaches").fetchall()


def landed(connection):
    return rows(
        connection,
        "select event_type, reason, attributes ->> 'promise', attributes ->> 'approver' "
        "from landing.order_events where source_event_id like 'excusal:%%' order by recorded_at",
    )


def test_an_excusal_shows_in_the_breaches_and_closes_the_episode_when_the_command_returns(late):
    assert excused(late) == [(False,)]
    excusal, in_effect = excuse(late, WMS, request(), SOON)
    assert in_effect
    assert excused(late) == [(True,)]
    assert episodes(late) == [("pick#1", "CLOSED", "excused")]
    assert landed(late) == [("sla_excused", "force_majeure", "pick", "bob")]
    (kept,) = shown(late, the_one(late))["excusals"]
    assert (kept["author"], kept["approver"], kept["excusal_id"]) == (
        "ann", "bob", excusal.excusal_id,
    )  # fmt: skip


def test_a_withdrawn_excusal_counts_again_and_opens_the_same_episode(late):
    first = the_one(late)
    move(late, first, Status.ACKNOWLEDGED, "ann", LATER)
    excusal, _ = excuse(late, WMS, request(), SOON)
    withdrawn, in_effect = withdraw(late, WMS, excusal, "carol", after(210))
    assert in_effect
    assert (withdrawn.withdrawn_at, withdrawn.withdrawn_by) == (after(210), "carol")
    assert excused(late, after(211)) == [(False,)]
    assert the_one(late) == first
    assert episodes(late) == [("pick#1", "OPEN", None)]
    assert [to for to, _ in history(late)] == ["OPEN", "ACKNOWLEDGED", "CLOSED", "OPEN"]


def test_excusing_and_withdrawing_twice_are_excusing_and_withdrawing_once(late):
    once = excuse(late, WMS, request(), SOON)
    assert excuse(late, WMS, request(), after(205)) == once
    gone = withdraw(late, WMS, once[0], "carol", after(210))
    assert withdraw(late, WMS, once[0], "dave", after(215)) == gone
    assert [type for type, *_ in landed(late)] == ["sla_excused", "event_voided"]
    assert len(rows(late, "select from sla.excusals")) == 1


def test_a_withdrawn_excusal_may_be_decided_anew(late):
    excusal, _ = excuse(late, WMS, request(), SOON)
    withdraw(late, WMS, excusal, "carol", after(210))
    excuse(late, WMS, request(reason="merchant"), after(220))
    assert excused(late, after(221)) == [(True,)]
    assert len(rows(late, "select from sla.excusals")) == 2


@pytest.mark.parametrize("approver", ["ann", " Ann ", "ANN"])
def test_nobody_approves_their_own_excusal(late, approver):
    with pytest.raises(BadInputError, match="cannot approve an excusal of their own"):
        excuse(late, WMS, request(approver=approver), SOON)
    with pytest.raises(psycopg.errors.CheckViolation, match="another_approves"):
        late.execute(
            "insert into sla.excusals (tenant_id, excusal_id, order_id, promise, reason, author, "
            "approver, excused_at) values ('demo-3pl', gen_random_uuid(), 'wms:1', 'pick#1', "
            "'merchant', 'ann', %s, now())",
            (approver,),
        )
    late.rollback()
    assert excused(late) == [(False,)]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"reason": " "}, "needs a reason"),
        ({"approver": ""}, "cannot be the approver"),
        ({"order": "wms:9"}, "has no order 'wms:9'"),
        ({"promise": Promise("pick", 2)}, "has no promise pick#2"),
        ({"tenant": "nordic-beauty"}, "nordic-beauty has no order 'wms:1'"),
    ],
)
def test_what_cannot_be_excused_is_refused_and_leaves_nothing(late, changed, sentence):
    with pytest.raises(BadInputError, match=sentence):
        excuse(late, WMS, request(**changed), SOON)
    assert rows(late, "select from sla.excusals") == landed(late) == []


def test_only_reasons_that_the_pinned_policy_names_excuse(built, late):
    set_excusals(built, ["weather"])
    try:
        with pytest.raises(BadInputError, match=r"is not excused by 'force_majeure'\. It is by"):
            excuse(late, WMS, request(), SOON)
        assert excuse(late, WMS, request(reason="Weather"), SOON)[1]
    finally:
        set_excusals(built, [])


def set_excusals(built, reasons):
    with built.connect(Role.OWNER) as owner:
        owner.execute(
            "update reference.sla_policies set excusals = %s where tenant_id = 'demo-3pl'",
            (reasons,),
        )


def test_another_excusal_of_an_excused_promise_is_refused_with_the_way_out(late):
    excusal, _ = excuse(late, WMS, request(), SOON)
    way_out = f"e2a exceptions withdraw {str(excusal.excusal_id)[:8]}"
    with pytest.raises(BadInputError, match=way_out):
        excuse(late, WMS, request(reason="merchant"), after(205))


def test_a_decision_and_its_delivery_are_one_transaction(late):
    excuse(late, WMS, request(), SOON)
    ((decided, landed),) = rows(
        late,
        "select x.xmin::text, i.xid::text from sla.excusals as x inner join landing.inbox as i "
        "on i.tenant_id = x.tenant_id and i.delivery_id = 'excusal:' || x.excusal_id",
    )
    assert decided == landed


def test_what_an_older_transaction_delays_is_said_and_finished_by_the_same_command(built, late):
    """Also what a command that dies between its decision and its end leaves behind."""
    with built.connect(Role.APP) as other:
        other.execute("select pg_current_xact_id()")
        excusal, in_effect = excuse(late, WMS, request(), SOON)
        assert not in_effect
        assert excused(late) == [(False,)]
    assert excuse(late, WMS, request(), after(205)) == (excusal, True)
    assert excused(late) == [(True,)]
    assert len(landed(late)) == 1


def test_a_promise_may_be_excused_before_it_breaks_and_then_opens_nothing(modelled):
    put(modelled, *paid(), at=after(5))
    excuse(modelled, WMS, request(), after(10))
    sync(modelled, SOON)
    assert excused(modelled) == [(True,)]
    assert episodes(modelled) == []


def test_an_order_is_excused_by_any_of_its_names(late):
    put(late, done("pick_started", 185) | {"aliases": [{"namespace": "shopify", "value": "7"}]})
    sync(late, LATER)
    excusal, _ = excuse(late, WMS, request(), SOON)
    assert excusal.order_id == "shopify:7"
    assert excused(late) == [(True,)]


def test_an_excusal_is_found_by_the_beginning_of_its_id(late):
    excusal, _ = excuse(late, WMS, request(), SOON)
    assert find_excusal(late, str(excusal.excusal_id)[:8]) == excusal
    with pytest.raises(BadInputError, match="There is no excusal"):
        find_excusal(late, str(excusal.excusal_id), "nordic-beauty")
