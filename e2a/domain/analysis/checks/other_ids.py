"""No id but by slot: not of another order or tenant, and not of this one either."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from e2a.domain.analysis.checks.said import Said
from e2a.domain.analysis.facts import FactKind, Facts
from e2a.domain.analysis.labels import LABELS
from e2a.domain.analysis.lexicon import fold
from e2a.domain.analysis.violations import Check, Violation

_ID = re.compile(r"#\w|\b[A-Z]{2,}-\w*|\b\w*[A-Za-z]\w*:\w+|\b[A-Za-z]+(?:_[A-Za-z]+)+\b")
_CODES = re.compile("|".join(sorted((label for label in LABELS if "_" in label), reverse=True)))


def check(said: Said, facts: Facts, other_ids: Iterable[str] = ()) -> Iterator[Violation]:
    """Ids of other orders, sites or tenants, and anything that is formed like an id.

    Args:
        said: the text.
        facts: whose names may be given only as slots.
        other_ids: known ids and names of other orders and tenants.
    """
    own = said.own
    plain = own if said.is_note and said.audience == "client" else _CODES.sub(" ", own)
    if _ID.search(plain):
        yield _at(said, "something formed like an id stands outside a slot")
    names = [str(f.value) for f in facts.by_id.values() if f.kind is FactKind.NAME]
    folded = _plain(own)
    if any(_is_in(name, folded) for name in names):
        yield _at(said, "a name or id of the facts is written out: write its slot")
    if any(_is_in(one, folded) for one in other_ids):
        yield _at(said, "something of another order or tenant is named")


def _is_in(name: str, folded: str) -> bool:
    wanted = _known(name)
    if not wanted or wanted not in folded:  # hundreds are looked for, and none is there
        return False
    return re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", folded) is not None


def _plain(text: str) -> str:
    return " ".join(fold(text).split())


_known = lru_cache(maxsize=16384)(_plain)
"""The same values are looked for in every note of a batch."""


def _at(said: Said, detail: str) -> Violation:
    return Violation(Check.OTHER_IDS, said.field, detail)
