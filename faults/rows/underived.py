"""Row 17: facts that are understood and stored, and that no model can take: found in a step."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import count

import orjson

from e2a.domain.deliveries import Source
from e2a.sources.registry import PARSER_VERSION, parse
from e2a.warehouse.connection import Role
from e2a.warehouse.drain import Reader
from e2a.warehouse.held import dead_letters
from e2a.warehouse.held.aside import REASON
from e2a.warehouse.scope import refresh
from faults.ledger import Entry
from faults.rows.lanes import lag
from faults.rows.single import TENANT, client, send
from faults.world import World

_numbers = count(1)


PLANT = (
    "alter table billing.billable_operations add constraint planted "
    "check ((quantity * 1e14)::numeric(38, 12) is not null)"
)
"""A model that cannot take a quantity from 10^12 on, as one with too small a column could not."""
MEND = "alter table billing.billable_operations drop constraint planted"


def planted(world: World) -> None:
    """Before the row: parsers let nothing through today that a model could not take."""
    with world.warehouse.connect(Role.OWNER) as owner:
        owner.execute(PLANT)


def poison() -> tuple[Entry, Entry]:
    """An order's first event, which is good, and its second, whose amount no price can take."""
    order, at = f"poison{next(_numbers)}", datetime.now(UTC) - timedelta(days=1)
    said = {"order_id": order, "site": "NJ1", "external_order": {"system": "shopify", "id": order}}
    good = said | {"event_id": f"{order}-created", "event_type": "order_created",
                   "occurred_at": at.isoformat()}  # fmt: skip
    bad = said | {
        "event_id": f"{order}-big", "event_type": "vas_performed", "code": "kitting",
        "quantity": "90000000000000", "occurred_at": (at + timedelta(hours=1)).isoformat(),
    }  # fmt: skip
    made = [Entry(TENANT, str(one["event_id"]), orjson.dumps(one)) for one in (good, bad)]
    return made[0], made[1]


async def step_poison(world: World) -> None:
    """Among the traffic, an order now and then that no model can take."""
    await world.ready()
    async with client(world) as http:
        while world.wants_more:
            good, bad = poison()
            bad.is_fact = False  # it does not stay a fact
            for entry in (good, bad):
                await send(world, http, entry)
            world.fired["step poison"] += 1
            await asyncio.sleep(world.random.uniform(0.1, 0.4))


def held_and_replayable(world: World) -> None:
    """Each is quarantined alone, with its cause; the model mended, a replay brings it back."""
    sent = world.fired["step poison"]
    with world.warehouse.connect(Role.OWNER) as owner:
        owner.execute(MEND)
    with world.warehouse.connect(Role.APP) as app:
        met = app.execute(_HELD, (REASON,)).fetchall()
        app.rollback()
        world.need(len(met) == sent, f"{len(met)} of {sent} poisoned events are quarantined")
        world.need(all(row[0].endswith("-big") and row[1] for row in met), "with no cause, or else")
        reader = Reader(Source.WMS, parse, PARSER_VERSION)
        choice = dead_letters.Choice(dead_letters.Kind.QUARANTINED, reason=REASON)
        done = dead_letters.replay(app, [reader], choice, datetime.now(UTC))
        world.need(done.settled == sent, f"{done.settled} of {sent} could be replayed once mended")
        refresh(app)
    world.note(lag(world))
    world.note(f"causes: {sorted({row[1] for row in met})}")


_HELD = """
select q.source_event_id, q.detail from landing.quarantine as q
inner join landing.outcomes as o on o.tenant_id = q.tenant_id and o.inbox_seq = q.inbox_seq
where q.reason = %s and o.outcome = 'quarantined'
"""
