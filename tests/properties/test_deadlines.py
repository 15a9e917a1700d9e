"""The deadlines of the SQL engine against a walk of the wall clock (C1 to C8, C14).

The walk shares no code with the engine. A failure names its seed and prints the case whole; the
same seed draws the same cases.
"""

import math
import os
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
import yaml

from e2a.domain.deliveries import Source
from e2a.warehouse.scope import refresh
from tests.properties import engine
from tests.properties.cases import IGNORED, PAUSING, Case, World, world
from tests.properties.engine import Connection, Fact
from tests.properties.walker import (
    due_by_carrier,
    due_by_close,
    due_by_day,
    due_by_running,
    running,
)

SEED = int(os.environ.get("E2A_SEED", "20260314"))
A_TENANT = 40
A_BATCH = 50
AT_RISK = Fraction(3, 4)
Answer = tuple[int | None, int | None]


def test_the_engine_and_the_wall_clock_agree(judged):
    _prove(judged, SEED, 320)


@pytest.mark.prove
def test_the_engine_and_the_wall_clock_agree_on_ten_thousand_cases(judged):
    _prove(judged, SEED + 1, 10_000)


def _prove(connection: Connection, seed: int, cases: int) -> None:
    choose = random.Random(seed)
    wrong = []
    for start in range(0, cases // A_TENANT, A_BATCH):
        numbers = range(start, min(start + A_BATCH, cases // A_TENANT))
        wrong += _differences(connection, [world(n, choose, A_TENANT) for n in numbers])
    print(f"seed {seed}: {cases} cases, {len(wrong)} wrong")
    assert not wrong, f"{len(wrong)} of {cases} cases of seed {seed} differ\n\n" + "\n".join(
        wrong[:5]
    )


def _differences(connection: Connection, worlds: list[World]) -> list[str]:
    for one in worlds:
        engine.promise(connection, [(one.tenant, _documents(one))], *_dates(one))
    engine.put(connection, [fact for one in worlds for fact in _facts(one)])
    connection.commit()
    refresh(connection)
    found = _answers(connection)
    wrong = []
    for one in worlds:
        for number, case in enumerate(one.cases):
            expected, got = _walked(one, case), found.get((one.tenant, f"wms:{number}"))
            if not _same(expected, got):
                wrong.append(_readable(one, case, expected, got))
    return wrong


def _same(expected: Answer, got: Answer | None) -> bool:
    """At risk may fall within a second, which the walk does not see."""
    if got is None or got[0] != expected[0]:
        return False
    return expected[1] is None or (got[1] is not None and got[1] == expected[1])


def _walked(one: World, case: Case) -> Answer:
    stage, holds = case.stage, case.pauses
    if "within_minutes" in stage:
        target = stage["within_minutes"] * 60
        due = due_by_running(one.calendar, case.start, target, holds)
    else:
        due = due_by_day(one.calendar, case.start, holds, _rule(one, stage))
        if due is None:
            return None, None
        target = _ran(one, case, due)
    if not target:
        return due, None
    return due, due_by_running(one.calendar, case.start, math.ceil(target * AT_RISK), holds)


def _rule(one: World, stage: dict):
    if "carrier_days" in stage:
        return due_by_carrier(
            one.carrier, one.calendar.zone, one.destination, stage["carrier_days"]
        )
    return due_by_close(one.calendar, stage["by_close_of_day"], stage.get("cut_off"))


def _ran(one: World, case: Case, due: int) -> int:
    """Running seconds between the start and the deadline: the target of a day's promise (C14)."""
    total = 0
    for first, end in running(one.calendar, case.start, case.pauses):
        if first >= due:
            break
        total += min(end, due) - first
    return total


def _answers(connection: Connection) -> dict[tuple[str, str], Answer]:
    rows = connection.execute(
        "select tenant_id, order_id, extract(epoch from due_at)::bigint, "
        "ceil(extract(epoch from at_risk_at))::bigint from sla.clocks"
    ).fetchall()
    connection.rollback()
    return {(tenant, order): (due, risk) for tenant, order, due, risk in rows}


def _documents(one: World) -> dict:
    entry = {"valid_from": date(2000, 1, 1), "pauses": list(PAUSING), "at_risk": float(AT_RISK)}
    return {
        "tenant": {
            "tenant": one.tenant, "name": one.tenant, "billing_zone": "UTC",
            "sites": {"W1": {"zone": one.calendar.zone, "calendar": "site"}},
            "calendars": {"site": one.calendar.text, "carrier": one.carrier.text},
        },
        "sla": [
            {**entry, "policy": level, "service_level": level, "stages": {_stage_of(stage): stage}}
            for level, stage in one.stages.items()
        ],
    }  # fmt: skip


def _stage_of(stage: dict) -> str:
    return "deliver" if "carrier_days" in stage else "ship"


def _dates(one: World) -> tuple[date, date]:
    day = datetime.fromtimestamp(one.around, UTC).date()
    return day - timedelta(days=20), day + timedelta(days=160)


def _facts(one: World) -> Iterator[Fact]:
    recorded = datetime.fromtimestamp(one.around, UTC) + timedelta(days=60)
    for number, case in enumerate(one.cases):
        for event in _events(number, case, one.destination):
            yield Fact(one.tenant, Source.WMS, recorded, event)


def _events(number: int, case: Case, destination: str) -> Iterator[dict]:
    order = engine.name(f"wms:{number}")

    def event(id: str, kind: str, at: int, **more: str) -> dict:
        occurred = datetime.fromtimestamp(at, UTC)
        fields = {"event_type": kind, "occurred_at": occurred, "order": order, **more}
        return {"source_event_id": f"{id}/{number}", **fields}

    yield event(
        "created", "order_created", case.start, service_level=case.level,
        destination_zone=destination,
    )  # fmt: skip
    for place, (reason, hold) in enumerate(case.holds):
        said = {"hold_id": str(place), "reason": reason}
        yield event(f"placed-{place}", "hold_placed", hold.placed, **said)
        if hold.released is not None:
            yield event(f"released-{place}", "hold_released", hold.released, **said)


def _readable(one: World, case: Case, expected: Answer, got: Answer | None) -> str:
    def local(second: int | None) -> str:
        if second is None:
            return "none"
        return f"{datetime.fromtimestamp(second, UTC):%Y-%m-%dT%H:%M:%SZ}"

    holds = [
        {"reason": reason, "placed": local(hold.placed), "released": local(hold.released)}
        for reason, hold in case.holds
    ]
    said = {
        "zone": one.calendar.zone, "calendar": one.calendar.text, "stage": case.stage,
        "pauses": f"{PAUSING}, not {IGNORED}", "start": local(case.start), "holds": holds,
        "expected": dict(zip(("due", "at_risk"), map(local, expected), strict=True)),
        "got": got and dict(zip(("due", "at_risk"), map(local, got), strict=True)),
    }  # fmt: skip
    if "carrier_days" in case.stage:
        said |= {"carrier": one.carrier.text, "destination": one.destination}
    return yaml.safe_dump(said, sort_keys=False)
