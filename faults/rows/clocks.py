"""Rows 12 and 21: deadlines that pass while the database is away, and clocks that jump.

The clock of the machine is not touched: the sessions of the application find a `now()` of ours
before the server's, which tells what a clock that jumped would.
"""

import asyncio
from typing import LiteralString

import httpx
from psycopg import sql

from e2a.warehouse.connection import Role, Warehouse
from faults.rows.single import client, paid, send
from faults.world import World

DUE_IN = 8.0
"""Seconds until the promises of row 12 must be kept; nobody keeps them."""


async def away_over_deadlines(world: World, seconds: float) -> None:
    """Row 12: deadlines pass while there is no server; they fire at its return, marked as late.

    Args:
        world: of the row.
        seconds: how long it is away; a deadline is late from ten seconds on.
    """
    await world.ready()
    async with client(world) as http:
        for _ in range(20):
            await send(world, http, paid("away", DUE_IN))
    await world.until(_CLOCKS.format("away", 20), "the orders of the row are not seen")
    await asyncio.to_thread(world.site.stop_at_once)
    world.fired["away"] += 1
    await asyncio.sleep(seconds)
    await asyncio.to_thread(world.site.start_again)
    await world.server_back()
    await world.until(
        "select count(*) from sla.exceptions where order_id like 'shopify:away%' and detected_late "
        "having count(*) = 20",
        "deadlines that passed while the server was away were not found late",
    )
    world.fired["found late"] += 20


async def jumps(world: World, minutes: float = 10.0) -> None:
    """Row 21: the clock jumps forwards and back; no promise is called broken that is not."""
    await world.ready()
    world.consumer.kill()  # its sessions began with the server's own clock
    async with client(world) as http:
        for _ in range(50):
            await send(world, http, paid("fine", minutes * 60 * 0.9))
        await world.until(_CLOCKS.format("fine", 50), "the orders of the row are not seen")
        await world.until(_WATCHED, "no radar watches")
        for ahead in (minutes, 0.0, -minutes, 0.0):
            await _set(world, ahead)
            await _step(world, http, ahead)
    await asyncio.to_thread(_no_false_breach, world)


async def _step(world: World, http: httpx.AsyncClient, ahead: float) -> None:
    """A promise breaks meanwhile, which must be found by the time that has run."""
    await send(world, http, paid("broken", 1.0))
    world.fired["broken in time"] += 1
    await world.until(_DOUBTED if ahead else _TRUSTED, f"a jump by {ahead:g} minutes is believed")
    world.fired["forwards" if ahead > 0 else "back" if ahead else "corrected"] += 1
    found = _FOUND.format(world.fired["broken in time"])
    await world.until(found, f"with the clock {ahead:g} minutes ahead a broken promise is not seen")


async def _set(world: World, ahead: float) -> None:
    async with world.owner() as owner:
        await owner.execute("update faults.clock set ahead = %s * interval '1 minute'", (ahead,))


def another_clock(world: World) -> None:
    """Before the row: what the application's sessions find as `now()`."""
    with world.warehouse.connect(Role.OWNER) as owner:
        owner.execute(_CLOCK)
    _for_the_application(world.warehouse)


def _for_the_application(warehouse: Warehouse) -> None:
    with warehouse.connect(Role.ADMIN, autocommit=True) as admin:
        admin.execute(
            sql.SQL(
                "alter role e2a_app in database {} set search_path = faults, pg_catalog, public"
            ).format(sql.Identifier(warehouse.database))
        )


def _no_false_breach(world: World) -> None:
    with world.warehouse.connect(Role.OWNER) as owner:
        row = owner.execute(
            "select (select count(*) from sla.exceptions where order_id like 'shopify:fine%'), "
            "(select count(*) from ops.outbox where order_id like 'shopify:fine%')"
        ).fetchone()
    assert row is not None
    world.need(row == (0, 0), f"{row[0]} false breaches and {row[1]} messages of a clock's jump")


_CLOCK = """
create schema faults;
create table faults.clock (ahead interval not null);
insert into faults.clock values ('0');
create function faults.now() returns timestamptz language sql stable as $$
    select pg_catalog.now() + ahead from faults.clock
$$;
grant usage on schema faults to e2a_app;
grant select on faults.clock to e2a_app;
"""
_CLOCKS = """
select count(*) from sla.clocks where order_id like 'shopify:{}%' having count(*) = {}
"""
_WATCHED: LiteralString = """
select from ops.lanes where holder = 'radar' and trusted_at is not null
and exists (select from pg_stat_activity where pid = holder_pid)
"""
_DOUBTED: LiteralString = "select from ops.lanes where doubted_at is not null"
_TRUSTED: LiteralString = "select from ops.lanes where doubted_at is null"
_FOUND = """
select count(*) from sla.exceptions where order_id like 'shopify:broken%' having count(*) = {}
"""
