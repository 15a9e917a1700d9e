"""What the sender knows of each event: its body, how often it was sent, and what came back."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum


class State(StrEnum):
    """What the sender may conclude: only `acked` is a promise."""

    SENT = "sent"
    UNKNOWN = "unknown"
    ACKED = "acked"
    REFUSED = "refused"


@dataclass(slots=True)
class Entry:
    """One event of one tenant, under the id that all its sendings carry.

    `is_fact` says that it must become exactly one canonical event.
    """

    tenant: str
    event_id: str
    body: bytes
    state: State = State.SENT
    sendings: int = 0
    is_fact: bool = True

    @property
    def delivery_id(self) -> str:
        """The name that the inbox knows it by."""
        return f"wms-{self.event_id}"


@dataclass
class Ledger:
    """All entries, and how often each answer came.

    Attributes:
        answers: by status, or `lost` for a connection that ended without an answer.
        words: what became of the lines: stored, duplicate, conflict.
        unpromised: entries that were unknown once and turned out as duplicates: the lost answers.
    """

    entries: dict[tuple[str, str], Entry] = field(default_factory=dict)
    answers: Counter[str] = field(default_factory=Counter)
    words: Counter[str] = field(default_factory=Counter)
    unpromised: int = 0

    def add(self, entry: Entry) -> Entry:
        """Write an event down before it is sent for the first time."""
        self.entries[entry.tenant, entry.event_id] = entry
        return entry

    def of(self, state: State) -> Iterator[Entry]:
        """The entries in a state."""
        return (entry for entry in self.entries.values() if entry.state is state)

    def said(self, entry: Entry, word: str) -> None:
        """A 2xx came for it."""
        self.words[word] += 1
        if word == "duplicate" and entry.state is State.UNKNOWN:
            self.unpromised += 1
        entry.state = State.ACKED

    def lost(self, entry: Entry) -> None:
        """No answer came: it may be stored or not."""
        if entry.state is not State.ACKED:
            entry.state = State.UNKNOWN
