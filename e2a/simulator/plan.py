"""How much of what: the plan, the planted rates, and the two merchants.

The promises and prices restate `policies/`, so that the truth can be told without reading them.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from e2a.simulator.tariff import BY_THE_ORDER, BY_THE_PIECE, Tariff

RATES = {
    "delivery_delay": Decimal("0.05"),
    "inventory_shortage": Decimal("0.025"),
    "address_invalid": Decimal("0.02"),
    "payment_failed": Decimal("0.015"),
    "customer_unavailable": Decimal("0.03"),
    "damaged_package": Decimal("0.008"),
    "late_pick": Decimal("0.04"),
    "late_pack": Decimal("0.03"),
    "late_ship": Decimal("0.03"),
    "cancelled_before_pick": Decimal("0.03"),
    "cancelled_after_pick": Decimal("0.01"),
    "split": Decimal("0.06"),
    "returned": Decimal("0.03"),
    "gift_wrap": Decimal("0.06"),
    "kitting": Decimal("0.04"),
    "other_hold": Decimal("0.02"),
    "rush": Decimal("0.05"),
    "oversized": Decimal("0.03"),
    "hazmat": Decimal("0.01"),
    "fragile": Decimal("0.06"),
}
"""Share of a tenant's orders in which each is planted, exactly (rounded to whole orders)."""

FLAGS = ("rush", "oversized", "hazmat", "fragile")
"""What an order may be, planted like the rest: its work costs so many times as much."""

DELIVERY_RATES = {"late": 0.03, "very_late": 0.004, "twice": 0.02, "again_under_new_id": 0.01}
"""Share of deliveries that arrive late, the next night, twice, or as a repeat of their own."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One simulation; the same plan gives the same bytes."""

    orders: int
    days: int
    seed: int
    tenants: tuple[str, ...]
    start: date = field(default=date(2026, 3, 2))

    @property
    def opens(self) -> datetime:
        """The first instant."""
        return datetime.combine(self.start, time(), UTC)

    @property
    def as_of(self) -> datetime:
        """The instant at which the story stops: 18:00 UTC of the last day, in full swing."""
        return self.opens + timedelta(days=self.days, hours=-6)


@dataclass(frozen=True, slots=True)
class Merchant:
    """A tenant as the simulator knows it: targets in minutes, its tariff in its currency."""

    tenant: str
    number: int
    locale: str
    country: str
    site: str
    zone: ZoneInfo
    currency: str
    pick: int
    pack: int
    ship: int
    tariff: Tariff


MERCHANTS = {
    merchant.tenant: merchant
    for merchant in (
        Merchant(
            "demo-3pl", 1, "en_US", "US", "MEM1", ZoneInfo("America/Chicago"), "USD",
            120, 180, 1440, BY_THE_ORDER,
        ),
        Merchant(
            "nordic-beauty", 2, "da_DK", "DK", "CPH1", ZoneInfo("Europe/Copenhagen"), "EUR",
            240, 120, 720, BY_THE_PIECE,
        ),
    )
}  # fmt: skip


def merchant(tenant: str) -> Merchant:
    """The merchant of that name.

    Raises:
        ValueError: the simulator has no such merchant.
    """
    if tenant not in MERCHANTS:
        raise ValueError(f"The simulator knows {', '.join(MERCHANTS)}, not {tenant!r}")
    return MERCHANTS[tenant]
