"""Row 25: the database is dumped and restored into another server, where xids mean nothing.

The reader must refuse until `e2a db rebase`; then it goes on where it was: what was read is not
read twice, what was not read is not skipped.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice

import psycopg
from psycopg import sql

from e2a.domain.deliveries import Delivery, Source
from e2a.warehouse import inbox
from e2a.warehouse.bootstrap import bootstrap
from e2a.warehouse.connection import Role, Warehouse
from e2a.warehouse.watermark import StaleWatermarkError, rebase
from faults.consumer import everything
from faults.ledger import Entry, State
from faults.rows.kills import enough
from faults.site import Site, site, tool
from faults.world import World


@contextmanager
def another_server() -> Iterator[tuple[Site, Warehouse]]:
    """A server with a database that has its roles and nothing in it."""
    with site() as other:
        empty = replace(other.template, database="e2a_restored")
        bootstrap(empty)
        with empty.connect(Role.ADMIN, autocommit=True) as admin:
            admin.execute(sql.SQL("alter database e2a_restored owner to e2a_owner"))
        yield other, empty


def carried_over(world: World, here: Warehouse) -> None:
    """Land on one server, read half, dump, restore into the world's own, and re-base there."""
    drawn = list(islice(world.traffic, max(200, world.events // 2)))
    half = len(drawn) // 2
    with here.connect(Role.APP) as app:
        _land(world, app, drawn[:half])
        everything(app)
        _land(world, app, drawn[half:])
    _dump_and_restore(here, world.warehouse)
    with world.warehouse.connect(Role.APP) as app:
        try:
            everything(app)
        except StaleWatermarkError:
            world.fired["refused to read"] += 1
    world.need(world.fired["refused to read"] == 1, "another server's positions were believed")
    with world.warehouse.connect(Role.OWNER) as owner:
        unread = rebase(owner)
    want = len(drawn) - half
    world.need(unread == want, f"{unread} rows are unread after the rebase, not {want}")


async def goes_on(world: World) -> None:
    """On the new server everything goes on as before."""
    await world.ready()
    await enough(world)


def _land(world: World, app: psycopg.Connection, entries: Sequence[Entry]) -> None:
    now = datetime.now(UTC)
    inbox.land(app, [Delivery(e.tenant, Source.WMS, e.delivery_id, now, e.body) for e in entries])
    for entry in entries:
        world.ledger.add(entry).state = State.ACKED


def _dump_and_restore(here: Warehouse, there: Warehouse) -> None:
    file = str(here.home / "restore.dump")
    who = ["-h", "127.0.0.1", "-U", "postgres"]
    tool(here, "pg_dump", *who, "-p", str(here.port), "-Fc", "-f", file, here.database)
    tool(there, "pg_restore", *who, "-p", str(there.port), "-d", there.database, file)
