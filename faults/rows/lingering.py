"""Commits that take their time: some transactions sleep after their last statement, at COMMIT."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from psycopg import sql

from faults.world import World


@asynccontextmanager
async def lingering(world: World, share: float, seconds: float) -> AsyncIterator[None]:
    """Let a share of the landing transactions linger up to so many seconds at their commit."""
    async with world.owner() as owner:
        await owner.execute(
            sql.SQL(_MAKE).format(share=sql.Literal(share), seconds=sql.Literal(seconds))
        )
    try:
        yield
    finally:
        async with world.owner() as owner:
            await owner.execute(_REMOVE)


_MAKE = """
create schema faults;
create function faults.linger() returns trigger language plpgsql security definer as $$
begin
    if current_setting('faults.seen', true) is distinct from pg_current_xact_id()::text then
        perform set_config('faults.seen', pg_current_xact_id()::text, true);
        if random() < {share} then
            perform pg_sleep(random() * {seconds});
        end if;
    end if;
    return null;
end $$;
create constraint trigger lingers after insert on landing.deliveries
deferrable initially deferred for each row execute function faults.linger();
"""
_REMOVE = (
    "drop trigger if exists lingers on landing.deliveries; drop schema if exists faults cascade"
)
