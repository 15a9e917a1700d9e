"""What of the lexicons a text matches; remembered, since many orders share one text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from e2a.domain.analysis.lexicon import de, en, es, fr, he, ru
from e2a.domain.analysis.lexicon.base import Lexicon
from e2a.domain.analysis.lexicon.folding import compiled, fold

LEXICONS = {
    "en": en.LEXICON, "de": de.LEXICON, "es": es.LEXICON,
    "fr": fr.LEXICON, "he": he.LEXICON, "ru": ru.LEXICON,
}  # fmt: skip
_BETWEEN = re.compile(r"(?<=[^\W\d])[.\-_*'’·~‐‑](?=[^\W\d])")


@dataclass(frozen=True, slots=True)
class Matches:
    """What a text says, in whatever language of notes.

    Attributes:
        causes: keys of `Lexicon.causes`, `promises`: keys of `Lexicon.promises`.
        apologies: how often it says sorry, in its own language.
        addresses: whether it addresses its reader, in its own language.
    """

    has_number: bool
    has_time: bool
    causes: frozenset[str]
    has_connector: bool
    promises: frozenset[str]
    has_jargon: bool
    has_blame: bool
    has_money: bool
    apologies: int
    addresses: bool


@lru_cache(maxsize=4096)
def matches(text: str, language: str) -> Matches:
    """What of all lexicons is in a text without slots.

    Args:
        text: what a model wrote itself.
        language: of the text; of other languages' lexicons its ordinary words are spared: `hier`
            is a day in French and a place in German.
    """
    pairs = [*_in_every_language(text, language)]
    joined = [(lexicon, _BETWEEN.sub("", folded)) for lexicon, folded in pairs]
    own, folded = LEXICONS.get(language), fold(text)
    return Matches(
        has_number=any(_has(one.numbers, said) for one, said in (*pairs, *joined)),
        has_time=any(_has(one.times, said) for one, said in (*pairs, *joined)),
        causes=frozenset(
            key for one, said in pairs for key, words in one.causes.items() if _has(words, said)
        ),
        has_connector=any(_has(one.connectors, said) for one, said in pairs),
        promises=frozenset(
            key for one, said in pairs for key, words in one.promises.items() if _has(words, said)
        ),
        has_jargon=any(_has(one.jargon, said) for one, said in pairs),
        has_blame=any(_has(one.blame, said) for one, said in pairs),
        has_money=any(_has(one.money, said) for one, said in pairs),
        apologies=len(compiled(own.apology).findall(folded)) if own else 0,
        addresses=_has(own.addressed, folded) if own else True,
    )


def _has(words: str, folded: str) -> bool:
    return compiled(words).search(folded) is not None


def _in_every_language(text: str, language: str) -> Iterator[tuple[Lexicon, str]]:
    """Each lexicon with the folded text, less what is harmless in it."""
    folded = fold(text)
    own = LEXICONS.get(language)
    for name, lexicon in LEXICONS.items():
        spared = [lexicon.harmless]
        if own and name != language:
            spared += [own.harmless, own.ordinary]
        pattern = compiled("|".join(one for one in spared if one))
        yield lexicon, pattern.sub(" ", folded)
