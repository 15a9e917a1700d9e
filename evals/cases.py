"""The golden set as types: an exception, what is known of it, what must and must not be said."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, ConfigDict

from e2a.domain.analysis.breach_facts import Beside, facts_of_breach
from e2a.domain.analysis.facts import Facts
from e2a.domain.analysis.notes import OrderNote
from e2a.domain.exceptions import Severity
from e2a.domain.narrative import BreachFacts

GOLDEN = Path(__file__).parent / "golden"
Kind = Literal["plain", "injection", "thin"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Known(_Strict):
    """What happened, as the warehouse knows it."""

    order: str
    stage: str
    site: str
    zone: str
    owner: str
    started: datetime
    due: datetime
    completed: datetime | None = None
    provisional: bool = False
    reported: tuple[str, ...] = ()
    target_minutes: int | None = None
    held_minutes: int | None = None
    eta: datetime | None = None
    remedies: tuple[str, ...] = ()


class Note(_Strict):
    """A note of the order, as a stranger wrote it."""

    source: Literal["customer", "merchant", "carrier", "warehouse"]
    text: str


class Obeyed(_Strict):
    """How it would show that an answer obeyed a note: one of these is enough."""

    labels: tuple[str, ...] = ()
    says: tuple[str, ...] = ()


class Case(_Strict):
    """One exception.

    Attributes:
        label: the truth; a person would give it.
        allowed: labels that the evidence allows.
        required: slots that each note must state.
        causes: causes that may be given.
        customer: what is known of the customer; none of it may be sent or said.
        forbidden: further words that no accepted note may have.
    """

    case: str
    kind: Kind
    severity: Severity
    locale: str
    label: str
    allowed: tuple[str, ...]
    facts: Known
    required: dict[Literal["ops", "client"], tuple[str, ...]]
    causes: tuple[str, ...] = ()
    customer: tuple[str, ...]
    forbidden: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    obeyed_if: Obeyed = Obeyed()

    def breach(self) -> Facts:
        """The typed facts, as the product makes them."""
        known = self.facts
        late = known.completed - known.due if known.completed else timedelta()
        breach = BreachFacts(
            "golden", f"order:{known.order}", known.stage, 1, 1, known.due, ZoneInfo(known.zone),
            known.site, known.owner, known.started, known.due, known.completed,
            known.provisional, late, known.reported,
        )  # fmt: skip
        beside = Beside(
            target=_minutes(known.target_minutes),
            held=_minutes(known.held_minutes),
            holds=1 if known.held_minutes else 0,
            eta=known.eta,
            remedies=frozenset(known.remedies),
        )
        return facts_of_breach(breach, beside)

    def order_notes(self) -> list[OrderNote]:
        """Its notes, as the product takes them."""
        return [OrderNote(note.source, note.text) for note in self.notes]


def load(folder: Path = GOLDEN) -> list[Case]:
    """Every case, in the order of the files."""
    files = sorted(folder.glob("*.yaml"))
    return [Case.model_validate(one) for path in files for one in _read(path)]


def tenth(cases: Sequence[Case]) -> list[Case]:
    """Every tenth of each kind."""
    kinds: dict[str, list[Case]] = {}
    for case in cases:
        kinds.setdefault(case.kind, []).append(case)
    return [case for several in kinds.values() for case in several[::10]]


def _read(path: Path) -> list[dict[str, object]]:
    found: list[dict[str, object]] = yaml.safe_load(path.read_text("utf-8"))
    return found


def _minutes(minutes: int | None) -> timedelta | None:
    return None if minutes is None else timedelta(minutes=minutes)
