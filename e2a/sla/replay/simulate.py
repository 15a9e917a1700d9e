"""History under a changed policy: what would flip, with the live database only read (C11, P08)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg

from e2a.domain.policies import Policies
from e2a.sla.replay.change import as_if_in_force, renamed
from e2a.sla.replay.charges import ChargeChange, compare_charges
from e2a.sla.replay.compare import Comparison, compare
from e2a.sla.replay.history import Progress, copy_history, orders_between
from e2a.warehouse.reference import load


@dataclass(frozen=True, slots=True)
class Simulation:
    """What was replayed, and what differs."""

    tenant: str
    since: datetime
    as_of: datetime
    orders: int
    comparison: Comparison
    charges: list[ChargeChange]


def simulate(
    live: psycopg.Connection[Any],
    scratch: psycopg.Connection[Any],
    present: Policies,
    changed: Policies,
    since: datetime,
    as_of: datetime,
    names: tuple[str, str],
    progress: Progress,
) -> Simulation:
    """Judge the orders of [since, as_of] twice, by the present and by the changed policies.

    Both are taken as always known (C18), so that nothing but the change can make a difference.

    Args:
        live: the warehouse; only read.
        scratch: a database with the models deployed, in autocommit.
        present: the tenant's policies as they stand.
        changed: as they would be; its new entries count from `since` on.
        since: clocks that started before it are left out.
        as_of: the instant at which states are compared.
        names: the tenants in `scratch` that stand for present and changed; both new there.
        progress: told how many orders of how many are done.
    """
    was, now = names
    tenant = present.tenant.tenant
    with scratch.transaction():
        load(scratch, [renamed(present, was)], as_of)
        load(scratch, [renamed(as_if_in_force(present, changed, since), now)], as_of)
    with live.transaction():
        live.execute("set transaction isolation level repeatable read read only")
        until = as_of + timedelta(microseconds=1)
        orders = orders_between(live, tenant, since, until)
        copy_history(live, scratch, tenant, names, orders, progress)
    comparison = compare(scratch, was, now, since, as_of)
    charges = compare_charges(scratch, was, now)
    return Simulation(tenant, since, as_of, len(orders), comparison, charges)
