"""CSV: UTF-8, a line of column names, comma, semicolon or tab between them."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from e2a.domain.deliveries import Delivery
from e2a.domain.errors import BadInputError
from e2a.sources.bulk.batch import Bulk, Target
from e2a.sources.bulk.shape import checked, maker, texts

csv.field_size_limit(16 * 2**20)
_SEPARATORS = ",;\t"


def read(file: Path, to: Target) -> Bulk:
    """The rows of a table, each a typed event.

    Raises:
        BadInputError: it is no table in UTF-8, or lacks a column that every event needs.
    """
    with _rows(file) as rows:
        columns = texts(next(rows, []))
        checked(columns, file)
        count = sum(1 for _ in rows)
    return Bulk(count, _deliveries(file, to, columns))


def _deliveries(file: Path, to: Target, columns: list[str]) -> Iterator[Delivery]:
    make, width = maker(columns), len(columns)
    with _rows(file) as rows:
        for cells in islice(rows, 1, None):
            if len(cells) == width:
                yield to.delivery("event", orjson.dumps(make(cells)))
            elif any(cells):
                problem = f"has {len(cells)} cells under {width} column names"
                yield to.bad_row(f"{file.name}:{rows.line_num}", problem, cells)


@contextmanager
def _rows(file: Path) -> Iterator[Any]:
    """A reader of the rows; whatever it meets is told with its line."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows: Any = None
        try:
            first = lines.readline()
            lines.seek(0)
            separator = max(_SEPARATORS, key=first.count)
            rows = csv.reader(lines, delimiter=separator, strict=True)
            yield rows
        except UnicodeDecodeError:
            raise BadInputError(
                f"{file}:{_first_unreadable(file)}: is not UTF-8", "Save the file as UTF-8"
            ) from None
        except csv.Error as error:
            raise BadInputError(
                f"{file}:{rows.line_num}: {error}", "Close every quoted cell, and land it again"
            ) from None


def _first_unreadable(file: Path) -> int:
    """The number of the first line that is not UTF-8."""
    with file.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                line.decode()
            except UnicodeDecodeError:
                return number
    return 1
