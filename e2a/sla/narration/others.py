"""Other orders of a tenant: what an answer about one of its orders must not say of them.

Of the orders that are asked about together, and of those whose exceptions are the tenant's newest
open ones; what counts of each is in `e2a.domain.analysis.others`. Never sent; only looked for.
"""

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from itertools import islice
from typing import Any

import psycopg

from e2a.analyst.prompts import load
from e2a.domain.analysis.others import MOST, giveaways, words_of
from e2a.domain.privacy import personal_values

OrderKey = tuple[str, str]


class Others:
    """What gives each of some orders away.

    Args:
        telling: by tenant and order.
    """

    def __init__(self, telling: Mapping[OrderKey, frozenset[str]]) -> None:
        self._telling = telling

    def than(self, mine: OrderKey) -> tuple[str, ...]:
        """Of the same tenant's other orders, but for what is this order's as well."""
        own = self._telling.get(mine, frozenset())
        found = (
            value
            for (tenant, order), values in self._telling.items()
            if tenant == mine[0] and order != mine[1]
            for value in sorted(values - own)
        )
        return tuple(dict.fromkeys(islice(found, MOST)))


def others(connection: psycopg.Connection[Any]) -> Others:
    """Of the orders in the table `asked`, and those that lie beside them on the tenant's desk.

    Args:
        connection: as `e2a_app`, in the transaction that has filled `asked`.
    """
    telling: defaultdict[OrderKey, set[str]] = defaultdict(set)
    for tenant, order, names, fragments in connection.execute(_NEAR):
        personal = {value for fragment in fragments for value in personal_values(fragment)}
        telling[tenant, order] |= {*giveaways(names, sorted(personal), _ordinary())}
    return Others({key: frozenset(values) for key, values in telling.items()})


@cache
def _ordinary() -> frozenset[str]:
    return words_of(load("breach_narrative").system)


# An exception keeps the id that its order had when it was opened; names are found by today's.
_NEAR = """
with near as (
    select distinct tenant_id, order_id, 0 as distance from asked
    union all
    select x.tenant_id, x.order_id, 1
    from (select distinct tenant_id from asked) as t
    cross join lateral (
        select e.tenant_id, e.order_id from sla.exceptions as e
        where e.tenant_id = t.tenant_id and e.status <> 'CLOSED'
        order by e.opened_at desc limit 32
    ) as x
),
known as (
    select n.tenant_id, coalesce(i.order_id, n.order_id) as order_id, min(n.distance) as distance
    from near as n
    left join orders.identifiers as i on i.tenant_id = n.tenant_id and i.name = n.order_id
    group by 1, 2
)
select k.tenant_id, k.order_id, coalesce(n.names, '{}'), coalesce(f.fragments, '[]')
from known as k
left join lateral (
    select array_agg(i.name order by i.name) as names from orders.identifiers as i
    where i.tenant_id = k.tenant_id and i.order_id = k.order_id
) as n on true
left join lateral (
    select jsonb_agg(e.fragment) as fragments from landing.order_events as e
    where e.tenant_id = k.tenant_id and e.order_name = any(n.names) and e.fragment <> '{}'
) as f on true
order by k.distance, k.tenant_id, k.order_id
"""
