"""The simulation as files: `deliveries.jsonl`, `billed/<tenant>-<period>.csv`, `truth.json`."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import orjson

from e2a.simulator import floor, ledger, parcel, shop
from e2a.simulator.lives import Life, lives
from e2a.simulator.plan import Merchant, Plan, merchant
from e2a.simulator.post import Delivery, Letter, deliver, identifier
from e2a.simulator.truth import tell

Progress = Callable[[int, int], None]
STEP = 500


@dataclass(frozen=True, slots=True)
class Truth:
    """What was planted; `content` is what `truth.json` says."""

    as_of: datetime
    content: dict[str, Any]


def simulate(plan: Plan, out: Path, progress: Progress = lambda done, total: None) -> Truth:
    """Write one simulation into a folder; the same plan writes the same bytes.

    Raises:
        ValueError: the plan names a merchant that the simulator does not have.
    """
    (out / "billed").mkdir(parents=True, exist_ok=True)
    deliveries: list[Delivery] = []
    told: dict[str, Any] = {}
    for place, tenant in enumerate(plan.tenants):
        count = plan.orders // len(plan.tenants) + (place < plan.orders % len(plan.tenants))
        random = Random(f"{plan.seed}/{tenant}")
        arrived, told[tenant] = _merchant(plan, merchant(tenant), count, random, out, progress)
        deliveries += arrived
    deliveries.sort(key=lambda d: (d.received, d.letter.tenant, d.letter.delivery_id))
    with (out / "deliveries.jsonl").open("wb") as file:
        file.writelines(delivery.line() + b"\n" for delivery in deliveries)
    content = {"as_of": plan.as_of.isoformat(), "tenants": told}
    (out / "truth.json").write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2))
    return Truth(plan.as_of, content)


def _merchant(
    plan: Plan, who: Merchant, count: int, random: Random, out: Path, progress: Progress
) -> tuple[list[Delivery], dict[str, Any]]:
    orders: list[Life] = []
    letters: list[Letter] = []
    for life in lives(plan, who, count, random):
        orders.append(life)
        letters += [*shop.letters(life), *floor.letters(life), *parcel.letters(life)]
        if len(orders) % STEP == 0 or len(orders) == count:
            progress(len(orders), count)
    daily = list(floor.daily(plan, who, random))
    arrived = deliver([*letters, *daily], plan.as_of, random)
    spoilt, refused = _spoil(arrived, plan.as_of)
    errors = _bill(plan, who, orders, daily, out)
    told = tell(orders, plan.as_of) | {"refused": refused, "billing_errors": errors}
    return arrived + spoilt, told


def _bill(
    plan: Plan, who: Merchant, orders: list[Life], daily: list[Letter], out: Path
) -> list[dict[str, str]]:
    planted = []
    for period, right in ledger.right_lines(who, orders, daily, plan.as_of).items():
        billed, errors = ledger.plant(who, period, right)
        file = out / "billed" / f"{who.tenant}-{period}.csv"
        file.write_text(ledger.as_csv(who, period, billed))
        planted += [
            {
                "period": e.period, "kind": e.kind, "charge_code": e.charge, "delta": f"{e.delta:f}"
            }
            for e in errors
        ]  # fmt: skip
    return planted


def _spoil(arrived: list[Delivery], until: datetime) -> tuple[list[Delivery], dict[str, list[str]]]:
    """Three deliveries that must be refused, each for its own reason, kept and counted."""
    picks = [d for d in arrived if d.letter.body.get("event_type") == "pick_completed"]
    if len(picks) < 3:
        return [], {}
    cut, strange, contradicting = picks[0], picks[1], picks[2]
    lines = [{**line, "quantity": line["quantity"] + 1} for line in _lines(contradicting)]
    later = min(contradicting.received + timedelta(minutes=30), until)
    spoilt = {
        "malformed_json": _copy(cut, orjson.dumps(cut.letter.body).decode()[:60], cut.received),
        "unknown_type": _copy(
            strange,
            orjson.dumps({**strange.letter.body, "event_type": "pick_complete"}).decode(),
            strange.received,
        ),
        "conflict": _copy(
            contradicting,
            orjson.dumps({**contradicting.letter.body, "lines": lines}).decode(),
            later,
        ),
    }
    return list(spoilt.values()), {
        reason: [delivery.letter.delivery_id] for reason, delivery in spoilt.items()
    }


def _lines(delivery: Delivery) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = delivery.letter.body["lines"]
    return lines


def _copy(delivery: Delivery, text: str, received: datetime) -> Delivery:
    letter = delivery.letter
    name = f"wms-spoilt-{identifier(letter.tenant, text)}"
    return Delivery(replace(letter, delivery_id=name), received, text)
