"""What the ledger of model calls counts, for the page of metrics: asked seldom, never in its way.

The page is open to whoever reaches the port, and adding a month of calls up is work: so it is done
at most once in `KEPT`, whoever asks. A ledger that cannot be read is said, and the page stands.
"""

from datetime import datetime, timedelta

import psycopg

from e2a.analyst.metrics import Figures
from e2a.gateway.commit.link import Link

KEPT = timedelta(seconds=15)


class ModelFigures:
    """The figures of one gateway process.

    Args:
        link: asks the database.
    """

    def __init__(self, link: Link) -> None:
        self._link = link
        self._known: Figures | None = None
        self._at: datetime | None = None

    async def of(self, now: datetime) -> Figures | None:
        """The figures, no older than `KEPT`; None if they cannot be read."""
        if self._at is None or not timedelta(0) <= now - self._at < KEPT:
            try:
                self._known = await self._link.model_figures()
            except psycopg.Error:
                self._known = None
            self._at = now
        return self._known
