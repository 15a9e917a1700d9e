"""A row that is held back, and which of them are meant.

Add a field here when a list should show it. How rows are found and settled belongs to the modules
beside.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from e2a.domain.deliveries import Outcome
from e2a.domain.errors import BadInputError


class Kind(StrEnum):
    """Why a row is held back: our own fault, a person's decision, a tenant that is not loaded."""

    DEAD_LETTER = Outcome.DEAD_LETTER.value
    QUARANTINED = Outcome.QUARANTINED.value
    WAITING = Outcome.WAITING.value


@dataclass(frozen=True, slots=True)
class HeldId:
    """Which row: the tenant and the place in the inbox, written `tenant/seq`."""

    tenant_id: str
    seq: int

    def __str__(self) -> str:
        return f"{self.tenant_id}/{self.seq}"

    @classmethod
    def parse(cls, text: str) -> "HeldId":
        """Read `tenant/seq`.

        Raises:
            BadInputError: it is not written so.
        """
        tenant, slash, seq = text.rpartition("/")
        if not slash or not tenant or not (seq.isascii() and seq.isdigit()) or len(seq) > 18:
            raise BadInputError(
                f"{text!r} is no id of a held row", "Take one from `e2a dlq list`, such as acme/42"
            )
        return cls(tenant, int(seq))


@dataclass(frozen=True, slots=True)
class Choice:
    """Which held rows are meant: all of a kind, narrowed by what is given.

    Attributes:
        kind: None with `ids`: whatever they are held for, discarded ones too.
        ids: these rows and no others.
        reason: error class of a dead letter, reason of a quarantined or waiting row.
        received_before: only rows received before this instant.
        failed_only: only dead letters whose automatic attempts are used up.

    Raises:
        BadInputError: neither a kind nor ids.
    """

    kind: Kind | None = Kind.DEAD_LETTER
    ids: tuple[HeldId, ...] = ()
    reason: str | None = None
    tenant_id: str | None = None
    source: str | None = None
    received_before: datetime | None = None
    failed_only: bool = False

    def __post_init__(self) -> None:
        if self.kind is None and not self.ids:
            raise BadInputError("Which held rows are meant?", "Give a kind, or ids")


@dataclass(frozen=True, slots=True)
class Held:
    """One row that is held back.

    Attributes:
        status: retrying, failed, quarantined, waiting, or discarded.
        attempts: how often parsing was tried, automatically or by hand; 0 unless a dead letter.
        next_attempt_at: when it is tried again by itself; None: a person must act.
        events: how many facts of the row stand in spite of it.
    """

    tenant_id: str
    seq: int
    source: str
    delivery_id: str | None
    received_at: datetime
    status: str
    reason: str | None
    detail: str | None
    attempts: int
    next_attempt_at: datetime | None
    events: int

    @property
    def id(self) -> HeldId:
        """How the commands name it."""
        return HeldId(self.tenant_id, self.seq)


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything about one held row: its delivery, its problems, what was decided about it.

    Attributes:
        body: as it arrived; empty once its day was dropped (it is in the archive then).
        problems: each with ordinal, source_event_id, reason and detail.
        discards: each with discarded_at, discarded_by, reason and what it was held for.
    """

    held: Held
    headers: Mapping[str, str]
    body: bytes
    problems: tuple[dict[str, Any], ...]
    discards: tuple[dict[str, Any], ...]
