"""What a business step is to us: work on an order, a receipt, a movement, or nothing.

Take a step out of `NOTHING` when a rule needs what it says.
"""

from e2a.domain.events import EventType

STEPS: dict[str, EventType] = {
    "arriving": EventType.RECEIPT_ARRIVED,
    "receiving": EventType.RECEIPT_ARRIVED,
    "storing": EventType.RECEIPT_COMPLETED,
    "picking": EventType.PICK_COMPLETED,
    "packing": EventType.PACK_COMPLETED,
    "shipping": EventType.SHIPPED,
    "departing": EventType.SHIPPED,
    "transporting": EventType.CARRIER_SCAN,
    "holding": EventType.EXCEPTION_REPORTED,
    "void_shipping": EventType.EXCEPTION_REPORTED,
}
NOTHING = frozenset({
    "accepting", "assembling", "collecting", "commissioning", "consigning",
    "creating_class_instance", "cycle_counting", "decommissioning", "destroying", "disassembling",
    "dispensing", "encoding", "entering_exiting", "inspecting", "installing", "killing", "loading",
    "other", "removing", "repackaging", "repairing", "replacing", "reserving", "retail_selling",
    "sampling", "sensor_reporting", "staging_outbound", "stock_taking", "stocking", "unloading",
    "unpacking",
})  # fmt: skip
"""Steps of the Core Business Vocabulary that no promise and no price speaks of."""

RECEIPTS = frozenset({EventType.RECEIPT_ARRIVED, EventType.RECEIPT_COMPLETED})
RETURNS = frozenset({"returned", "rma"})
"""A disposition or a business transaction by which goods that are received come back."""

ORDERS = ("po", "prodorder", "inv", "desadv", "bol")
"""Business transactions that name an order, the best first."""

NOTICES = ("desadv", "po", "bol", "inv")
"""Business transactions that name a receipt, the best first."""
