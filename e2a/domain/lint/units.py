"""L03: every number of a policy has its unit in its key, once. Add a spelling that people try."""

import re
from collections.abc import Iterator
from decimal import Decimal

from e2a.domain.lint.findings import Remark
from e2a.domain.lint.nodes import Node
from e2a.domain.lint.subject import Subject

_MINUTES = {
    "s": Decimal(1) / 60, "sec": Decimal(1) / 60, "second": Decimal(1) / 60,
    "m": Decimal(1), "min": Decimal(1), "minute": Decimal(1), "": Decimal(1),
    "h": Decimal(60), "hr": Decimal(60), "hour": Decimal(60),
    "d": Decimal(1440), "day": Decimal(1440),
}  # fmt: skip
_NUMBERS = {"within_minutes", "by_close_of_day", "carrier_days", "factor", "at_risk"}
_QUANTITY = re.compile(r"\s*([+-]?\d+(?:\.\d+)?)\s*(%|[a-z]*)\s*", re.IGNORECASE)
_CLOCK = re.compile(r"(\d+):([0-5]\d)")
_UNIT = r"(?:seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d)"
_SPELLED = re.compile(
    rf"(?:within|target|limit|max|sla)(?:_(?P<unit>{_UNIT}))?|(?P<bare>{_UNIT})"
    r"|carrier(?:_hours|_minutes)?|by_close(?:_of)?(?:_(?:hours|minutes))?"
)


def units_missing_or_mixed(subject: Subject) -> Iterator[Remark]:
    """A number must say its unit in its key, and nowhere else.

    `within: 120` could be minutes or hours; `within_minutes: 2h` says two units at once and would
    be read as text.
    """
    for node in subject.sla.below():
        key = str(node.key)
        if _number_of(node) in _NUMBERS and node.text is not None:
            yield from _worded(node, _number_of(node))
        elif "stages" in node.path[-4:-1] and key not in _NUMBERS and _SPELLED.fullmatch(key):
            yield _unknown_unit(node, key)


def _number_of(node: Node) -> str:
    """The key of a number, also for an element of a list of numbers."""
    key = node.path[-2] if isinstance(node.key, int) and len(node.path) > 1 else node.key
    return str(key)


def _worded(node: Node, key: str) -> Iterator[Remark]:
    said = str(node.text)
    minutes = _minutes(said)
    quantity = _QUANTITY.fullmatch(said)
    if minutes is None and not (quantity and quantity[2] == "%"):
        return
    if key == "within_minutes" and minutes is not None:
        fix = f"Write `{key}: {minutes}`"
    elif quantity and quantity[2] == "%":
        fix = f"Write `{key}: {_plain(Decimal(quantity[1]) / 100)}`"
    else:
        fix = f"Write `{key}:` with a plain number"
    yield Remark(node, f"`{key}: {said}` says its unit a second time, in words", fix)


def _minutes(said: str) -> str | None:
    """What a person meant, in minutes: 2h, 120 min, 1:30."""
    if clock := _CLOCK.fullmatch(said):
        return str(int(clock[1]) * 60 + int(clock[2]))
    quantity = _QUANTITY.fullmatch(said)
    if quantity is None:
        return None
    unit = quantity[2].lower()
    factor = _MINUTES.get(unit, _MINUTES.get(unit.removesuffix("s")))
    return None if factor is None else _plain(Decimal(quantity[1]) * factor)


def _unknown_unit(node: Node, key: str) -> Remark:
    match = _SPELLED.fullmatch(key)
    unit = (match["unit"] or match["bare"] or "") if match else ""
    minutes = _minutes(f"{node.scalar} {unit}")
    fix = f"Write `within_minutes: {minutes}`" if minutes else "Write `within_minutes:`"
    problem = (
        f"`{key}` is not a unit that targets are counted in" if unit else f"`{key}` has no unit"
    )
    return Remark(node, problem, f"{fix}, `by_close_of_day:` or `carrier_days:`", on_key=True)


def _plain(value: Decimal) -> str:
    return f"{value.quantize(Decimal('0.0001')).normalize():f}"
