"""Expected and actual answers, field by field; what differs, as a person reads it.

Instants are compared as instants, numbers exactly, percentages to the digits that were written.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from e2a.domain.policies import PolicyModel
from e2a.domain.scenarios.times import Moment, said

NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of one answer that is not as expected."""

    field: str
    expected: str
    actual: str


def fields(
    expected: PolicyModel,
    actual: Mapping[str, Any] | None,
    zone: str,
    within: str = "",
    without: Collection[str] = (),
) -> Iterator[Difference]:
    """The fields that were written and differ; `actual` of None has nothing in any."""
    for name in _written(expected):
        if name in without:
            continue
        wanted = getattr(expected, name)
        got = (actual or {}).get(name, "none" if name == "state" else None)
        if not _is_same(name, wanted, got, zone):
            alias = type(expected).model_fields[name].alias or name
            yield Difference(within + alias, _show(name, wanted, zone), _show(name, got, zone))


def rows(
    name: str, expected: Sequence[PolicyModel], actual: Sequence[Mapping[str, Any]], zone: str
) -> Iterator[Difference]:
    """Two lists, place by place."""
    for place in range(max(len(expected), len(actual))):
        within = f"{name}[{place + 1}]"
        if place >= len(actual):
            yield Difference(within, _row(_written(expected[place]), zone), NOTHING)
        elif place >= len(expected):
            yield Difference(within, NOTHING, _row(actual[place], zone))
        else:
            yield from fields(expected[place], actual[place], zone, f"{within}.")


def unordered(
    name: str, expected: Sequence[PolicyModel], actual: Sequence[Mapping[str, Any]], zone: str
) -> Iterator[Difference]:
    """Two lists in any order: what agrees is paired first, the rest place by place."""
    wanted, left = [], list(actual)
    for one in expected:
        same = next((row for row in left if not any(fields(one, row, zone))), None)
        if same is None:
            wanted.append(one)
        else:
            left.remove(same)
    yield from rows(name, wanted, left, zone)


def number(name: str, expected: int, actual: int) -> Iterator[Difference]:
    """One number."""
    if expected != actual:
        yield Difference(name, str(expected), str(actual))


def _is_same(name: str, expected: Any, actual: Any, zone: str) -> bool:  # noqa: ANN401
    if expected is None or actual is None:
        return expected is None and actual is None
    if isinstance(expected, Moment):
        return bool(expected.instant(zone) == actual)
    if name.endswith("percent"):
        return bool(_rounded(Decimal(actual), expected) == expected)
    return bool(expected == actual)


def _rounded(actual: Decimal, like: Decimal) -> Decimal:
    exponent = like.as_tuple().exponent
    assert isinstance(exponent, int)
    return actual.quantize(Decimal(1).scaleb(min(exponent, 0)), ROUND_HALF_UP)


def _written(expected: PolicyModel) -> dict[str, Any]:
    """What was expected, in the order of the language."""
    names = type(expected).model_fields
    return {name: getattr(expected, name) for name in names if name in expected.model_fields_set}


def _row(values: Mapping[str, Any], zone: str) -> str:
    shown = [f"{name} {_show(name, value, zone)}" for name, value in values.items()]
    return ", ".join(shown)


def _show(name: str, value: Any, zone: str) -> str:  # noqa: ANN401 - any answer
    if value is None:
        return NOTHING
    if isinstance(value, Moment):
        value = value.instant(zone)
    if isinstance(value, datetime):
        return shown(value, zone)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name.endswith("seconds"):
        return said(Decimal(value))
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if name.endswith("percent") else f"{value:f}"
    return str(value)


def shown(instant: datetime, zone: str) -> str:
    """An instant on the wall clock of a zone."""
    local = instant.astimezone(ZoneInfo(zone))
    fraction = f".{local:%f}".rstrip("0").rstrip(".")
    return f"{local:%a %Y-%m-%d %H:%M:%S}{fraction} {local:%Z}"
