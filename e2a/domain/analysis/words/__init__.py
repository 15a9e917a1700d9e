"""Words of closed lists, `list:code`, in the languages that notes are written in.

One module a language, for operations and for customers; a customer reads no internal word. A word
that a fact may have must stand in every language: a test says so. Figures are Babel's.
"""

from collections.abc import Mapping

from e2a.domain.analysis.facts import Audience
from e2a.domain.analysis.words import de, en, es, fr, he, ru
from e2a.domain.errors import BadInputError

_BY_LANGUAGE = {"en": en, "de": de, "es": es, "fr": fr, "he": he, "ru": ru}
LANGUAGES = tuple(_BY_LANGUAGE)


def word(value: str, audience: Audience, language: str) -> str:
    """The word of a value such as `stage:pick` or `cause:INVENTORY_SHORTAGE`.

    Raises:
        BadInputError: notes are not written in this language.
        KeyError: the word is in no list, which is a mistake of the code.
    """
    words = words_of(language, audience)
    return words[value]


def words_of(language: str, audience: Audience) -> Mapping[str, str]:
    """All words of a language for an audience.

    Raises:
        BadInputError: notes are not written in this language.
    """
    if language not in _BY_LANGUAGE:
        raise BadInputError(
            f"Notes are not written in {language!r}", f"Use one of {', '.join(LANGUAGES)}"
        )
    of = _BY_LANGUAGE[language]
    return of.OPS if audience is Audience.OPS else {**of.OPS, **of.CLIENT}
