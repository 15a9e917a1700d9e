"""Values as the text of COPY: what a parser's process can write without a connection.

Add a type to `_WRITERS` when a column of a new kind is copied. Which columns a row has belongs to
`canonical` and `staged`.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

NULL = "\\N"


def line(values: Iterable[object]) -> str:
    """One row of `copy ... from stdin`, in Postgres's text format, with its line end.

    Raises:
        TypeError: a value is of a type that is not copied anywhere.
    """
    return (
        "\t".join([NULL if value is None else _WRITERS[type(value)](value) for value in values])
        + "\n"
    )


def encoded(lines: Iterable[str]) -> bytes:
    """Rows as bytes.

    Raises:
        psycopg.DataError: a text has a NUL, which Postgres cannot hold.
        UnicodeEncodeError: a text has half a surrogate pair.
    """
    text = "".join(lines)
    if "\0" in text:
        from psycopg import DataError  # slow to import, and a parser's process needs nothing else

        raise DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
    return text.encode()


def _text(value: str) -> str:
    """What would end the field or the row, or begin an escape, is escaped."""
    if "\\" in value:
        value = value.replace("\\", "\\\\")
    if "\n" in value or "\t" in value or "\r" in value:
        value = value.replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
    return value


def _array(items: Sequence[str]) -> str:
    if not items:
        return "{}"
    quoted = (item.replace("\\", "\\\\").replace('"', '\\"') for item in items)
    return _text("{" + ",".join(f'"{item}"' for item in quoted) + "}")


class _Writers(dict[type, Callable[[Any], str]]):
    def __missing__(self, kind: type) -> Callable[[Any], str]:
        raise TypeError(f"{kind.__name__} is no type that is copied")


_WRITERS = _Writers({
    str: _text, int: str, Decimal: str, datetime: str, list: _array,
    bytes: lambda value: "\\\\x" + value.hex(),
})  # fmt: skip
