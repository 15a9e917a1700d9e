"""What each merchant pays, restated so that the truth can be told without reading `policies/`.

A merchant pays either by the piece, one line a charge and month, or by the order: the prices of its
work, at least the minimum, times what the order's flags multiply by, one line an order.
"""

from dataclasses import dataclass, field
from decimal import Decimal

Prices = dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class Tariff:
    """Prices in the merchant's currency.

    Attributes:
        pieces: by charge code; of a merchant who pays by the order, what lies outside of orders.
        markup: factor on passed-through cost; None where cost is not passed through.
        work: by kind of work (`pick`, `vas gift_wrap`), of a merchant who pays by the order.
        minimum: an order's, before its factors.
        factors: by flag.
    """

    pieces: Prices
    markup: Decimal | None = None
    work: Prices = field(default_factory=dict)
    minimum: Decimal = Decimal(0)
    factors: Prices = field(default_factory=dict)

    @property
    def is_by_the_order(self) -> bool:
        """Whether an order is one line."""
        return bool(self.work)


def _prices(**prices: str) -> Prices:
    return {name.replace("__", " "): Decimal(price) for name, price in prices.items()}


BY_THE_ORDER = Tariff(
    _prices(receiving_pallet="9.00", storage_pallet="0.05"),
    work=_prices(
        pick="0.30", pack="0.20", label="0.15", vas__kitting="0.50", vas__gift_wrap="1.00",
        return_="1.00", restock="1.50",
    ),
    minimum=Decimal("0.50"),
    factors=_prices(rush="2.0", oversized="1.5", hazmat="3.0", fragile="1.2"),
)  # fmt: skip

BY_THE_PIECE = Tariff(
    _prices(
        pick_first="2.20", pick_additional="0.40", pack="0.90", vas_kitting="0.35",
        vas_gift_wrap="1.20", receiving_pallet="9.00", storage_pallet="0.60",
        return_received="3.50",
    ),
    markup=Decimal("1.10"),
)  # fmt: skip
