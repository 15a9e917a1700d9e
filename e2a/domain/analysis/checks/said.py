"""One text of an answer, with its audience and language: what the checks look at."""

from dataclasses import dataclass

from e2a.domain.analysis.facts import Audience
from e2a.domain.analysis.figures import locale_named
from e2a.domain.analysis.lexicon import Matches, matches
from e2a.domain.analysis.slots import without_slots


@dataclass(frozen=True, slots=True)
class Said:
    """A text with slots.

    Attributes:
        field: of the answer, such as `client_note`.
        is_note: a note is shown as it is; `reasoning` is shown beside it, to operations only.
    """

    field: str
    text: str
    audience: Audience
    locale: str
    is_note: bool = True

    @property
    def language(self) -> str:
        """Such as `de`."""
        return locale_named(self.locale).language

    @property
    def own(self) -> str:
        """What the model wrote itself."""
        return without_slots(self.text)

    @property
    def matches(self) -> Matches:
        """What of the lexicons the model's own words match."""
        return matches(self.own, self.language)
