"""The answers that a scenario may expect: of each, only what is written is compared."""

from decimal import Decimal
from typing import Annotated, Literal, get_args

from pydantic import BeforeValidator, Field, WithJsonSchema

from e2a.domain.policies import Party, PolicyModel
from e2a.domain.scenarios.events import Id
from e2a.domain.scenarios.times import Seconds, When


def _word(value: object) -> object:
    """BREACHED, at risk and null are breached, at_risk and none."""
    return "none" if value is None else str(value).strip().lower().replace(" ", "_")


def _words(value: object) -> object:
    return tuple(_word(v) for v in (value if isinstance(value, list | tuple) else [value]))


Word = Literal[
    "met", "breached", "cancelled", "paused", "at_risk", "on_track", "unassessable", "none"
]
State = Annotated[Word, BeforeValidator(_word), WithJsonSchema({"enum": [*get_args(Word), None]})]
States = Annotated[
    tuple[Word, ...],
    BeforeValidator(_words),
    WithJsonSchema(
        {
            "anyOf": [
                {"enum": list(get_args(Word))},
                {"type": "array", "items": {"enum": list(get_args(Word))}},
            ]
        }
    ),
]


class ClockAnswer(PolicyModel):
    """What is expected of one clock."""

    state: State = "none"
    started_at: When | None = None
    due_at: When | None = None
    at_risk_at: When | None = None
    completed_at: When | None = None
    cancelled_at: When | None = None
    breached_at: When | None = None
    elapsed_seconds: Seconds | None = None
    held_seconds: Seconds | None = None
    remaining_seconds: Seconds | None = None
    remaining_business_seconds: Seconds | None = None
    late_seconds: Seconds | None = None
    late_business_seconds: Seconds | None = None
    owner: Party | None = None
    party: Party | None = None
    policy: Id | None = None
    version: int | None = None
    inferred: bool | None = None
    provisional: bool | None = None
    excused: bool | None = None
    units: int | None = None
    units_on_time: int | None = None
    units_on_time_percent: Decimal | None = None
    shipments: int | None = None
    shipments_on_time: int | None = None
    shipments_on_time_percent: Decimal | None = None


ONLY_NOW = frozenset(
    {"party", *(name for name in ClockAnswer.model_fields if name.startswith(("units", "ship")))}
)
"""Answers that exist for what is known now, not for what was known at an earlier instant."""


class SegmentAnswer(PolicyModel):
    """A stretch of a clock's time: who held the order."""

    start: When | None = Field(default=None, alias="from")
    end: When | None = Field(default=None, alias="to")
    stage: Id | None = None
    hold: Id | None = None
    party: Party | None = None
    paused: bool | None = None
    seconds: Seconds | None = None


class VersionAnswer(PolicyModel):
    """A row of what was known of a clock, from one instant to the next."""

    version: int | None = None
    known_from: When | None = None
    known_until: When | None = None
    policy: Id | None = None
    started_at: When | None = None
    due_at: When | None = None
    at_risk_at: When | None = None
    completed_at: When | None = None
    cancelled_at: When | None = None
    inferred: bool | None = None
    excused: bool | None = None


class OnTimeAnswer(PolicyModel):
    """C15: `percent` is 100 x met / (met + breached), excused breaches in neither."""

    met: int | None = None
    breached: int | None = None
    excused: int | None = None
    percent: Decimal | None = None


class InboxAnswer(PolicyModel):
    """What became of what arrived (C9, C20)."""

    arrived: int | None = None
    counted: int | None = None
    duplicates: int | None = None
    conflicts: int | None = None
    implausible_times: int | None = None


class InvoiceLineAnswer(PolicyModel):
    """A line of an invoice."""

    charge: Id | None = None
    kind: Id | None = None
    tier: int | None = None
    price: Decimal | None = None
    quantity: Decimal | None = None
    unrounded: Decimal | None = None
    amount: Decimal | None = None
    tax: Id | None = None
    order: Id | None = None
    corrects: Id | None = None


class FindingAnswer(PolicyModel):
    """What the guard found, and what became of it."""

    rule: Id | None = None
    charge: Id | None = None
    severity: Id | None = None
    discrepancy: Decimal | None = None
    open: bool | None = None
    adjustment: Id | None = None


class InvoiceAnswer(PolicyModel):
    """An invoice at the end of the scenario; lists must be complete, in any order."""

    status: Id | None = None
    number: Id | None = None
    currency: Id | None = None
    pre_tax: Decimal | None = None
    tax: Decimal | None = None
    total: Decimal | None = None
    lines: tuple[InvoiceLineAnswer, ...] | None = None
    findings: tuple[FindingAnswer, ...] | None = None
    credit_notes: tuple[Decimal, ...] | None = None
    blocked: bool | None = None


class OperationsAnswer(PolicyModel):
    """How many operations end how; `reasons` of those that are not billed."""

    billed: int | None = None
    not_billable: int | None = None
    quarantined: int | None = None
    reasons: dict[Id, int] | None = None
