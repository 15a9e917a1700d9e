"""Typed facts by id: all that a text about an exception or an adjustment may state, and to whom.

A model sees ids, kinds and meanings, and of closed lists the word; figures and names stay here and
code writes them (`slots`). So a figure cannot be invented, and one text serves many orders. What
the facts of a breach or an adjustment are is in `breach_facts` and `adjustment_facts`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from e2a.domain.analysis.buckets import bucket

ID = re.compile(r"[a-z][a-z0-9_]{0,47}")


class Audience(StrEnum):
    """Who reads: operations, or the customer of the merchant."""

    OPS = "ops"
    CLIENT = "client"


BOTH = frozenset(Audience)
OPS_ONLY = frozenset({Audience.OPS})


class FactKind(StrEnum):
    """What a fact is, which decides how code writes it."""

    DURATION = "duration"
    INSTANT = "instant"
    COUNT = "count"
    MONEY = "money"
    NAME = "name"
    """An id or a proper name (order, site, carrier, clause): written as it is, never sent."""
    WORD = "word"
    """A word of a closed list, `list:code`, in the reader's language."""
    CAUSE = "cause"
    """A reason code that somebody reported, in the reader's language."""


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount in an ISO 4217 currency."""

    amount: Decimal
    currency: str


Value = timedelta | datetime | int | Decimal | Money | str

_TYPES: dict[FactKind, type | tuple[type, ...]] = {
    FactKind.DURATION: timedelta,
    FactKind.INSTANT: datetime,
    FactKind.COUNT: (int, Decimal),
    FactKind.MONEY: Money,
    FactKind.NAME: str,
    FactKind.WORD: str,
    FactKind.CAUSE: str,
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that may be stated.

    Attributes:
        id: what the slot is called, `[[id]]`.
        says: what it is, in English, for the model; fixed words, never data.
        visible: to whom it may be stated.

    Raises:
        ValueError: the id is no id, the value is not of the kind, or an instant has no zone.
    """

    id: str
    kind: FactKind
    value: Value
    says: str
    visible: frozenset[Audience] = BOTH

    def __post_init__(self) -> None:
        if not ID.fullmatch(self.id):
            raise ValueError(f"{self.id!r} is not the id of a fact: write it like `late_by`")
        if not isinstance(self.value, _TYPES[self.kind]) or isinstance(self.value, bool):
            raise ValueError(f"fact {self.id} is a {self.kind}: {type(self.value).__name__} is not")
        if isinstance(self.value, datetime) and self.value.utcoffset() is None:
            raise ValueError(f"fact {self.id} is an instant without a zone")

    def for_prompt(self) -> dict[str, Any]:
        """The fact as the model sees it: no figure and no name."""
        shown = {
            "id": self.id,
            "kind": str(self.kind),
            "means": self.says,
            "visible": sorted(self.visible),
        }
        about = bucket(self.kind, self.value)
        return shown | ({"value": about} if about else {})


@dataclass(frozen=True, slots=True)
class Facts:
    """An immutable set of facts, and what they allow.

    Attributes:
        zone: in which instants are shown (the site's, else the tenant's).
        label_evidence: the labels that the facts allow, each with the ids that speak for it.
        causes: reason codes that a text may give as causes.
        remedies: what may be promised: `eta`, `refund`, `credit`, `replacement`.
        required: ids that a text for this audience must state.
        parts: of an adjustment: amounts by id, signed, that together are exactly `whole`.
        is_thin: little is known, so confidence is capped below the gate.
    """

    by_id: Mapping[str, Fact]
    zone: ZoneInfo
    label_evidence: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    causes: frozenset[str] = frozenset()
    remedies: frozenset[str] = frozenset()
    required: Mapping[Audience, frozenset[str]] = field(default_factory=dict)
    parts: Mapping[str, Decimal] = field(default_factory=dict)
    whole: str | None = None
    is_thin: bool = False

    @classmethod
    def of(cls, facts: Iterable[Fact], zone: ZoneInfo, **allowed: Any) -> "Facts":  # noqa: ANN401
        """Facts from a list of them; the rest by name as in the attributes.

        Raises:
            ValueError: two facts have one id, or a required one is missing or not visible, or
                parts do not sum exactly.
        """
        by_id: dict[str, Fact] = {}
        for fact in facts:
            if fact.id in by_id:
                raise ValueError(f"there are two facts {fact.id}")
            by_id[fact.id] = fact
        made = cls(MappingProxyType(by_id), zone, **allowed)
        for audience, ids in made.required.items():
            if lost := ids - made.ids(audience):
                raise ValueError(f"required of {audience} but not visible: {sorted(lost)}")
        made._check_parts()
        return made

    def _check_parts(self) -> None:
        if not self.parts:
            return
        whole = self.by_id[self.whole or ""].value
        if not isinstance(whole, Money) or sum(self.parts.values()) != whole.amount:
            raise ValueError(f"the parts {sorted(self.parts)} do not sum to {self.whole}")

    def ids(self, audience: Audience) -> frozenset[str]:
        """What this audience may read."""
        return frozenset(fact.id for fact in self.by_id.values() if audience in fact.visible)

    def for_prompt(self) -> list[dict[str, Any]]:
        """The facts as the model sees them, by id."""
        return [self.by_id[fact_id].for_prompt() for fact_id in sorted(self.by_id)]

    def labels_for_prompt(self) -> dict[str, list[str]]:
        """The labels that the evidence allows, each with the ids that speak for it."""
        return {label: list(ids) for label, ids in sorted(self.label_evidence.items())}

    def required_for_prompt(self) -> dict[str, list[str]]:
        """What each audience must be told."""
        return {str(who): sorted(ids) for who, ids in sorted(self.required.items())}

    def canonical(self) -> str:
        """What decides the words of an answer: equal for orders that differ in figures only."""
        return orjson.dumps(
            {
                "facts": self.for_prompt(),
                "labels": self.labels_for_prompt(),
                "required": self.required_for_prompt(),
                "causes": sorted(self.causes),
                "remedies": sorted(self.remedies),
                "parts": sorted(self.parts),
            },
            option=orjson.OPT_SORT_KEYS,
        ).decode()
