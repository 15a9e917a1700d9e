"""Facts that are understood and stored, and that no model can take: a defect that tests plant."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from e2a.warehouse.connection import Role, Warehouse
from tests.sla.orders import after
from tests.warehouse.lane import event, rows

PLANT = (
    "alter table billing.billable_operations add constraint planted "
    "check ((quantity * 1e14)::numeric(38, 12) is not null)"
)
"""A model that cannot take a quantity from 10^12 on, as one with too small a column could not."""
MEND = "alter table billing.billable_operations drop constraint if exists planted"


@contextmanager
def defect(built: Warehouse) -> Iterator[Callable[[], None]]:
    """The defect, while the block lasts or until what it yields is called."""

    def mend() -> None:
        with built.connect(Role.OWNER) as owner:
            owner.execute(MEND)

    with built.connect(Role.OWNER) as owner:
        owner.execute(PLANT)
    try:
        yield mend
    finally:
        mend()


def big(n, quantity="90000000000000"):
    return event(
        f"big/{n}", "vas_performed", f"wms:{n}", code="kitting", quantity=quantity,
        occurred_at=after(5),
    )  # fmt: skip


def held(connection):
    return rows(
        connection,
        "select q.source_event_id, q.reason, q.detail, o.outcome, o.events "
        "from landing.quarantine as q "
        "inner join landing.outcomes as o using (tenant_id, inbox_seq)",
    )
