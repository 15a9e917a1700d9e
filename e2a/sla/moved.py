"""The orders that a step may have `moved`, with their facts: read order by order.

`offset 0` keeps the condition inside of a view, where it meets an index; a join or IN from outside
has the planner read the facts of all orders first. No figures about `moved` are needed so, which
change in every step and would have all of it planned again.
"""

from typing import LiteralString


def of_moved(facts: LiteralString) -> LiteralString:
    """The rows of a relation, or of a query in brackets, that belong to orders in `moved`.

    Args:
        facts: has the columns tenant_id and order_id.
    """
    return f"""
select one.* from moved cross join lateral (
    select * from {facts} as facts
    where facts.tenant_id = moved.tenant_id and facts.order_id = moved.order_id offset 0
) as one
"""
