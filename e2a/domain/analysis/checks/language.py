"""A note is in the language that was asked for, as far as a classifier can tell.

Below twenty letters nobody can: `ORD late` is Latgalian to it. The model is bundled with py3langid.
"""

from collections.abc import Iterator
from functools import cache, lru_cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from e2a.domain.analysis.checks.said import Said
from e2a.domain.analysis.violations import Check, Violation

FEWEST_LETTERS = 20
LEAST = 0.2
"""Probability of the language asked for, below which the note is in another one."""


def check(said: Said) -> Iterator[Violation]:
    """Notes in another language than was asked for."""
    own = " ".join(said.own.split())
    if not said.is_note or sum(map(str.isalpha, own)) < FEWEST_LETTERS:
        return
    if _likelihood(own, said.language) < LEAST:
        yield Violation(Check.LANGUAGE, said.field, f"write it in the language {said.language}")


@lru_cache(maxsize=4096)
def _likelihood(text: str, language: str) -> float:
    """Of a language; 1 for one that the classifier does not know."""
    return float(dict(_identifier().rank(text)).get(language, 1.0))


@cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
