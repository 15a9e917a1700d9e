"""Words that a note may not use, or only with a fact behind them, in the languages of notes.

One module a language, each a `Lexicon` of regular expressions for whole words. Text and expressions
are folded (case, accents, Hebrew points) before they meet. All languages are looked for in every
note, because what is forbidden in the customer's language could be said in another one.
"""

from e2a.domain.analysis.lexicon.base import Lexicon
from e2a.domain.analysis.lexicon.folding import compiled, fold
from e2a.domain.analysis.lexicon.matching import LEXICONS, Matches, matches

__all__ = ["LEXICONS", "Lexicon", "Matches", "compiled", "fold", "matches"]
