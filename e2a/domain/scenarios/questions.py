"""What a scenario asks.

A question about one clock names its order and stage; the others say what they are by the key
`count`, `on_time`, `inbox`, `invoice` or `operations`. What they expect is in `answers`.
"""

from typing import Annotated, Any, Self

from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    model_validator,
)

from e2a.domain.deliveries import Source
from e2a.domain.policies import Party, PolicyModel, Stage
from e2a.domain.scenarios.answers import (
    ONLY_NOW,
    ClockAnswer,
    InboxAnswer,
    InvoiceAnswer,
    OnTimeAnswer,
    OperationsAnswer,
    SegmentAnswer,
    States,
    VersionAnswer,
)
from e2a.domain.scenarios.events import Id
from e2a.domain.scenarios.steps import Month
from e2a.domain.scenarios.times import When

Day = Annotated[str, BeforeValidator(lambda v: str(v)), Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]


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


class OnTimeQuestion(_OfAnInstant):
    """How many were on time."""

    on_time: Scorecard
    expect: OnTimeAnswer


class InboxFilter(PolicyModel):
    """Which arrivals are counted."""

    source: Source | None = None


class InboxQuestion(_Question):
    """What became of the events themselves."""

    inbox: InboxFilter
    expect: InboxAnswer


class InvoiceRef(PolicyModel):
    """Our invoice of a month, or one that was imported, by its name."""

    month: Month | None = None
    imported: Id | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.month is None) == (self.imported is None):
            raise ValueError("say which invoice: `month` or `imported`")
        return self


class InvoiceQuestion(_Question):
    """What an invoice says at the end of the scenario."""

    invoice: InvoiceRef
    expect: InvoiceAnswer


class OperationsFilter(PolicyModel):
    """Which operations are counted."""

    order: Id | None = None
    operation: Id | None = None
    code: Id | None = None
    month: Month | None = None


class OperationsQuestion(_Question):
    """What was done that may be billed, and how it ends."""

    operations: OperationsFilter
    expect: OperationsAnswer


KINDS = ("count", "on_time", "inbox", "invoice", "operations")
"""The keys that say what a question is; one without any is about a clock."""


def _kind(value: Any) -> str:  # noqa: ANN401 - whatever the YAML holds
    keys = value if isinstance(value, dict) else value.model_fields_set
    return next((kind for kind in KINDS if kind in keys), "clock")


Question = Annotated[
    Annotated[ClockQuestion, Tag("clock")]
    | Annotated[CountQuestion, Tag("count")]
    | Annotated[OnTimeQuestion, Tag("on_time")]
    | Annotated[InboxQuestion, Tag("inbox")]
    | Annotated[InvoiceQuestion, Tag("invoice")]
    | Annotated[OperationsQuestion, Tag("operations")],
    Discriminator(_kind),
]
