"""A webhook that comes after its fact was pulled: two records, and the same verdicts."""

from e2a.warehouse.scope import refresh
from tests.pull.shop import arrive, fulfillment, identities, order, pulled, shop, webhook
from tests.warehouse.lane import rows

PAID_AT = "2026-05-04T02:30:00Z"
SALE = {"status": "success", "kind": "sale", "processed_at": PAID_AT}


def clocks(connection):
    """The latest of each promise, without versions and when it became known."""
    refresh(connection)
    return rows(
        connection,
        "select stage, instance, started_at, due_at, completed_at, inferred, units, shipments "
        "from sla.clocks order by 1, 2",
    )


def test_it_changes_no_verdict(modelled):
    """That two records of one parcel are billed once is proved where prices are (B17)."""
    sent = fulfillment(7, of=1)
    whole = order(1, financial_status="paid", fulfillments=[sent])
    with shop([whole], transactions=[SALE]) as server:
        assert pulled(modelled, server)[0].landed == 3
    before = clocks(modelled)
    assert before
    arrive(
        modelled,
        webhook("orders/create", order(1), "w1"),
        webhook("orders/paid", whole, "w2", x_shopify_triggered_at=PAID_AT),
        webhook("fulfillments/create", sent, "w3"),
    )
    assert len(identities(modelled)) == 6, "each is a record of its own"
    assert clocks(modelled) == before
