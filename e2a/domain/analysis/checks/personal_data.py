"""Nobody is named and nothing personal is told: known values, patterns, names after a greeting."""

import re
from collections.abc import Iterable, Iterator

from e2a.domain.analysis.checks.said import Said
from e2a.domain.analysis.facts import Facts
from e2a.domain.analysis.notes import knows, looks_personal
from e2a.domain.analysis.slots import SlotError, render_words
from e2a.domain.analysis.violations import Check, Violation

_GREETED = re.compile(
    r"\b(?:[Dd]ear|[Hh]ello|[Hh]i|[Mm]rs?\.?|[Mm]s\.?|[Hh]allo|[Ll]iebe[rs]?|[Hh]err|[Ff]rau|[Hh]ola"
    r"|[Ee]stimad[oa]s?|[Qq]uerid[oa]|[Ss]eñora?|[Cc]h[eè]re?s?|[Bb]onjour|[Mm]onsieur|[Mm]adame"
    r"|[Уу]важаем\w+|[Зз]дравствуйте|שלום),?\s+(?P<name>[A-ZÀ-ÞА-ЯЁא-ת][\w'’-]+)"
)
_NOBODY = frozenset({
    "customer", "kunde", "kundin", "kunden", "damen", "cliente", "clienta", "client", "clients",
    "sir", "madam", "order", "your", "we", "the", "thank", "thanks", "ihre", "wir", "su", "votre",
    "nous", "клиент", "покупатель", "ваш", "ваша", "לקוח", "לקוחה", "לך", "לכם", "ההזמנה",
    "הזמנתך", "רב",
})  # fmt: skip


_ORDINARY = frozenset({
    "your", "order", "street", "road", "house", "warehouse", "parcel", "team", "with", "shop",
    "have", "will", "this", "that", "late", "long", "from", "they", "into", "next", "step", "lane",
    "park", "strasse", "straße", "platz", "calle", "ihre", "nach", "улица", "дом",
})  # fmt: skip


def check(said: Said, facts: Facts, known_values: Iterable[str] = ()) -> Iterator[Violation]:
    """Personal data in a text.

    Args:
        said: the text.
        facts: what its slots stand for.
        known_values: what is known of the order's customer: name, address, e-mail, phone.
    """
    try:
        shown = render_words(said.text, facts, said.audience, said.locale)
    except SlotError:  # the grounding check says so
        shown = said.own
    if knows(shown, known_values) or knows(said.own, _parts(known_values)):
        yield _at(said, "something of the customer is named")
    if looks_personal(said.own):
        yield _at(said, "there is an e-mail address, a phone, card or account number in it")
    greeted = _GREETED.search(said.own)
    if greeted and greeted["name"].lower() not in _NOBODY:
        yield _at(said, "a person is addressed by name")


def _parts(known_values: Iterable[str]) -> Iterator[str]:
    """Words of names and addresses that are hardly words of a note: capitalised, four letters."""
    for value in known_values:
        for word in re.findall(r"[^\W\d_]{4,}", value):
            if word[:1].isupper() and word.lower() not in _ORDINARY:
                yield word


def _at(said: Said, detail: str) -> Violation:
    return Violation(Check.PERSONAL_DATA, said.field, detail)
