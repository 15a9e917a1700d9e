"""One stage of a policy read as a promise: its milestones and its kind of target."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from e2a.domain.lint.nodes import Node
from e2a.domain.lint.subject import Entry, Subject
from e2a.domain.policies.sla import OWN_MILESTONES, TARGETS

ORDER = ("received", "released", "picked", "packed", "shipped", "delivered")
RECEIPT = ("arrived", "stocked")
WATCH = "missing_scan"


@dataclass(frozen=True, slots=True)
class Written:
    """A promise as it is written, leniently; `e2a.domain.policies` has it as it is meant."""

    entry: Entry
    stage: str
    node: Node

    @property
    def start(self) -> str:
        """The milestone that starts the clock."""
        default = "shipped" if self.node["carrier_days"] else "released"
        return self.node["from"].text or ("arrived" if self.stage == "receive" else default)

    @property
    def end(self) -> str:
        """The milestone that ends it."""
        return self.node["to"].text or str(OWN_MILESTONES.get(self.stage, ""))

    @property
    def kind(self) -> str | None:
        """The key of its target; None unless exactly one is given."""
        given = [key for key in TARGETS if self.node[key]]
        return given[0] if len(given) == 1 else None

    @property
    def target(self) -> Decimal | None:
        """The number of its target, in the unit of its kind."""
        return self.node[self.kind].number if self.kind else None

    def contains(self, other: "Written") -> bool:
        """Whether this promise spans the other one, and more."""
        mine, theirs = self.span, other.span
        return bool(mine and theirs) and mine != theirs and _covers(mine, theirs)

    @property
    def span(self) -> tuple[int, int]:
        """Positions of its milestones in the life of an order; empty for any other pair."""
        if self.start in ORDER and self.end in ORDER:
            return ORDER.index(self.start), ORDER.index(self.end)
        return ()  # type: ignore[return-value]


def _covers(outer: tuple[int, int], inner: tuple[int, int]) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def promises(subject: Subject) -> Iterator[Written]:
    """Every promise of every policy, watches left out."""
    for entry in subject.entries:
        yield from promises_of(entry)


def promises_of(entry: Entry) -> Iterator[Written]:
    """The promises of one policy, watches left out."""
    for stage, node in entry.stages.items():
        if stage != WATCH and node.kind == "mapping":
            yield Written(entry, str(stage), node)
