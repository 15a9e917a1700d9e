"""Words of strangers on their way in, and any words on their way into a log.

Order notes are hostile data: a few, short, without invisible characters, without what is known of
this order's customer, without what looks personal. `redact` is the last step of everything that is
logged. Patterns find what nobody knew; the known values find what no pattern would.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Literal

from phonenumbers import Leniency, PhoneNumberMatcher

from e2a.domain.analysis.lexicon.folding import fold

LONGEST, MOST = 500, 5
"""Characters of a note, and notes of an order."""
REMOVED = "[removed]"
REGIONS = ("US", "GB", "DE", "FR", "ES", "IL", "RU")
"""Whose phone numbers are known without their country code, if they are grouped as usual there."""

_PHONE_TAIL = 9
"""Digits of a phone number that are the same with and without its country code."""
_UNMISTAKABLE = 8
"""Letters and digits of a value that stand in no text by chance."""
_BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Characters that show nothing, though Unicode does not call them formats."""
_EMAIL = re.compile(
    r"(?<![\w.+%-])(?:[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"
    r"|[\w.+%-]+\s*[(\[]\s*at\s*[)\]]\s*[\w-]+(?:\s*[(\[]\s*dot\s*[)\]]\s*|\.)\w+"
    r"|[\w.+%-]+\sat\s[\w-]+\sdot\s\w+)",
    re.IGNORECASE,
)
_PHONE = re.compile(r"\+\s?\d(?:[\s()./-]{0,2}\d){7,14}")
_CARD = re.compile(r"(?<!\d)(?:\d[ -]?){12,18}\d(?!\d)")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class OrderNote:
    """A note as it came, and from whom."""

    source: Literal["customer", "merchant", "carrier", "warehouse"]
    text: str


def notes_for_prompt(
    notes: Iterable[OrderNote], known_values: Iterable[str] = ()
) -> list[dict[str, str]]:
    """The notes as a prompt may show them: bounded, stripped, scrubbed, redacted."""
    known = [*known_values]
    shown = islice((note for note in notes if note.text.strip()), MOST)
    return [{"source": note.source, "text": _bounded(note.text, known)} for note in shown]


def visible(text: str) -> str:
    """The text without characters that show nothing: zero width, direction, variation, tags."""
    return "".join(mark for mark in unicodedata.normalize("NFC", text) if not is_invisible(mark))


def is_invisible(mark: str) -> bool:
    """Whether a character shows nothing and breaks no line."""
    if mark in "\n\t":
        return False
    code = ord(mark)
    is_selector = 0xFE00 <= code <= 0xFE0F or 0xE0000 <= code <= 0xE01EF
    kinds = ("Cf", "Cc", "Zl", "Zp", "Co", "Cn", "Cs")
    return is_selector or mark in _BLANKS or unicodedata.category(mark) in kinds


def scrub(text: str, known_values: Iterable[str]) -> str:
    """The text without what is known of a person: whole values, their words, a phone's digits."""
    for value in sorted(known_values, key=len, reverse=True):
        for pattern in _patterns(value):
            text = pattern.sub(REMOVED, text)
    return text


def knows(text: str, known_values: Iterable[str]) -> bool:
    """Whether a text has a known value in it: the whole of it, in any case and spelling.

    A value of eight letters and digits or more is also found glued to others or taken apart.
    """
    letters = _letters(text)
    for value in filter(str.strip, known_values):
        own = _letters(value)
        if own[-_PHONE_TAIL:] not in letters:  # in no spelling: patterns cost a hundred times more
            continue
        if next(_patterns(value)).search(text) or (len(own) >= _UNMISTAKABLE and own in letters):
            return True
    return False


def redact(text: str) -> str:
    """The text without e-mail addresses, card numbers, IBANs and phone numbers."""
    for start, end in sorted(_spans(text), reverse=True):
        text = text[:start] + REMOVED + text[end:]
    return text


@lru_cache(maxsize=4096)
def looks_personal(text: str) -> bool:
    """Whether `redact` would take something out."""
    return next(_all_spans(text), None) is not None


@lru_cache(maxsize=4096)
def _letters(text: str) -> str:
    """Letters and digits alone, folded."""
    return "".join(filter(str.isalnum, fold(text)))


def _bounded(text: str, known: Sequence[str]) -> str:
    kept = visible(text[: 20 * LONGEST])  # nobody reads a novel to keep five hundred characters
    return redact(scrub(kept, known))[:LONGEST].strip()


def _patterns(value: str) -> Iterator[re.Pattern[str]]:
    """First the whole value, then its words of three letters or more."""
    digits = re.sub(r"\D", "", value)
    if len(digits) >= 7 and re.fullmatch(r"[\d\s()+./-]+", value):
        yield re.compile(r"\+?" + r"[\s()./-]*".join(digits[-_PHONE_TAIL:]))
        return
    words = value.split()
    whole = r"\s+".join(map(re.escape, words))
    yield re.compile(rf"(?<!\w){whole}(?!\w)", re.IGNORECASE)
    for word in re.findall(r"\w{3,}", value):
        yield re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)


def _spans(text: str) -> list[tuple[int, int]]:
    """Where something personal stands; what overlaps is one span."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(_all_spans(text)):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _all_spans(text: str) -> Iterator[tuple[int, int]]:
    yield from (found.span() for found in _EMAIL.finditer(text))
    yield from (found.span() for found in _CARD.finditer(text) if _is_card(found[0]))
    yield from (found.span() for found in _IBAN.finditer(text) if _is_iban(found[0]))
    if sum(map(str.isdigit, text)) >= 7:
        yield from _phones(text)


def _phones(text: str) -> Iterator[tuple[int, int]]:
    """International numbers, valid or only formed like one; national ones grouped as usual."""
    yield from (found.span() for found in _PHONE.finditer(text))
    for region in (None, *REGIONS):
        leniency = Leniency.STRICT_GROUPING if region else Leniency.VALID
        for number in PhoneNumberMatcher(text, region, leniency):
            yield number.start, number.end


def _is_card(text: str) -> bool:
    """Luhn's sum."""
    digits = [int(mark) for mark in reversed(text) if mark.isdecimal()]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _is_iban(text: str) -> bool:
    """ISO 13616: the letters as numbers, the head at the end, modulo 97."""
    plain = re.sub(r"\s", "", text).upper()
    if not plain.isascii() or not 15 <= len(plain) <= 34:
        return False
    return int("".join(str(int(mark, 36)) for mark in plain[4:] + plain[:4])) % 97 == 1
