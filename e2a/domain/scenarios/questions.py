"""What a scenario asks, and which answers it may expect.

A question about one clock names its order and stage; the others say what they are by the key
`count`, `on_time`, `inbox`, `invoice` or `operations`. Of an answer, only what is written is
compared.
"""

from decimal import Decimal
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    WithJsonSchema,
    model_validator,
)

from e2a.domain.deliveries import Source
from e2a.domain.policies import Party, PolicyModel, Stage
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
State = Annotated[Word, BeforeValidator(_word)]
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
Month = Annotated[str, BeforeValidator(lambda v: str(v)), Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
Day = Annotated[str, BeforeValidator(lambda v: str(v)), Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class ClockAnswer(PolicyModel):
    """What is expected of one clock."""

    state: State | None = None
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


class _Question(PolicyModel):
    tenant: Id | None = None
    note: str | None = None


class _OfAnInstant(_Question):
    as_of: When
    known_at: When | None = None
    simulate: Id | None = None


class ClockQuestion(_Question):
    """About one promise of one order or receipt."""

    as_of: When | None = None
    known_at: When | None = None
    simulate: Id | None = None
    order: Id | None = None
    receipt: Id | None = None
    stage: Stage | None = None
    instance: Annotated[int, Field(ge=1)] = 1
    expect: ClockAnswer | None = None
    segments: tuple[SegmentAnswer, ...] | None = None
    versions: tuple[VersionAnswer, ...] | None = None

    @model_validator(mode="after")
    def _answerable(self) -> Self:
        if self.expect is None and self.segments is None and self.versions is None:
            raise ValueError("a question expects something: `expect`, `segments` or `versions`")
        if self.expect is not None and self.as_of is None:
            raise ValueError("say the instant asked about: `as_of`")
        asked = self.expect.model_fields_set if self.expect else set()
        if self.known_at is not None and (asked & ONLY_NOW or self.segments is not None):
            names = sorted(asked & ONLY_NOW) or ["segments"]
            raise ValueError(
                f"`{names[0]}` is only answered from all that is recorded; leave `known_at` out"
            )
        return self


class ClockFilter(PolicyModel):
    """Which clocks are counted; what is left out does not matter."""

    stage: Stage | None = None
    state: States | None = None
    order: Id | None = None
    site: Id | None = None
    service_level: Id | None = None
    channel: Id | None = None
    owner: Party | None = None
    excused: bool | None = None
    inferred: bool | None = None


class CountQuestion(_OfAnInstant):
    """How many clocks there are."""

    count: ClockFilter
    expect: int


class Scorecard(PolicyModel):
    """A stage's clocks that fall due in a month or on a day of the site; of all, if neither."""

    stage: Stage | None = None
    month: Month | None = None
    day: Day | None = None
    site: Id | None = None

    @model_validator(mode="after")
    def _one_period(self) -> Self:
        if self.month and self.day:
            raise ValueError("give `month` or `day`, not both")
        return self


class OnTimeAnswer(PolicyModel):
    """C15: `percent` is 100 x met / (met + breached), excused breaches in neither."""

    met: int | None = None
    breached: int | None = None
    excused: int | None = None
    percent: Decimal | None = None


class OnTimeQuestion(_OfAnInstant):
    """How many were on time."""

    on_time: Scorecard
    expect: OnTimeAnswer


class InboxFilter(PolicyModel):
    """Which arrivals are counted."""

    source: Source | None = None


class InboxAnswer(PolicyModel):
    """What became of what arrived (C9, C20)."""

    arrived: int | None = None
    counted: int | None = None
    duplicates: int | None = None
    conflicts: int | None = None
    implausible_times: int | None = None


class InboxQuestion(_Question):
    """What became of the events themselves."""

    inbox: InboxFilter
    expect: InboxAnswer


class BillingQuestion(_Question):
    """Reserved: what was done, or what is billed."""

    as_of: When | None = None
    known_at: When | None = None
    invoice: dict[str, Any] | None = None
    operations: dict[str, Any] | None = None
    expect: Any = None


_KINDS = {
    "count": "count", "on_time": "on_time", "inbox": "inbox", "invoice": "billing",
    "operations": "billing",
}  # fmt: skip


def _kind(value: Any) -> str:  # noqa: ANN401 - whatever the YAML holds
    keys: Any = value if isinstance(value, dict) else getattr(value, "model_fields_set", ())
    return next((kind for key, kind in _KINDS.items() if key in keys), "clock")


Question = Annotated[
    Annotated[ClockQuestion, Tag("clock")]
    | Annotated[CountQuestion, Tag("count")]
    | Annotated[OnTimeQuestion, Tag("on_time")]
    | Annotated[InboxQuestion, Tag("inbox")]
    | Annotated[BillingQuestion, Tag("billing")],
    Discriminator(_kind),
]
