"""Row 24: nobody has made today's partition; then it is made, and asked to go, under load."""

import asyncio
from datetime import UTC, datetime

import psycopg

from e2a.warehouse.connection import Role
from faults.rows.kills import enough
from faults.world import World


def nobody_makes_days(world: World) -> None:
    """Before anything runs: the gateway asks for days and gets none."""
    with world.warehouse.connect(Role.OWNER) as owner:
        owner.execute(_NOBODY_MAKES_DAYS)


async def partition_missing(world: World) -> None:
    """The default catches; the day catches up with its rows; unread days are not dropped."""
    await world.ready()
    while world.ledger.words.total() < max(50, world.events / 3):
        await asyncio.sleep(0.02)
    today = datetime.now(UTC).date()
    async with world.owner() as owner:
        row = await (await owner.execute("select count(*) from landing.inbox_other")).fetchone()
        caught = row[0] if row else 0
        world.need(caught > 0, "the default partition caught nothing")
        world.fired["caught by the default"] += caught
        await owner.execute("select landing.ensure_day(%s)", (today,))
        row = await (await owner.execute("select count(*) from landing.inbox_other")).fetchone()
        world.need(row == (0,), "the default partition still holds rows of the day that was made")
    while world.wants_more:
        await asyncio.sleep(0.1)
        await asyncio.to_thread(_try_to_drop, world)
    await enough(world)


def _try_to_drop(world: World) -> None:
    now = datetime.now(UTC)
    with world.warehouse.connect(Role.APP, autocommit=True) as app:
        try:
            app.execute("select landing.drop_day(%s, %s)", (now.date(), now))
        except psycopg.errors.ObjectNotInPrerequisiteState as refusal:
            world.fired["drop refused"] += 1
            cause = str(refusal).partition("is kept: ")[2].partition("\n")[0]
            world.fired["unread"] += cause.startswith("unread")
        except psycopg.errors.LockNotAvailable:
            return
        else:
            world.need(False, "a day with rows that nobody has archived was dropped")


_NOBODY_MAKES_DAYS = """
create or replace function gateway.ensure_days(today date, ahead integer) returns void
language sql as 'select'
"""
