"""What gives another order away in a note: its numbers, and its customer's whole values.

A note is never shown another order, so this is the last net and not the first. It holds only what
stands in no note by chance: a first name alone or a town may be a word of any language, and two
persons may share them.
"""

import re
from collections.abc import Collection, Iterable, Iterator

MOST = 500
"""Values that one answer is looked through for; those of the nearest orders come first."""
_LEAST_NUMBER, _LEAST_VALUE = 4, 6
"""Letters and digits of a number or a value that is hardly there by chance."""
_WORD = re.compile(r"\w+")


def giveaways(
    names: Iterable[str], personal: Iterable[str], ordinary: Collection[str] = frozenset()
) -> Iterator[str]:
    """What would name this order in a note about another one.

    Args:
        names: of the order, as `namespace:value`.
        personal: what is known of its customer.
        ordinary: words that notes are made of: a customer who is called by nothing else has no
            name here, or else one of them could silence the words of all others.
    """
    for name in names:
        if _size(value := name.partition(":")[2]) >= _LEAST_NUMBER:
            yield value.removeprefix("#")
    for value in personal:
        words = [word.lower() for word in _WORD.findall(value)]
        is_telling = len(words) > 1 or any(map(str.isdigit, value))
        if is_telling and _size(value) >= _LEAST_VALUE and not set(words) <= set(ordinary):
            yield value


def words_of(text: str) -> frozenset[str]:
    """The words of a text in small letters."""
    return frozenset(word.lower() for word in _WORD.findall(text))


def _size(text: str) -> int:
    return sum(map(str.isalnum, text))
