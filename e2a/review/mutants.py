"""Small wrongs put into a policy, one at a time: do the tests of it notice?

A figure a little larger or smaller, an edge that is no longer included, bands that change places, a
default that is gone, a site in another zone. Add a kind of wrong here when policies gain a key that
a slip of the pen can spoil. A mutant that the loader refuses is no test of tests: it is counted as
refused, since the lint would have stopped it.
"""

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

Document = dict[str, Any]
Change = tuple[str, Callable[[Any], Any]]
"""What is done in words, and to a value."""

SECOND = Decimal(1) / 60
MINUTE = timedelta(minutes=1)
_PARTIES = ("warehouse", "merchant", "carrier")


@dataclass(frozen=True, slots=True)
class Mutant:
    """A policy with one wrong in it.

    Attributes:
        money: whether the wrong is one of rate cards, which only invoices show.
    """

    name: str
    documents: Document
    money: bool


def mutants(documents: Mapping[str, Any]) -> Iterator[Mutant]:
    """Every wrong that the kinds below find a place for."""
    for stem, money in (("sla", False), ("rates", True)):
        for path, key, value in _leaves(documents[stem], (stem,)):
            for words, change in _changes(str(key), value):
                name = f"{'/'.join(map(str, path))} {words}"
                yield Mutant(name, _with(documents, path, change(value)), money)
    yield from _dropped(documents)
    yield from _zones(documents)
    yield from _swapped_bands(documents)


def _changes(key: str, value: Any) -> Iterator[Change]:  # noqa: ANN401 - any leaf
    """The wrongs that a value of this key can have."""
    if key == "within_minutes":
        yield "no longer includes its edge", lambda v: Decimal(v) - SECOND.quantize(Decimal("1e-6"))
    if key in _STEPS and not isinstance(value, bool):
        step = _STEPS[key]
        yield f"plus {step}", lambda v: Decimal(v) + step if step % 1 else int(v + step)
        yield f"minus {step}", lambda v: Decimal(v) - step if step % 1 else int(v - step)
    elif key in _TURNED and value in _TURNED[key]:
        other = _TURNED[key]
        turned = other[(other.index(value) + 1) % len(other)]
        yield f"becomes {turned}", lambda v: turned
    elif key == "cut_off":
        yield "a minute later", lambda v: _moved(v, MINUTE)
        yield "a minute earlier (no longer includes its edge)", lambda v: _moved(v, -MINUTE)
    elif key == "valid_from":
        yield "a day later", lambda v: v + timedelta(days=1)


_STEPS: dict[str, Decimal] = {
    "within_minutes": Decimal(1),
    "by_close_of_day": Decimal(1),
    "carrier_days": Decimal(1),
    "at_risk": Decimal("0.01"),
    "factor": Decimal("0.1"),
    "precedence": Decimal(10),
    "price": Decimal("0.01"),
    "flat": Decimal("0.01"),
    "up_to": Decimal(1),
    "markup_percent": Decimal(1),
    "percent": Decimal(1),
    "target_percent": Decimal(1),
    "from_percent": Decimal(1),
    "pays_percent": Decimal(1),
    "cap_percent": Decimal(1),
    "minimum": Decimal("0.10"),
}
"""By how much a figure is wrong; a list of at-risk levels is taken level by level."""

_TURNED: dict[str, tuple[Any, ...]] = {
    "pauses": (True, False),
    "counts_manifested": (True, False),
    "party": _PARTIES,
    "owner": _PARTIES,
    "by": ("promised_at", "ship_by"),
    "from": ("received", "released"),
    "rounding": ("half_up", "half_even"),
    "model": ("first_unit", "additional_unit"),
    "flag": ("rush", "oversized", "hazmat", "fragile"),
}
"""Words that are mistaken for each other."""


def _dropped(documents: Mapping[str, Any]) -> Iterator[Mutant]:
    for place, entry in enumerate(documents["sla"]):
        if len(documents["sla"]) > 1:
            name = entry.get("policy", f"policy {place}")
            yield Mutant(
                f"sla/{place} dropped ({name})", _without(documents, ("sla", place)), False
            )
        for stage in entry["stages"]:
            path = ("sla", place, "stages", stage)
            yield Mutant(f"sla/{place}/{stage} dropped", _without(documents, path), False)
    for place, card in enumerate(documents["rates"]):
        for charge in card["charges"]:
            path = ("rates", place, "charges", charge)
            yield Mutant(f"rates/{place}/{charge} dropped", _without(documents, path), True)


def _zones(documents: Mapping[str, Any]) -> Iterator[Mutant]:
    for name in documents["tenant"]["sites"]:
        path = ("tenant", "sites", name, "zone")
        for zone in ("UTC", "Asia/Kolkata"):
            yield Mutant(f"site {name} in {zone}", _with(documents, path, zone), False)


def _swapped_bands(documents: Mapping[str, Any]) -> Iterator[Mutant]:
    for place, card in enumerate(documents["rates"]):
        bands = card.get("sla_credit", {}).get("bands", [])
        for first in range(len(bands) - 1):
            swapped = deepcopy(bands)
            one, two = swapped[first], swapped[first + 1]
            one["pays_percent"], two["pays_percent"] = two["pays_percent"], one["pays_percent"]
            path = ("rates", place, "sla_credit", "bands")
            name = f"rates/{place} bands {first} and {first + 1} change places"
            yield Mutant(name, _with(documents, path, swapped), True)


def _leaves(node: Any, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], Any, Any]]:  # noqa: ANN401
    """(path, key, value) of every value; an item of a list goes by the key of its list."""
    if isinstance(node, dict | list):
        items = node.items() if isinstance(node, dict) else enumerate(node)
        for step, below in items:
            yield from _leaves(below, (*path, step))
    else:
        key = next((step for step in reversed(path) if not isinstance(step, int)), "")
        yield path, key, node


def _with(documents: Mapping[str, Any], path: tuple[Any, ...], value: Any) -> Document:  # noqa: ANN401
    changed = deepcopy(dict(documents))
    _at(changed, path[:-1])[path[-1]] = value
    return changed


def _without(documents: Mapping[str, Any], path: tuple[Any, ...]) -> Document:
    changed = deepcopy(dict(documents))
    del _at(changed, path[:-1])[path[-1]]
    return changed


def _at(document: Any, path: tuple[Any, ...]) -> Any:  # noqa: ANN401 - a document
    for step in path:
        document = document[step]
    return document


def _moved(clock: str, by: timedelta) -> str:
    moved = datetime.combine(date(2026, 1, 1), time.fromisoformat(clock)) + by
    return f"{moved:%H:%M}"
