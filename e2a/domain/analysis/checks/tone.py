"""A customer's note: no internal words, no blame, one apology at most, one next step, to `you`."""

from collections.abc import Iterator

from e2a.domain.analysis.checks.said import Said
from e2a.domain.analysis.facts import Audience, Facts
from e2a.domain.analysis.labels import LABELS
from e2a.domain.analysis.lexicon import compiled, fold
from e2a.domain.analysis.slots import slots_in
from e2a.domain.analysis.violations import Check, Violation
from e2a.domain.exceptions import STAGE_CODES

_CODES = "|".join(
    [label for label in LABELS if label != "OTHER"]
    + [label.replace("_", r"\s") for label in LABELS if "_" in label]
    + [stage for stage in STAGE_CODES if "_" in stage]
    + [r"wh-\w*", "3pl", "wms"]
)
_MONEY = "$€£¥₪₽"


def check(said: Said, facts: Facts) -> Iterator[Violation]:
    """Faults of tone; of what operations read, only blame."""
    if said.matches.has_blame:
        yield _at(said, "it blames or admits a fault")
    if said.audience is not Audience.CLIENT:
        return
    if said.matches.has_jargon or compiled(_CODES).search(fold(said.own)):
        yield _at(said, "there is an internal word in it: say it in plain words")
    if said.matches.has_money or any(mark in said.own for mark in _MONEY):
        yield _at(said, "it speaks of money")
    yield from _manners(said)
    if "next_step" in facts.by_id and slots_in(said.text).count("next_step") != 1:
        yield _at(said, "name exactly one next step, by its slot")


def _manners(said: Said) -> Iterator[Violation]:
    if said.matches.apologies > 1:
        yield _at(said, "apologise at most once")
    if not said.matches.addresses:
        yield _at(said, "address the customer")


def _at(said: Said, detail: str) -> Violation:
    return Violation(Check.TONE, said.field, detail)
