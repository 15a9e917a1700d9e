"""`sla.yaml`: promises with their targets, who owns them, and which holds pause them.

A promise is written as a `StageText` and used as a `Promise`, in which every default is spelt out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from e2a.domain.events import Code
from e2a.domain.policies.base import (
    LocalTime,
    Milestone,
    Party,
    PolicyModel,
    Stage,
    ValidFrom,
)

TargetKind = Literal["duration", "day", "carried", "carrier_days"]
Trusted = Literal["wms", "carrier", "shopify", "file"]
Level = Annotated[Decimal, Field(gt=0, le=1)]
Days = Annotated[int, Field(strict=True, ge=0, le=366)]

OWN_MILESTONES: dict[str, Milestone] = {
    "pick": "picked", "pack": "packed", "ship": "shipped", "deliver": "delivered",
    "receive": "stocked",
}  # fmt: skip
OWNERS: dict[str, Party] = {
    "pick": "warehouse", "pack": "warehouse", "ship": "warehouse", "deliver": "carrier",
    "receive": "warehouse",
}  # fmt: skip
OF_A_RECEIPT = ("arrived", "stocked")
TARGETS = ("within_minutes", "by_close_of_day", "carrier_days", "by")


class HoldText(PolicyModel):
    """What a hold of one reason means: whether it pauses (C7), and whose time it is (C16)."""

    pauses: bool = True
    party: Party = "merchant"


class StageText(PolicyModel):
    """One promise with exactly one target, or a watch on another stage (`of`, `factor`)."""

    start: Milestone | None = Field(default=None, alias="from")
    end: Milestone | None = Field(default=None, alias="to")
    within_minutes: Annotated[Decimal, Field(gt=0)] | None = None
    by_close_of_day: Days | None = None
    cut_off: LocalTime | None = None
    carrier_days: Days | None = None
    carrier_calendar: Code | None = None
    by: Literal["promised_at", "ship_by"] | None = None
    of: Literal["pick", "pack", "ship", "deliver", "receive"] | None = None
    factor: Annotated[Decimal, Field(gt=0)] | None = None
    owner: Party | None = None

    @model_validator(mode="after")
    def _belongs_together(self) -> Self:
        if (self.of is None) != (self.factor is None):
            raise ValueError("a watch takes both `of` and `factor`")
        if self.cut_off is not None and self.by_close_of_day is None:
            raise ValueError("`cut_off` goes with `by_close_of_day`")
        if (self.carrier_calendar is None) != (self.carrier_days is None):
            raise ValueError("`carrier_days` and `carrier_calendar` go together")
        return self

    @property
    def targets(self) -> list[str]:
        """The names of the targets that are given."""
        return [name for name in TARGETS if getattr(self, name) is not None]


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise of one entry, every default spelt out."""

    stage: Stage
    start: Milestone
    end: Milestone
    owner: Party
    target_kind: TargetKind
    target_seconds: int | None = None
    target_days: int | None = None
    cut_off: str | None = None
    """HH:MM, or `close`; of day targets only."""
    carrier_calendar: str | None = None
    deadline_field: str | None = None
    is_watch: bool = False


def _levels(value: object) -> object:
    return value if isinstance(value, list | tuple) else (value,)


class SlaPolicyText(PolicyModel):
    """One entry of `sla.yaml`: the promises in force from `valid_from` on."""

    policy: Code = "default"
    valid_from: ValidFrom
    precedence: Annotated[int, Field(strict=True)] = 0
    site: Code | None = None
    service_level: Code | None = None
    channel: Code | None = None
    calendar: Code | None = None
    released_by: Annotated[
        tuple[Literal["order_paid", "order_released"], ...], Field(min_length=1)
    ] = ("order_paid",)
    trusts: Annotated[tuple[Trusted, ...], Field(min_length=1)] = (
        "wms", "carrier", "shopify", "file",
    )  # fmt: skip
    counts_manifested: bool = False
    at_risk: Annotated[tuple[Level, ...], BeforeValidator(_levels), Field(min_length=1)] = (
        Decimal("0.80"),
    )
    pauses: tuple[Code, ...] = ()
    holds: dict[Code, HoldText] = Field(default_factory=dict)
    excusals: tuple[Code, ...] = ()
    stages: dict[Stage, StageText] = Field(min_length=1)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if list(self.at_risk) != sorted(set(self.at_risk)):
            raise ValueError("`at_risk` levels are ascending, each once")
        for reason in self.pauses:
            if reason in self.holds:
                raise ValueError(f"{reason} is in `pauses` and in `holds`; name it once")
        for stage, text in self.stages.items():
            _check_stage(stage, text, self.stages)
        return self

    @property
    def all_holds(self) -> dict[str, HoldText]:
        """`holds`, and `pauses` spelt out."""
        return {**{reason: HoldText() for reason in self.pauses}, **self.holds}

    @property
    def owners(self) -> dict[str, Party]:
        """Who owns each stage: this entry's word, else the default (C16)."""
        given = {name: text.owner for name, text in self.stages.items() if text.owner}
        return {name: given.get(name, owner) for name, owner in OWNERS.items()}  # type: ignore[call-overload]

    def promises(self) -> Iterator[Promise]:
        """Every promise of the entry, defaults spelt out."""
        for stage, text in self.stages.items():
            yield _watch(self, text) if text.of else _promise(stage, text)


def _check_stage(stage: str, text: StageText, stages: dict[Any, StageText]) -> None:
    if (stage == "missing_scan") != (text.of is not None):
        raise ValueError(f"stages.{stage}: `missing_scan`, and it alone, takes `of` and `factor`")
    if text.of is not None:
        _check_watch(text, stages)
        return
    if len(text.targets) != 1:
        raise ValueError(
            f"stages.{stage}: give exactly one of `within_minutes`, `by_close_of_day`, "
            "`carrier_days` and `by`"
        )
    for milestone in (text.start, text.end):
        if milestone and (milestone in OF_A_RECEIPT) != (stage == "receive"):
            raise ValueError(f"stages.{stage}: {milestone} is no milestone of this stage")


def _check_watch(text: StageText, stages: dict[Any, StageText]) -> None:
    if text.targets or text.start or text.end:
        raise ValueError("stages.missing_scan: a watch takes nothing but `of`, `factor`, `owner`")
    if text.of not in stages or stages[text.of].within_minutes is None:
        raise ValueError(f"stages.missing_scan: `of` needs a stage {text.of} with `within_minutes`")


def _promise(stage: Stage, text: StageText) -> Promise:
    kinds: dict[str, TargetKind] = dict(
        zip(TARGETS, ("duration", "day", "carrier_days", "carried"), strict=True)
    )
    (target,) = text.targets
    days = text.carrier_days if text.by_close_of_day is None else text.by_close_of_day
    cut_off = f"{text.cut_off:%H:%M}" if text.cut_off else "close"
    return Promise(
        stage, text.start or _default_start(stage, text), text.end or OWN_MILESTONES[stage],
        text.owner or OWNERS[stage], kinds[target],
        target_seconds=None if text.within_minutes is None else round(text.within_minutes * 60),
        target_days=days,
        cut_off=None if text.by_close_of_day is None else cut_off,
        carrier_calendar=text.carrier_calendar,
        deadline_field=text.by,
    )  # fmt: skip


def _default_start(stage: Stage, text: StageText) -> Milestone:
    """`released` (C10), but receipts arrive and carrier days count from the hand-over (C6)."""
    if stage == "receive":
        return "arrived"
    return "released" if text.carrier_days is None else "shipped"


def _watch(entry: SlaPolicyText, text: StageText) -> Promise:
    assert text.of is not None
    assert text.factor is not None
    watched = entry.stages[text.of]
    assert watched.within_minutes is not None
    promise = _promise(text.of, watched)
    return Promise(
        "missing_scan", promise.start, promise.end, text.owner or promise.owner, "duration",
        target_seconds=round(watched.within_minutes * 60 * text.factor), is_watch=True,
    )  # fmt: skip
