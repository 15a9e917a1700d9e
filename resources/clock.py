"""What time it is: the only place from which assets learn it.

A run may ask about another instant by its tag `e2a/as_of`; the demo does, so that a week of March
is not judged by today.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

import dagster as dg

AS_OF_TAG = "e2a/as_of"


class Clock(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The wall clock, unless a run names its instant."""

    def now(self) -> datetime:
        """The present instant, aware, UTC."""
        return datetime.now(UTC)

    def as_of(self, tags: Mapping[str, str]) -> datetime:
        """The instant about which a run asks."""
        named = tags.get(AS_OF_TAG)
        return datetime.fromisoformat(named) if named else self.now()
