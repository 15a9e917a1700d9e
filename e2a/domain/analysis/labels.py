"""The fifteen labels, and which of them the evidence about a breach allows.

A label is allowed by the stage that broke its promise, or by a report that can explain that stage.
Each has the reason code of ANSI X12 element 1651 that an EDI 214 would carry.
"""

from collections.abc import Iterable, Mapping

from e2a.domain.exceptions import SEVERITIES, STAGE_CODES

LABELS = (*SEVERITIES, "SHIP_DELAY")
"""The reason codes, and the ancestor's one label that is no reason code."""

ALSO = {"ship": ("SHIP_DELAY",), "missing_scan": ("CARRIER_ISSUE",), "deliver": ("CARRIER_ISSUE",)}
"""Labels that a late stage allows beside its own code."""

EXPLAINS: Mapping[str, frozenset[str]] = {
    "STOCK_MISMATCH": frozenset({"pick", "pack", "receive"}),
    "INVENTORY_SHORTAGE": frozenset({"pick", "pack", "deliver"}),
    "PAYMENT_FAILED": frozenset({"pick", "pack", "ship", "deliver"}),
    "ADDRESS_ERROR": frozenset({"pick", "pack", "ship", "deliver"}),
    "ADDRESS_INVALID": frozenset({"pick", "pack", "ship", "deliver"}),
    "DAMAGED_PACKAGE": frozenset({"pack", "ship", "deliver", "receive"}),
    "CUSTOMER_UNAVAILABLE": frozenset({"deliver"}),
    "CARRIER_ISSUE": frozenset({"ship", "missing_scan", "deliver"}),
    "MISSING_SCAN": frozenset({"missing_scan", "ship", "deliver"}),
    "SYSTEM_ERROR": frozenset(STAGE_CODES),
}
"""Stages whose lateness a report of this code can explain."""

X12_1651 = {"SHIP_DELAY": "AY", "ADDRESS_ERROR": "A2", "ADDRESS_INVALID": "A2"}
"""Missed pick-up, incorrect address; every other label is BG (other): see `x12_reason`."""


def x12_reason(label: str) -> str:
    """The reason code (element 1651) that an EDI 214 would carry for a label."""
    return X12_1651.get(label, "BG")


def code(reported: str) -> str:
    """A reported reason as a label: `inventory_shortage` is INVENTORY_SHORTAGE."""
    return reported.strip().upper().replace(" ", "_").replace("-", "_")


def allowed(stage: str, reported: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The labels that the evidence allows, each with the ids of the facts that speak for it."""
    labels: dict[str, tuple[str, ...]] = {STAGE_CODES.get(stage, "OTHER"): ("stage",)}
    labels |= dict.fromkeys(ALSO.get(stage, ()), ("stage",))
    for reason in reported:
        label = code(reason)
        if stage in EXPLAINS.get(label, ()):
            labels[label] = (*labels.get(label, ("stage",)), f"cause_{label.lower()}")
    return labels
