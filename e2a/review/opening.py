"""The narrator as a review asks it: one entry, so that whoever reviews opens it the same way."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from e2a.analyst.asking import Answered, Fallback, Judge, Request
from e2a.analyst.narrator import open_narrator
from e2a.analyst.settings import read_settings
from e2a.domain.analysis.reasons import FallbackReason
from e2a.review.review import Asks
from e2a.warehouse.connection import Warehouse


class Nobody:
    """What answers where no model can be asked: nothing is sent and nothing is written."""

    def ask(self, request: Request, judge: Judge) -> Answered | Fallback:
        """That there is no key."""
        del request, judge
        return Fallback(FallbackReason.NO_KEY)


def has_key() -> bool:
    """Whether a model can be asked at all; without it no database is needed for a review.

    Raises:
        ConfigurationError: a variable of the AI settings cannot be read.
    """
    return read_settings().enabled


@contextmanager
def asking(find: Callable[[], Warehouse]) -> Iterator[Asks]:
    """What asks a model for an installation, which is looked for only if there is a key."""
    settings = read_settings()
    if not settings.enabled:
        yield Nobody()
        return
    with open_narrator(find(), settings) as narrator:
        yield narrator
