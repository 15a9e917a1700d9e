"""Exceptions that a person works with: statuses, legal moves, reason codes, severities, promises.

    OPEN ──> ACKNOWLEDGED ──> IN_PROGRESS ──> RESOLVED ──> CLOSED
      └───────────────────────────^  ^ └───────┘    the system: any ──> CLOSED, CLOSED ──> OPEN

People go forward in the documented order. They may begin without acknowledging first, and resolve
what they acknowledged without saying that they began; nobody resolves what nobody took. A
resolution that did not hold goes back to IN_PROGRESS. CLOSED is final for people. The system
closes from anywhere (the missing event arrived, the order was cancelled, the breach was retracted
or excused) and opens again what it, not a person, closed. The same moves stand in the trigger of
`sla.exceptions`, so that no client can make others.

Add a reason code here when the vocabulary gains one. What is stored, and when, is decided in
`e2a.sla.exceptions`.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from e2a.domain.errors import BadInputError

SYSTEM = "system"
"""The actor of moves that no person made; no person may bear the name."""

REPORTED = "reported:"
"""How the promise of a reported problem begins."""


class Status(StrEnum):
    """Where an exception stands."""

    OPEN = "OPEN"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    IN_PROGRESS = "IN_PROGRESS"
    RESOLVED = "RESOLVED"
    CLOSED = "CLOSED"


class Severity(StrEnum):
    """How bad an exception is, mildest first."""

    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"
    CRITICAL = "CRITICAL"


MOVES: dict[Status, tuple[Status, ...]] = {
    Status.OPEN: (Status.ACKNOWLEDGED, Status.IN_PROGRESS),
    Status.ACKNOWLEDGED: (Status.IN_PROGRESS, Status.RESOLVED),
    Status.IN_PROGRESS: (Status.RESOLVED,),
    Status.RESOLVED: (Status.CLOSED, Status.IN_PROGRESS),
    Status.CLOSED: (),
}
"""Where a person may move an exception from each status."""

STAGE_CODES = {
    "pick": "PICK_DELAY",
    "pack": "PACK_DELAY",
    "ship": "CARRIER_ISSUE",  # what the ancestor calls a late hand-over
    "missing_scan": "MISSING_SCAN",
    "deliver": "DELIVERY_DELAY",
    "receive": "OTHER",
}
"""Reason codes of the ancestor's vocabulary, by the stage whose promise broke."""

SEVERITIES = {
    "PICK_DELAY": Severity.MEDIUM,
    "PACK_DELAY": Severity.MEDIUM,
    "CARRIER_ISSUE": Severity.HIGH,
    "MISSING_SCAN": Severity.MEDIUM,
    "STOCK_MISMATCH": Severity.HIGH,
    "ADDRESS_ERROR": Severity.HIGH,
    "SYSTEM_ERROR": Severity.CRITICAL,
    "DELIVERY_DELAY": Severity.HIGH,
    "ADDRESS_INVALID": Severity.HIGH,
    "PAYMENT_FAILED": Severity.HIGH,
    "INVENTORY_SHORTAGE": Severity.HIGH,
    "DAMAGED_PACKAGE": Severity.HIGH,
    "CUSTOMER_UNAVAILABLE": Severity.MEDIUM,
    "OTHER": Severity.MEDIUM,
}
"""The fourteen reason codes and how bad each is; lateness does not change it."""


class IllegalMoveError(BadInputError):
    """An exception cannot go from where it stands to where it was sent."""

    def __init__(self, now: Status, to: Status) -> None:
        if now is to:
            problem = f"The exception is {now} already"
        else:
            problem = f"An exception does not move from {now} to {to}"
        legal = " or ".join(MOVES[now])
        super().__init__(problem, f"From {now} it moves to {legal}" if legal else f"{now} is final")


def check_move(now: Status, to: Status) -> None:
    """Allow a person's move.

    Raises:
        IllegalMoveError: it is not in `MOVES`.
    """
    if to not in MOVES[now]:
        raise IllegalMoveError(now, to)


def code_of(kind: str) -> str:
    """The reason code of a stage, or of a report such as `reported:stock_mismatch`."""
    if not kind.startswith(REPORTED):
        return STAGE_CODES.get(kind, "OTHER")
    said = kind.removeprefix(REPORTED).upper().replace(" ", "_").replace("-", "_")
    return said if said in SEVERITIES else "OTHER"


def person(name: str, role: str) -> str:
    """The name of who acts.

    Raises:
        BadInputError: there is none, or it is the system's.
    """
    name = name.strip()
    if not name or name.lower() == SYSTEM:
        raise BadInputError(f"{name!r} cannot be the {role}", f"Name the person who is the {role}")
    return name


@dataclass(frozen=True, slots=True)
class Promise:
    """One instance of a stage's promise (C13), written `ship#2`; `ship` is the first."""

    stage: str
    instance: int = 1

    @classmethod
    def parse(cls, text: str) -> "Promise":
        """Read `ship` or `ship#2`.

        Raises:
            BadInputError: it is neither.
        """
        stage, mark, number = text.strip().partition("#")
        if stage not in STAGE_CODES or (mark and not re.fullmatch("[1-9][0-9]{0,5}", number)):
            raise BadInputError(
                f"{text!r} is not a promise", f"Write one of {', '.join(STAGE_CODES)}, or ship#2"
            )
        return cls(stage, int(number or 1))

    def __str__(self) -> str:
        return f"{self.stage}#{self.instance}"

    @property
    def in_events(self) -> str:
        """As the event `sla_excused` names it."""
        return self.stage if self.instance == 1 else str(self)
