"""Slots: `[[id]]` in a model's text becomes what code wrote, by one regular expression.

Never through a template engine: an answer that is a template would run. A slot that is no fact, or
none of this audience, is an error; what else may stand in a text is for the `checks`.
"""

import re
from collections.abc import Callable, Collection

from e2a.domain.analysis.facts import Audience, Fact, FactKind, Facts
from e2a.domain.analysis.figures import figure
from e2a.domain.errors import BadInputError

SLOT = re.compile(r"\[\[([a-z][a-z0-9_]{0,47})\]\]")
WORDED = frozenset({FactKind.NAME, FactKind.WORD, FactKind.CAUSE})
_BEGINS = re.compile(r"(^|[.!?:]\s+|\n\s*)$")


class SlotError(BadInputError):
    """A text has a slot that cannot be filled for this audience."""

    def __init__(self, slot: str, audience: Audience, known: Collection[str]) -> None:
        super().__init__(
            f"[[{slot}]] is no fact that {audience} may read",
            f"Known are: {', '.join(sorted(known)) or 'none'}",
        )
        self.slot = slot


def slots_in(text: str) -> list[str]:
    """The ids of a text's slots, in their order, repeated where they are repeated."""
    return SLOT.findall(text)


def without_slots(text: str, instead: str = " ") -> str:
    """What the model itself wrote."""
    return SLOT.sub(instead, text)


def render(text: str, facts: Facts, audience: Audience, locale: str) -> str:
    """The text as its reader sees it.

    Args:
        text: of an answer, with slots.
        facts: what the slots stand for.
        audience: who reads; ops see short instants and codes, customers plain words.
        locale: such as `de` or `en_GB`.

    Raises:
        SlotError: a slot is no fact, or none of this audience.
        BadInputError: there are no words or no figures in this locale.
    """
    return _fill(text, facts, audience, lambda fact: figure(fact, facts.zone, audience, locale))


def render_words(text: str, facts: Facts, audience: Audience, locale: str) -> str:
    """The same with names and words only: what checks of personal data and of tone look at."""

    def written(fact: Fact) -> str:
        is_worded = fact.kind in WORDED
        return figure(fact, facts.zone, audience, locale) if is_worded else " "

    return _fill(text, facts, audience, written)


def _fill(text: str, facts: Facts, audience: Audience, written: Callable[[Fact], str]) -> str:
    known = facts.ids(audience)

    def instead(slot: re.Match[str]) -> str:
        if slot[1] not in known:
            raise SlotError(slot[1], audience, known)
        fact = facts.by_id[slot[1]]
        begins = fact.kind is not FactKind.NAME and _BEGINS.search(text[: slot.start()])
        shown = written(fact)
        if shown.endswith(".") and text[slot.end() :].startswith("."):  # `2 Std.` ends a sentence
            shown = shown[:-1]
        return shown[:1].upper() + shown[1:] if begins else shown

    return SLOT.sub(instead, text)
