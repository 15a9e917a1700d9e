"""The facts of a breach and what the rules say about them: code writes the figures.

Model-written narratives will use the same facts and the same table (design 1.6). The wording lives
in `prompts/`, rendering in `e2a.sla.narratives`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from e2a.domain.exceptions import STAGE_CODES

SAID = {"missing_scan": "the next scan", "receive": "putting away"}
"""Stages whose names are no words of a sentence."""

REPORTED_LABELS = {
    "inventory_shortage": "INVENTORY_SHORTAGE",
    "address_invalid": "ADDRESS_INVALID",
    "payment_failed": "PAYMENT_FAILED",
    "customer_unavailable": "CUSTOMER_UNAVAILABLE",
    "damaged_package": "DAMAGED_PACKAGE",
}


@dataclass(frozen=True, slots=True)
class BreachFacts:
    """Everything that a narrative about one breach may say.

    Attributes:
        late: from the deadline to completion; said only of what is complete, so that time passing
            rewrites nothing.
        reported: reason codes that people or carriers reported for the order before completion.
    """

    tenant_id: str
    order_id: str
    stage: str
    instance: int
    version: int
    known_from: datetime
    zone: ZoneInfo
    site: str | None
    owner: str
    started_at: datetime
    due_at: datetime
    completed_at: datetime | None
    is_provisional: bool
    late: timedelta
    reported: tuple[str, ...]

    @property
    def label(self) -> str:
        """The most telling reason: a reported problem that explains the stage, else the stage."""
        if self.stage in ("pick", "deliver"):
            for reason in self.reported:
                if reason in REPORTED_LABELS:
                    return REPORTED_LABELS[reason]
        return STAGE_CODES[self.stage]

    @property
    def confidence(self) -> str:
        """0.95 for an observed end, 0.80 while open, 0.60 where the end is only inferred."""
        if self.is_provisional:
            return "0.60"
        return "0.95" if self.completed_at else "0.80"

    def local(self, instant: datetime) -> str:
        """An instant as the warehouse's clock shows it, such as `Mon 2 Mar 2026 14:05 CST`."""
        shown = instant.astimezone(self.zone)
        return f"{shown:%a} {shown.day} {shown:%b %Y %H:%M} {shown.tzname()}"

    def texts(self) -> dict[str, object]:
        """The facts as the templates name them."""
        return {
            "order": self.order_id.partition(":")[2],
            "stage": SAID.get(self.stage, self.stage),
            "site": self.site or "the warehouse",
            "owner": self.owner,
            "due": self.local(self.due_at),
            "started": self.local(self.started_at),
            "completed": self.local(self.completed_at) if self.completed_at else None,
            "late": duration(self.late) if self.completed_at else None,
            "provisional": self.is_provisional,
            "reported": [reason.replace("_", " ") for reason in self.reported],
        }


def duration(span: timedelta) -> str:
    """A span in words, to the minute, rounded down: `2 days 3 h`, `1 h 5 min`, `40 s`."""
    seconds = int(span.total_seconds())
    days, hours, minutes = seconds // 86400, seconds % 86400 // 3600, seconds % 3600 // 60
    if days:
        return f"{days} day{'s' if days > 1 else ''} {hours} h"
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min" if minutes else f"{seconds} s"
