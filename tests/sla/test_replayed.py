"""A replayed event ends in the same latest state as if it had never failed (C19: known later)."""

from datetime import timedelta

from e2a.domain.deliveries import Source
from e2a.warehouse.drain import Reader
from e2a.warehouse.held import dead_letters
from e2a.warehouse.held.dead_letters import Choice
from e2a.warehouse.scope import refresh
from tests.sla.orders import LATER, done, paid
from tests.warehouse.lane import deliver, parse, read, rows

LATEST = {
    "sla.clocks": "- 'known_from'",
    "orders.timeline": "- 'first_known_at' - 'last_known_at'",
    "billing.priced_operations": "- 'recorded_at'",
}
"""What is the latest, less when it became known."""


def state(connection, n):
    """The latest rows of an order, its own names left out."""
    found = {}
    for table, less in LATEST.items():
        told = rows(
            connection,
            f"select replace((to_jsonb(t) {less} - 'version')::text, 'wms:{n}', 'wms:_') "
            f"from {table} as t where order_id = 'wms:{n}' order by 1",
        )
        found[table] = [row[0].replace(f"/{n}", "/_") for row in told]
    return found


def life(n):
    return [
        deliver(*paid(n), id=f"paid/{n}", at=LATER),
        deliver(done("picked", 60, n), id=f"picked/{n}", at=LATER),
        deliver(done("packed", 90, n), id=f"packed/{n}", at=LATER),
        deliver(done("shipped", 170, n), id=f"shipped/{n}", at=LATER),
    ]


def test_the_latest_verdicts_and_prices_are_as_if_it_had_not_failed(modelled):
    """Of three orders another row failed each; nothing of the fourth did."""
    failing = {"paid/1", "picked/2", "shipped/3"}

    def faulty(delivery):
        if delivery.delivery_id in failing:
            raise ZeroDivisionError
        return parse(delivery)

    read(modelled, *(one for n in (1, 2, 3, 4) for one in life(n)), parse=faulty)
    refresh(modelled)
    healthy = state(modelled, 4)
    assert all(healthy.values())
    assert all(state(modelled, n) != healthy for n in (1, 2, 3)), "the fault has not fired"
    readers = [Reader(Source.WMS, parse, "v1")]
    done = dead_letters.replay(modelled, readers, Choice(), LATER + timedelta(days=1))
    assert (done.rows, done.settled) == (3, 3)
    refresh(modelled)
    assert [state(modelled, n) for n in (1, 2, 3, 4)] == [healthy] * 4
