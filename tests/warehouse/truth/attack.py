"""An attacker in the streamed tables: who has the owner's rights and leaves no event."""

from e2a.warehouse.connection import Role
from e2a.warehouse.scope import refresh
from tests.sla.orders import done, paid, put

LATE_BY_A_SECOND = (
    "update sla.verdicts set due_at = due_at + interval '1 second' "
    "where ctid = (select min(ctid) from sla.verdicts where order_id = 'wms:1')"
)
A_ROW_LESS = "delete from sla.clock_segments where order_id = 'wms:2' and stage = 'pick'"
A_ROW_MORE = (
    "insert into billing.billable_operations "
    'select (jsonb_populate_record(o, \'{"operation_key": "invented"}\')).* '
    "from billing.billable_operations as o limit 1"
)
A_CENT_MORE = "update billing.expected_invoice_lines set amount = amount + 0.01"
AN_ORDER_OF_NOBODY = (
    "insert into orders.timeline "
    'select (jsonb_populate_record(t, \'{"order_id": "nobody"}\')).* '
    "from orders.timeline as t limit 1"
)


def live_through(connection, orders=3):
    """Some orders, picked, packed and billed, with lines of their month."""
    for n in range(1, orders + 1):
        put(connection, *paid(n), done("picked", 30 + n, n), done("packed", 100, n))
    settle_lines(connection)


def settle_lines(connection):
    """What a pass does before it invoices."""
    refresh(connection)
    with connection.transaction():
        connection.execute("select ops.refresh_expected_invoice_lines()")


def plant(built, *statements):
    with built.connect(Role.OWNER) as owner:
        for statement in statements:
            assert owner.execute(statement).rowcount >= 1, statement
