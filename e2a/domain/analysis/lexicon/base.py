"""What a lexicon of a language holds."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Alternatives of a regular expression each, for whole words of folded text.

    Attributes:
        numbers: numbers, ordinals and fractions as words.
        times: units of time, weekdays, months, `tomorrow`: figures that only a slot may give.
        harmless: phrases that look like one of the above and are none, such as greetings.
        ordinary: words of this language that other languages' lists would catch.
        causes: by the codes (with a space between) of facts that allow them; a code that no fact
            can have allows nothing.
        connectors: what gives something as a cause.
        promises: by the remedy that allows them.
        jargon: what no customer should read.
        blame: blaming and admitting a fault.
        money: speaking of money.
        apology: saying sorry.
        addressed: words that address the reader.
    """

    numbers: str
    times: str
    harmless: str
    ordinary: str
    causes: Mapping[str, str]
    connectors: str
    promises: Mapping[str, str]
    jargon: str
    blame: str
    money: str
    apology: str
    addressed: str
