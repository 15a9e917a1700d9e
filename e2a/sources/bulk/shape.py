"""Cells of a table to the fields of a typed event; the columns are those of docs/sources.md."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import orjson

from e2a.domain.errors import BadInputError

NEEDED = ("event_id", "event_type", "occurred_at")
_LISTS = frozenset({"shipments", "corrects", "flags"})
"""Columns whose cells may list names, a semicolon between them."""

_DOCUMENTS = frozenset({"lines", "payload", "data", "measures", "location"}) | _LISTS
"""Columns whose cells may hold JSON."""

_OBJECTS = frozenset({"external_order", "destination", "charge", "measures", "payload", "data"})

_EMPTY: tuple[Any, ...] = (None, "")

Make = Callable[[Sequence[Any]], dict[str, Any]]


def checked(columns: Sequence[str], file: Path) -> None:
    """That a table can hold events at all.

    Raises:
        BadInputError: a column is missing, is there twice, or stands for a part of another.
    """
    lacking = [name for name in NEEDED if name not in columns]
    if lacking:
        raise BadInputError(
            f"{file}:1: column {', '.join(lacking)} is missing",
            "The first line names the columns, see docs/sources.md",
        )
    twice = sorted({name for name in columns if columns.count(name) > 1})
    parts = sorted({name.partition(".")[0] for name in columns if "." in name} & set(columns))
    if wrong := twice or parts:
        raise BadInputError(f"{file}:1: column {wrong[0]} is there twice", "Give each column once")


def maker(columns: Sequence[str]) -> Make:
    """How the cells of a row become an event; empty cells say nothing."""
    split = [(place, *name.partition(".")) for place, name in enumerate(columns)]
    nested = [(place, top, inner) for place, top, dot, inner in split if dot and top in _OBJECTS]
    apart = {place for place, *_ in nested}
    others = [(place, name) for place, name in enumerate(columns) if place not in apart]
    documents = [(place, name) for place, name in others if name in _DOCUMENTS]
    plain = [(place, name) for place, name in others if name not in _DOCUMENTS]

    def make(cells: Sequence[Any]) -> dict[str, Any]:
        row = {name: cell for place, name in plain if (cell := cells[place]) not in _EMPTY}
        for place, name in documents:
            if (cell := cells[place]) not in _EMPTY:
                row[name] = _document(name, cell)
        for place, top, inner in nested:
            if (cell := cells[place]) not in _EMPTY:
                row.setdefault(top, {})[inner] = cell
        return row

    return make


def _document(name: str, cell: object) -> object:
    """JSON or a list where a cell holds one; else the cell, for the parser to judge."""
    if not isinstance(cell, str):
        return cell
    if cell[:1] in ("[", "{"):
        try:
            return orjson.loads(cell)
        except orjson.JSONDecodeError:
            return cell
    return [part.strip() for part in cell.split(";") if part.strip()] if name in _LISTS else cell


def texts(names: Iterable[object]) -> list[str]:
    """Column names without the blanks around them."""
    return [str(name).strip() for name in names]
