"""Facts of the orders of a temporary table, such as those that a step may have `moved`: looked up.

`offset 0` keeps the condition inside of a view, where it meets an index; a join or IN from outside
has the planner read the facts of all orders first. No figures about the table are needed so, which
change every time and would have all of it planned again.
"""

from typing import LiteralString

ORDER: tuple[LiteralString, ...] = ("tenant_id", "order_id")


def of_moved(facts: LiteralString) -> LiteralString:
    """The rows of a relation, or of a query in brackets, that belong to orders in `moved`.

    Args:
        facts: has the columns tenant_id and order_id.
    """
    return looked_up("moved", facts)


def looked_up(
    table: LiteralString, facts: LiteralString, by: tuple[LiteralString, ...] = ORDER
) -> LiteralString:
    """The rows of a relation, or of a query in brackets, that belong to rows of a table.

    Args:
        table: its name.
        facts: has the columns of `by`, as the table has.
        by: in which they are the same.
    """
    same = " and ".join(f"facts.{column} = {table}.{column}" for column in by)
    return f"""
select one.* from {table} cross join lateral (
    select * from {facts} as facts
    where {same} offset 0
) as one
"""
