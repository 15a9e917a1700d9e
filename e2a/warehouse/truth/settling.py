"""Which orders are proven: struck off `ops.unproven_orders` unless they were derived since."""

from collections.abc import Mapping, Sequence, Set

from e2a.warehouse.truth.shadow import Connection

Order = tuple[str, str]
NEVER = -1
"""In the place of the news of an order that waits for no proof."""


def seen_touches(live: Connection, orders: Sequence[Order]) -> dict[Order, int]:
    """The news that each order waiting for its proof had when it was read."""
    given = {"tenants": [t for t, _ in orders], "orders": [o for _, o in orders]}
    rows = live.execute(_SEEN, given).fetchall()
    return {(tenant, order): touch for tenant, order, touch in rows}


def settle(
    desk: Connection,
    orders: Sequence[Order],
    seen: Mapping[Order, int],
    differing: Set[Order],
    *,
    final: bool,
) -> None:
    """Strike off the orders that are equal; those that differ wait for another look.

    Args:
        desk: within a transaction.
        orders: those that were compared.
        seen: the news that was read of them.
        differing: those of which a row differs.
        final: whether that is now certain, so that they are marked for mending.
    """
    equal = [order for order in orders if order in seen and order not in differing]
    desk.execute(_STRIKE_OFF, _arrays(equal, seen))
    if differing:
        desk.execute(_KEEP, _arrays(sorted(differing), seen) | {"differs": final})


def _arrays(orders: Sequence[Order], seen: Mapping[Order, int]) -> dict[str, object]:
    return {
        "tenants": [tenant for tenant, _ in orders],
        "orders": [order for _, order in orders],
        "touches": [seen.get(order, NEVER) for order in orders],
    }


_SEEN = """
select u.tenant_id, u.order_id, u.touch
from ops.unproven_orders as u
inner join unnest(%(tenants)s::text[], %(orders)s::text[]) as o (tenant_id, order_id)
    on o.tenant_id = u.tenant_id and o.order_id = u.order_id
"""

_COMPARED = """
unnest(%(tenants)s::text[], %(orders)s::text[], %(touches)s::bigint[])
as o (tenant_id, order_id, touch)
"""

_STRIKE_OFF = f"""
delete from ops.unproven_orders as u using {_COMPARED}
where u.tenant_id = o.tenant_id and u.order_id = o.order_id and u.touch <= o.touch
"""

# Derived meanwhile: then what differed was replaced, and nothing is certain.
_KEEP = f"""
insert into ops.unproven_orders as u (tenant_id, order_id, touch, differs)
select o.tenant_id, o.order_id, o.touch, %(differs)s from {_COMPARED}
on conflict (tenant_id, order_id) do update set differs = excluded.differs
where u.touch <= excluded.touch
"""
