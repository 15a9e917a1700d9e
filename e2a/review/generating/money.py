"""Tests of rate cards: months of work around every bound of every charge, and what they come to.

A month is tried for each step of the charge that has most: a little, on a bound, a unit beyond it.
Counters begin anew each month, so months do not disturb each other. Every charge is tried on an
order of its own, each flag on one more, an SLA credit by a month's promises (`credits`).
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from e2a.domain.policies import Policies, instant_of
from e2a.domain.policies.charges import PASSED_ON, ChargeText
from e2a.domain.policies.rates import RateCardText
from e2a.review.generating.clocks import Clocks
from e2a.review.generating.credits import over, promised, shares
from e2a.review.generating.moments import text
from e2a.review.given import Document

BILLED = ("total", "lines")
MOST_MONTHS, MOST_EVENTS = 8, 2_000
"""Months a card, and units of work that are events of their own; larger bounds are not tried."""
COST = Decimal("7.35")
"""What passes through; with most markups it has to be rounded."""
_BY_LINES = {"pick": "pick_completed", "ship": "shipped", "return": "return_received",
             "restock": "restocked"}  # fmt: skip
_OF_ORDERS = ("pick", "pack", "label", "vas")
_BY_EVENTS = {"pack": "pack_completed", "label": "label_purchased", "charge": "charge_recorded"}


def bill(policies: Policies, today: date) -> Clocks:
    """Work and invoices of every card of a tenant that has a whole month to itself."""
    made = Clocks()
    since = [_since(card, policies) for card in policies.rates]
    for card, first, end in zip(policies.rates, since, [*since[1:], None], strict=True):
        months = list(_months(max(first, date(today.year, 1, 1)), end))[: _wanted(card)]
        for number, month in enumerate(months):
            made.events += _month(policies, card, month, number)
            made.ask({"invoice": {"month": f"{month:%Y-%m}"}}, BILLED)
        if card.sla_credit and months:
            made.events += over(policies, _next(months[-1]))
    return made


def _wanted(card: RateCardText) -> int:
    """How many months try all that a card has."""
    tried = [len(steps(charge)) for charge in card.charges.values()]
    return max([*tried, len(shares(card.sla_credit)) if card.sla_credit else 0])


def steps(charge: ChargeText) -> Sequence[int]:
    """Quantities worth trying, one a month: one, several, and each bound with a unit beyond it."""
    bounds = {int(tier.up_to) for tier in charge.tiers if tier.up_to is not None}
    if charge.size is not None:
        free = int(charge.free or 0)
        bounds |= {free + int(charge.size)}
    small = [bound for bound in sorted(bounds) if bound <= MOST_EVENTS or not _is_counted(charge)]
    return [1, 3, *(n for bound in small for n in (bound, bound + 1))][:MOST_MONTHS]


def _is_counted(charge: ChargeText) -> bool:
    return charge.works_on in _BY_EVENTS


def _since(card: RateCardText, policies: Policies) -> date:
    """The first day of the first whole month of a card."""
    zone = ZoneInfo(policies.tenant.billing_zone)
    begun = instant_of(card.valid_from, zone.key).astimezone(zone)
    day = begun.date()
    return day if day.day == 1 and begun.time() == time() else _next(day)


def _months(first: date, end: date | None) -> Iterator[date]:
    """Whole months before the next card's, from a first day on."""
    month = first if first.day == 1 else _next(first)
    for _ in range(MOST_MONTHS):
        if end is not None and _next(month) > end:
            return
        yield month
        month = _next(month)


def _next(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _month(policies: Policies, card: RateCardText, month: date, number: int) -> Iterator[Document]:
    zone = ZoneInfo(policies.tenant.billing_zone)
    day = month.replace(day=10 if number else 1)  # a card that begins a day late prices it not
    at = text(datetime.combine(day, time(10, 7), zone), zone)
    source = {} if "wms" in card.sources else {"source": card.sources[0]}
    site = next(iter(policies.tenant.sites))
    for code, charge in card.charges.items():
        tried = steps(charge)
        if not number and charge.works_on in _OF_ORDERS:  # together on one order
            whole = f"all-{month:%y%m}"
            for event in _work(charge, 1, whole, site, card.currency):
                yield {"at": at, **event, **source}
        order = f"{code}-{month:%y%m}".replace("_", "-")
        for event in _work(charge, tried[number % len(tried)], order, site, card.currency):
            yield {"at": at, **event, **source}
    for flag, charge in _flagged(card):
        order = f"{flag}-{month:%y%m}".replace("_", "-")
        for event in _work(charge, 3, order, site, card.currency):
            yield {"at": at, **event, **source, "flags": [flag]}
    if card.sla_credit:
        yield from promised(policies, card.sla_credit, month, number)


def _flagged(card: RateCardText) -> Iterator[tuple[str, ChargeText]]:
    """Each flag that prices know, with work that it makes dearer."""
    for charge in card.charges.values():
        if charge.model == "surcharge" and charge.flag:
            yield charge.flag, charge
    plain = [c for c in card.charges.values() if c.works_on in _OF_ORDERS]
    for multiplier in card.order.multipliers if card.order else ():
        if plain:
            yield multiplier.flag, plain[0]


def _work(
    charge: ChargeText, units: int, name: str, site: str, currency: str
) -> Iterator[Document]:
    """Events by which so many units of a charge's operation are done."""
    kind = charge.works_on or ""
    if kind in _BY_LINES:
        yield {"type": _BY_LINES[kind], "order": name, "lines": {"A": units}}
    elif kind in _BY_EVENTS:
        yield _counted(charge, kind, units, name, currency)
    elif kind == "vas":
        code = charge.code or "work"
        yield {"type": "vas_performed", "order": name, "code": code, "quantity": units}
    elif kind == "receiving":
        counted = "cartons" if charge.code == "carton" else "pallets"
        yield {"type": "receipt_completed", "receipt": name, "site": site, counted: units}
    elif kind == "storage":
        unit = charge.code or "pallet"
        yield {"type": "stock_counted", "site": site, "unit": unit, "quantity": units}


def _counted(charge: ChargeText, kind: str, units: int, name: str, currency: str) -> Document:
    event: Document = {"type": _BY_EVENTS[kind], "order": name, "repeat": units}
    if kind != "charge":
        event["shipment"] = f"{name}-{kind}{{n}}"
    if kind == "charge" or charge.model in PASSED_ON:
        code = charge.code or "ground"
        event["charge"] = {"code": code, "amount": COST, "currency": currency}
    return event
