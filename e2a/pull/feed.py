"""What a sender's module offers to a pull: pages of candidates, and which facts are here."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

import psycopg

from e2a.domain.deliveries import Delivery, Source
from e2a.pull.http import Api


@dataclass(frozen=True, slots=True)
class Candidate:
    """A delivery as a webhook would have brought it, and the facts that it states.

    Attributes:
        facts: names of facts; if all are known, the delivery is not needed.
        happened_at: of the fact; None if the sender must be asked for it first.
    """

    delivery: Delivery
    facts: frozenset[str]
    happened_at: datetime | None

    def with_headers(self, happened_at: datetime, **more: str) -> "Candidate":
        """The same with its instant and more headers."""
        headers = {**self.delivery.headers, **more}
        return replace(
            self, delivery=replace(self.delivery, headers=headers), happened_at=happened_at
        )


@dataclass(frozen=True, slots=True)
class Page:
    """Candidates of one page, how many objects it listed, and the name of the next page."""

    candidates: list[Candidate]
    objects: int
    next: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a pass asks for: of which tenant, changed or made since when, at which present."""

    tenant_id: str
    since: datetime
    now: datetime


class Feed(Protocol):
    """One sender's list of what it knows."""

    name: str
    source: Source
    settles_after: timedelta
    """A fact younger than this may still come by webhook; it is left to the next pass."""
    look_back: timedelta
    """How far the first pass looks back."""
    resumes: bool
    """Whether the list tells what changed, so that a pass begins where the last one ended."""

    def page(self, api: Api, asked: Asked, page: str | None) -> Page:
        """The first page, or the one of that name."""
        ...

    def known(
        self, connection: psycopg.Connection[Any], asked: Asked, candidates: list[Candidate]
    ) -> set[str]:
        """Those of the candidates' facts that are in the warehouse."""
        ...

    def complete(self, api: Api, candidate: Candidate) -> Candidate | None:
        """Ask for what a needed candidate lacks; None: the sender cannot tell yet."""
        ...
