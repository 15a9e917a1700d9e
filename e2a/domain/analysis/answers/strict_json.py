"""Strict JSON: one object, no key twice, no NaN, no lone surrogate, no NUL, not deeper than 200."""

import json
import math
import unicodedata
from typing import Any, TypeVar, cast

from pydantic_core import from_json

T = TypeVar("T")


class NotStrictError(ValueError):
    """The text is not one strict JSON object."""


def strict_object(text: str) -> dict[str, Any]:
    """The object that a text is.

    Raises:
        NotStrictError: it is anything else.
    """
    try:
        from_json(text.encode(), allow_inf_nan=False)  # also the depth, before Python recurses
        value = json.loads(text, object_pairs_hook=_pairs, parse_constant=_never)
    except (ValueError, RecursionError) as error:
        raise NotStrictError(type(error).__name__) from None
    if not isinstance(value, dict):
        raise NotStrictError("no object")
    _check(value)
    return value


def tidy(value: T) -> T:
    """Strings stripped and in NFC; nothing else changes."""
    made: object = value
    if isinstance(value, str):
        made = unicodedata.normalize("NFC", value).strip()
    elif isinstance(value, list):
        made = [tidy(one) for one in value]
    elif isinstance(value, dict):
        made = {key: tidy(one) for key, one in value.items()}
    return cast(T, made)


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotStrictError("a key twice")
    return found


def _never(name: str) -> float:
    raise NotStrictError(name)


def _check(value: object) -> None:
    """No NUL in any string, which Postgres cannot keep, and no number that became infinite."""
    if isinstance(value, str) and "\0" in value:
        raise NotStrictError("NUL")
    if isinstance(value, float) and not math.isfinite(value):
        raise NotStrictError("infinite")
    if isinstance(value, dict):
        for key in value:
            _check(key)
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            _check(one)
