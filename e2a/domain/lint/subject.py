"""What the rules look at: one tenant's files as trees, and its SLA entries read leniently.

Everything here copes with text that the loader would refuse: a value of another shape reads as
missing. Add a view when two rules need the same reading. No rule stands here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import cached_property
from zoneinfo import ZoneInfo

from e2a.domain.lint.nodes import Flaw, Node, read
from e2a.domain.localtime import to_instant
from e2a.domain.zones import zone_named

SELECTORS = ("site", "service_level", "channel")
"""In the order of their weight: a named site is more specific than a named service level."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One policy of `sla.yaml`."""

    node: Node
    since: datetime | None
    """When it comes into force, as an instant (C18); None if that cannot be read."""

    @property
    def selectors(self) -> tuple[object, ...]:
        """What it selects by: site, service level, channel; None selects everything."""
        return tuple(self.node[name].scalar for name in SELECTORS)

    @property
    def rank(self) -> tuple[Decimal, tuple[bool, ...]]:
        """What decides between entries that select the same order: precedence, then weight."""
        precedence = self.node["precedence"].number or Decimal(0)
        return precedence, tuple(value is not None for value in self.selectors)

    @property
    def stages(self) -> Mapping[object, Node]:
        """Its promises by stage."""
        return self.node["stages"].members

    def selects_all_of(self, other: "Entry") -> bool:
        """Whether every order of the other entry is selected by this one too."""
        pairs = zip(self.selectors, other.selectors, strict=True)
        return all(mine is None or mine == theirs for mine, theirs in pairs)

    def __str__(self) -> str:
        name = self.node["policy"].scalar or "default"
        chosen = [str(value) for value in self.selectors if value is not None]
        return f"policy {name}" + (f" ({', '.join(chosen)})" if chosen else "")


@dataclass(frozen=True)
class Subject:
    """One tenant's files, and what they are judged against."""

    folder: str
    files: Mapping[str, Node]
    flaws: Sequence[Flaw]
    today: date
    former: "Subject | None" = None
    scenarios: Sequence[Node] | None = None

    @property
    def tenant(self) -> Node:
        """`tenant.yaml`; falsy if it is not at hand."""
        return self.files.get("tenant", Node(""))

    @property
    def sla(self) -> Node:
        """`sla.yaml`."""
        return self.files.get("sla", Node(""))

    @property
    def rates(self) -> Node:
        """`rates.yaml`."""
        return self.files.get("rates", Node(""))

    @property
    def cards(self) -> Sequence[Node]:
        """The rate cards of `rates.yaml`, in its order."""
        return [node for node in self.rates if node.kind == "mapping"]

    @property
    def sites(self) -> Mapping[object, Node]:
        """The tenant's sites by name."""
        return self.tenant["sites"].members

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """The policies of `sla.yaml`, in its order."""
        return tuple(Entry(node, self._since(node)) for node in self.sla if node.kind == "mapping")

    def sites_of(self, entry: Entry) -> Iterator[tuple[object, Node]]:
        """The sites that an entry selects."""
        chosen = entry.node["site"].scalar
        return ((name, site) for name, site in self.sites.items() if chosen in (None, name))

    def calendars_of(self, entry: Entry) -> dict[object, Node]:
        """The calendars that the promises of an entry run by, under their names."""
        own = entry.node["calendar"].scalar
        names = [own] if own else [site["calendar"].scalar for _, site in self.sites_of(entry)]
        every = self.tenant["calendars"].members
        return {name: every[name] for name in names if name in every}

    def zones_by_calendar(self) -> Iterator[tuple[Node, object, ZoneInfo]]:
        """Every calendar with each site and zone that it is read in."""
        every, seen = self.tenant["calendars"].members, set()
        overrides = [entry.node["calendar"].scalar for entry in self.entries]
        for name, site in self.sites.items():
            zone = zone_of(site["zone"])
            for calendar in (site["calendar"].scalar, *overrides):
                if zone and calendar in every and (calendar, zone.key) not in seen:
                    seen.add((calendar, zone.key))
                    yield every[calendar], name, zone

    def _since(self, node: Node) -> datetime | None:
        written = node["valid_from"].scalar
        if isinstance(written, datetime) and written.tzinfo:
            return written
        if not isinstance(written, date):
            return None
        local = written if isinstance(written, datetime) else datetime.combine(written, time())
        site = self.sites.get(node["site"].scalar) or next(iter(self.sites.values()), Node(""))
        return to_instant(local, zone_of(site["zone"]) or ZoneInfo("UTC"))


def zone_of(node: Node) -> ZoneInfo | None:
    """The zone that a node names, if there is such a zone."""
    try:
        return ZoneInfo(zone_named(node.scalar))
    except ValueError:
        return None


def subject(
    folder: str,
    texts: Mapping[str, tuple[str, str]],
    today: date,
    *,
    former: Subject | None = None,
    scenarios: Sequence[Node] | None = None,
) -> Subject:
    """Read a tenant's files, given as {stem: (path, text)}."""
    files, flaws = {}, []
    for stem, (path, text) in texts.items():
        files[stem], found = read(path, text)
        flaws += found
    return Subject(folder, files, flaws, today, former, scenarios)
