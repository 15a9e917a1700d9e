"""A row that cannot be understood or stored is isolated; its neighbours never notice."""

from collections.abc import Sequence

import psycopg
import pytest

from e2a.domain.deliveries import Events, RefusedDeliveryError, Source
from e2a.domain.errors import UnknownTenantError
from e2a.warehouse.drain import Reader, drain
from e2a.warehouse.held import dead_letters, keeping
from e2a.warehouse.held.dead_letters import Choice, Due, Kind
from e2a.warehouse.inbox import land, land_chunk
from tests.warehouse.lane import (
    RESOLVED,
    deliver,
    event,
    orders,
    outcomes,
    parse,
    read,
    rows,
    stored,
    tables,
)


def poisoned(**fields):
    """A parser whose event of delivery `bad` has these fields, whatever a model would say."""
    return each(bad=fields)


def each(**faults):
    """A parser with a fault a delivery: an error that it raises, or fields of its event."""

    def parser(delivery):
        found, fault = parse(delivery), faults.get(delivery.delivery_id, {})
        if isinstance(fault, Exception):
            raise fault
        return Events(tuple(one.model_copy(update=fault) for one in found.events))

    return parser


def raising(error):
    return each(bad=error)


POISON = {
    "raises": RuntimeError("our defect"),
    "raises_nul": RuntimeError("at \0 sign"),
    "refuses_surrogate": RefusedDeliveryError("odd", "sign \ud800 here"),
    "nul": {"site": "N\0J"},
    "nul_in_name": {"correlation_id": "x\0"},
    "surrogate": {"channel": "we\ud800b"},
    "overflow": {"quantity": "1e40"},
    "wrong_type": {"occurred_at": "yesterday-ish"},
}


def test_poison_of_every_kind_is_isolated_and_its_neighbours_are_stored(app):
    ids = [id for kind in POISON for id in (f"before_{kind}", kind)]
    read(app, *(deliver(event(id), id=id) for id in ids), parse=each(**POISON))
    assert {row[0] for row in stored(app)} == {f"before_{kind}" for kind in POISON}
    held = {one.delivery_id: one for one in dead_letters.list_(app, Choice())}
    assert set(held) == set(POISON)
    assert all(one.detail for one in held.values())
    app.rollback()
    readers = [Reader(Source.WMS, parse, "v2")]
    assert dead_letters.replay(app, readers, Choice(), RESOLVED).settled == len(POISON)
    assert len(stored(app)) == len(ids)


def test_a_dead_letter_keeps_the_first_cause_when_its_words_cannot_be_stored(app):
    read(app, deliver(event("a"), id="bad"), parse=raising(KeyError("sign \0 \ud800")))
    (held,) = dead_letters.list_(app, Choice())
    assert held.reason == "KeyError"
    assert "sign" in held.detail


def test_the_cause_tells_no_value_of_the_row(app):
    read(app, deliver(event("a"), id="bad"), parse=poisoned(quantity="1e40"))
    (held,) = dead_letters.list_(app, Choice())
    assert (held.reason, held.detail) == ("NumericValueOutOfRange", "numeric field overflow")


def test_several_poison_rows_among_many_leave_the_same_tables_as_if_they_had_not_come(
    app, warehouse
):
    """Bisection, and the neighbours' names, shipments and touched orders too."""
    bad = {7, 8, 40, 99}

    def parser(delivery):
        found = parse(delivery)
        number = int(delivery.delivery_id)
        broken = (one.model_copy(update={"site": "\0"}) for one in found.events)
        return Events(tuple(broken)) if number in bad else found

    deliveries = [
        deliver(event(f"e{n}", order=f"wms:{n}", shipment=f"tracking:{n}"), id=str(n))
        for n in range(100)
    ]
    read(app, *deliveries, parse=parser)
    assert len(stored(app)) == 96
    assert len(orders(app)) == 96
    assert sorted(d.delivery_id for d in dead_letters.list_(app, Choice())) == sorted(map(str, bad))


def test_a_fault_of_the_database_is_no_row_s_fault(app, monkeypatch):
    def down(*given):
        raise psycopg.OperationalError("the server closed the connection")

    monkeypatch.setattr(keeping.storing, "store", down)
    with pytest.raises(psycopg.OperationalError):
        read(app, deliver(event("a")))


def _arrive(app, *deliveries):
    """By the gateway, which does not know what an operator has described."""
    with app.transaction():
        land_chunk(app, deliveries)
    return drain(app, Reader(Source.WMS, parse, "v1"))


def _load(app, tenant):
    app.execute(
        "insert into reference.tenants (tenant_id, name, billing_zone, currency, active_from) "
        "select %s, name, billing_zone, currency, active_from from reference.tenants limit 1",
        (tenant,),
    )
    app.commit()


def test_a_row_of_an_unknown_tenant_waits_and_its_neighbours_do_not(app):
    _arrive(app, deliver(event("a"), tenant="newcomer"), deliver(event("b")))
    assert outcomes(app) == [("waiting", "unknown_tenant"), ("canonical", None)]
    assert [row[0] for row in stored(app)] == ["b"]


def test_it_is_resolved_when_its_tenant_is_loaded_and_known_from_then_on(app):
    _arrive(app, deliver(event("a"), tenant="newcomer"), deliver(event("b"), tenant="other"))
    readers = [Reader(Source.WMS, parse, "v1")]
    assert dead_letters.resolve_waiting(app, readers, RESOLVED).rows == 0
    _load(app, "newcomer")
    assert dead_letters.due(app, RESOLVED) == Due(0, 1)
    app.rollback()
    done = dead_letters.resolve_waiting(app, readers, RESOLVED)
    assert (done.rows, done.settled) == (1, 1)
    assert stored(app) == [("a", None, RESOLVED)]
    waiting = dead_letters.list_(app, Choice(Kind.WAITING))
    assert [held.tenant_id for held in waiting] == ["other"]


def test_a_command_refuses_an_unknown_tenant_at_once(app):
    with pytest.raises(UnknownTenantError):
        land(app, [deliver(event("a"), tenant="newcomer")])


def test_an_event_whose_order_is_not_known_yet_is_canonical_and_joins_later(app):
    """A fulfilment order's event names no order; the link comes with another event."""
    read(app, deliver(event("hold", "hold_placed", "shopify_fo:7", hold_id="h", reason="r")))
    assert outcomes(app) == [("canonical", None)]
    assert orders(app) == {"shopify_fo:7": "shopify_fo:7"}
    read(app, deliver(event("made", "order_created", "shopify:1", aliases=["shopify_fo:7"])))
    assert orders(app)["shopify_fo:7"] == "shopify:1"


def test_reading_poison_again_changes_nothing_but_its_attempts(app):
    parser = poisoned(site="\0")
    read(app, deliver(event("a")), deliver(event("b"), id="bad"), parse=parser)
    before = tables(app)
    readers = [Reader(Source.WMS, parser, "v1")]
    dead_letters.replay(app, readers, Choice(), RESOLVED)
    changed: Sequence[str] = [name for name, kept in tables(app).items() if kept != before[name]]
    assert changed == ["landing.dead_letters"]
    assert rows(app, "select attempts from landing.dead_letters") == [(2,)]
