"""Rows 7, 8, 9 and 23: Dagster's daemon, code server, run and storage fail; breaches go on."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable

from e2a.warehouse.connection import PROJECT, Role
from faults.dagster import Dagster, allow, dagster, surroundings
from faults.rows.kills import enough
from faults.rows.lanes import same_as_a_whole_pass
from faults.world import World

MOMENTS = {
    "daemon killed within a tick": "select from job_ticks where status = 'STARTED'",
    "daemon killed with a run created":
        "select from runs where status in ('NOT_STARTED', 'STARTING')",
    "daemon killed with a run launched": "select from runs where status = 'STARTED'",
}  # fmt: skip
FIRST_BUILD = "select from runs where status = 'STARTED' and pipeline_name = 'journey'"


async def fails(world: World, seconds_away: float = 20.0) -> None:
    """Rows 7, 8 and 23, over one start; a first build, which only a run can make, is under way."""
    await world.ready()
    async with dagster(world) as around:
        await _daemon_killed(world, around)
        await _code_server_killed(world, around)
        await _storage_away(world, around, seconds_away)
        await enough(world)
        await _reports_made_good(world, around)
    await asyncio.to_thread(_asked_once, world, around)


async def _daemon_killed(world: World, around: Dagster) -> None:
    for moment, query in MOMENTS.items():
        await around.until(_found(around, query), f"it never came to this: {moment}")
        around.kill("daemon")
        world.fired[moment] += 1
        await _goes_on(world, moment)
        around.start("daemon")


async def _code_server_killed(world: World, around: Dagster) -> None:
    """With the run in progress: it is found dead, what it had not committed is asked for again."""
    await around.until(_found(around, FIRST_BUILD), "no first build is under way")
    around.kill("code-server")
    world.fired["code server killed in a run"] += 1
    await _goes_on(world, "the code server is dead")
    around.start("code-server")
    failed = "select from runs where status = 'FAILURE'"
    await around.until(_found(around, failed), "a run whose process died is not marked as failed")
    again = "select from run_tags where key = 'dagster/run_key' and value like '%#2'"
    await around.until(_found(around, again), "what a dead run had to do is not asked for again")


async def _storage_away(world: World, around: Dagster, seconds: float) -> None:
    await asyncio.to_thread(allow, world.warehouse, False)
    world.fired["storage away"] += 1
    await _goes_on(world, "Dagster's storage is away")
    await asyncio.sleep(seconds)
    await asyncio.to_thread(allow, world.warehouse, True)


async def _reports_made_good(world: World, around: Dagster) -> None:
    last = await asyncio.to_thread(_last_step, world)
    await around.until(lambda: around.reported() >= last, "what steps did is never shown")
    world.note(f"the sensor has shown every step up to {last:,}")


async def _goes_on(world: World, meanwhile: str) -> None:
    """What comes in meanwhile becomes verdicts."""
    last = await asyncio.to_thread(_last_step, world)
    await world.until(
        f"select from ops.steps where id > {last} having count(*) >= 3",
        f"no step is taken while this holds: {meanwhile}",
    )


def _asked_once(world: World, around: Dagster) -> None:
    twice = around.asked(
        "select value from run_tags where key = 'dagster/run_key' group by value "
        "having count(*) > 1"
    )
    world.need(not twice, f"asked for more than once: {twice}")


def _found(around: Dagster, query: str) -> Callable[[], bool]:
    return lambda: bool(around.asked(query))


def _last_step(world: World) -> int:
    with world.warehouse.connect(Role.OWNER) as owner:
        row = owner.execute("select coalesce(max(id), 0) from ops.steps").fetchone()
    return int(row[0]) if row else 0


async def worker_killed(world: World) -> None:
    """Row 9: kill -9 a run and its dbt between two models; the next run does it all."""
    await world.ready()
    while world.wants_more:
        run = _run(world)
        met: set[str] = set()
        while len(met) < 3 and run.poll() is None:
            met |= await _models(world)
            await asyncio.sleep(0.01)
        if run.poll() is None:
            os.killpg(run.pid, signal.SIGKILL)
            world.fired["run killed between two models"] += 1
        run.wait()


def converges(world: World) -> None:
    """A run to the end gives what a pass over everything derives."""
    world.need(_run(world).wait() == 0, "the run after those that were killed fails")
    same_as_a_whole_pass(world)


def _run(world: World) -> "subprocess.Popen[bytes]":
    with (world.warehouse.home / "runs.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "e2a.cli.main", "run", "sla_journey"], cwd=PROJECT, stdout=log,
            stderr=log, env=surroundings(world.warehouse), start_new_session=True,
        )  # fmt: skip


async def _models(world: World) -> set[str]:
    """Models that dbt is at."""
    async with world.owner() as owner:
        rows = await (await owner.execute(_AT_WORK)).fetchall()
    found = [re.search(r"ops\.refresh_(\w+)\(\)", row[0]) for row in rows]
    return {one[1] for one in found if one}


_AT_WORK = """
select query from pg_stat_activity
where usename = 'e2a_owner' and datname = current_database() and pid <> pg_backend_pid()
"""
