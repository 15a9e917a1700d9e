"""What the warehouse management system sends: one typed event a fact (docs/sources.md)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

from e2a.simulator.lives import Article, Life
from e2a.simulator.plan import Merchant, Plan
from e2a.simulator.post import Letter

LABEL_AFTER = timedelta(seconds=30)
"""A label is bought so long after its parcel was packed."""
VAS_BEFORE = timedelta(seconds=50)
"""Value-added work ends so long before the first parcel is packed."""
BACK_AFTER = timedelta(minutes=30)
"""What was picked is back on its shelf so long after a cancellation."""


def letters(life: Life) -> Iterator[Letter]:
    """Everything that the warehouse says about one order."""
    for hold in life.holds:
        given = {"hold_id": hold.hold_id, "reason": hold.reason}
        yield _event(life, "hold_placed", hold.placed, hold.hold_id, given)
        yield _event(life, "hold_released", hold.released, hold.hold_id, given)
    yield from _problems(life)
    yield from _picking(life)
    yield from _packing(life)
    if "cancelled_after_pick" in life.planted and life.cancelled is not None:
        back = life.cancelled + BACK_AFTER
        yield _event(life, "restocked", back, "back", {"lines": _lines(life.articles)})
    if life.returned is not None:
        yield _event(
            life, "return_received", life.returned, "return", {"lines": _lines(life.articles[:1])}
        )


def _problems(life: Life) -> Iterator[Letter]:
    for what in ("inventory_shortage", "address_invalid"):
        for hold in life.holds:
            if what in hold.hold_id:
                seen = hold.placed + timedelta(seconds=40)
                yield _event(life, "exception_reported", seen, what, {"reason": what})


def _picking(life: Life) -> Iterator[Letter]:
    for place, (done, articles) in enumerate(life.picked, 1):
        begun = max(done - timedelta(minutes=6), life.paid)
        given: dict[str, Any] = {
            "station": f"P{life.number % 9}",
            "worker_id": f"w-{life.number % 23}",
        }
        if life.flags:
            given["flags"] = life.flags
        yield _event(life, "pick_started", begun, place, given)
        yield _event(life, "pick_completed", done, place, given | {"lines": _lines(articles)})
    for code, quantity in vas(life):
        done = life.parcels[0].packed - VAS_BEFORE
        yield _event(life, "vas_performed", done, code, {"code": code, "quantity": quantity})


def vas(life: Life) -> Iterator[tuple[str, int]]:
    """Value-added work on an order that is packed, as (code, quantity)."""
    if life.parcels and "gift_wrap" in life.planted:
        yield "gift_wrap", 1
    if life.parcels and "kitting" in life.planted:
        yield "kitting", sum(article.quantity for article in life.articles)


def _packing(life: Life) -> Iterator[Letter]:
    for place, parcel in enumerate(life.parcels, 1):
        lines = {"lines": _lines(parcel.articles)}
        carrier = {"tracking_number": parcel.tracking, "carrier_name": "ups", "service": "ground"}
        amount = f"{parcel.label_cents // 100}.{parcel.label_cents % 100:02d}"
        charge = {"code": "label", "amount": amount, "currency": life.merchant.currency}
        measures = {"weight_g": 200 + parcel.label_cents, "length_mm": 300}
        yield _event(life, "pack_started", parcel.packed - timedelta(minutes=3), place, {})
        packed = lines | {"measures": measures}
        yield _event(life, "pack_completed", parcel.packed, place, packed)
        labelled = parcel.packed + LABEL_AFTER
        name = "ship_label_printed" if life.number % 3 == 0 else "label_purchased"
        yield _event(life, name, labelled, place, carrier | {"charge": charge})
        yield _event(life, "shipped", parcel.shipped, place, carrier | lines)


def daily(plan: Plan, merchant: Merchant, random: Random) -> Iterator[Letter]:
    """Goods received in the morning and the stock counted at night, every day."""
    for day in range(plan.days):
        morning = (plan.opens + timedelta(days=day)).replace(tzinfo=merchant.zone)
        receipt = {"receipt_id": f"R-{merchant.number}-{day}", "pallets": random.randrange(4, 13)}
        yield _other(merchant, "receipt_arrived", morning.replace(hour=7), day, receipt)
        yield _other(
            merchant, "receipt_completed", morning.replace(hour=8, minute=30), day, receipt
        )
        count = {"unit": "pallet", "quantity": 140 + random.randrange(60)}
        evening = morning.replace(hour=23, minute=59)
        yield _other(merchant, "stock_counted", evening, day, count)


def _event(life: Life, kind: str, at: datetime, what: object, given: dict[str, Any]) -> Letter:
    body = {
        "event_id": f"{life.wms_id}-{kind}-{what}",
        "event_type": kind,
        "order_id": life.wms_id,
        "external_order": {"system": "shopify", "id": life.shop_id},
        "occurred_at": at.astimezone(life.merchant.zone).isoformat(),
        "site": life.merchant.site,
        **given,
    }
    return Letter(life.merchant.tenant, "wms", f"wms-{body['event_id']}", at, {}, body)


def _other(
    merchant: Merchant, kind: str, at: datetime, what: object, given: dict[str, Any]
) -> Letter:
    body = {
        "event_id": f"{merchant.site}-{kind}-{what}",
        "event_type": kind,
        "occurred_at": at.isoformat(),
        "site": merchant.site,
        **given,
    }
    return Letter(merchant.tenant, "wms", f"wms-{body['event_id']}", at, {}, body)


def _lines(articles: list[Article]) -> list[dict[str, Any]]:
    return [{"line": a.line, "sku": a.sku, "quantity": a.quantity} for a in articles]
