"""The one entry point: ask, and get an accepted answer or the reason why the rules must write."""

from e2a.analyst.asking import Answered, Fallback, Judge, Request
from e2a.domain.analysis.reasons import FallbackReason


class Narrator:
    """Asks a model; safe to share between threads."""

    def ask(self, request: Request, judge: Judge) -> Answered | Fallback:
        """An answer that `judge` accepts, or why there is none.

        Never raises for what a provider does; a database that is away does raise.
        """
        del request, judge
        return Fallback(FallbackReason.NO_KEY, detail="No key is set: rules wrote it")
