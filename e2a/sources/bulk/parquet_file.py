"""Parquet: columns with types of their own; nested columns are the nested fields."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from e2a.domain.deliveries import Delivery
from e2a.domain.errors import BadInputError
from e2a.sources.bulk.batch import Bulk, Target
from e2a.sources.bulk.shape import checked, maker, texts

_BATCH = 10_000
_FINEST = "us"


def read(file: Path, to: Target) -> Bulk:
    """The rows of a table, each a typed event.

    Raises:
        BadInputError: it is no Parquet, is damaged, or lacks a column that every event needs.
    """
    try:
        with pq.ParquetFile(file) as table:
            columns = texts(table.schema_arrow.names)
            checked(columns, file)
            rows = sum(_checked(batch) for batch in table.iter_batches(_BATCH))
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise BadInputError(f"{file} is no whole Parquet file: {said}", "Write it again") from None
    return Bulk(rows, _deliveries(file, to, columns))


def _checked(batch: pa.RecordBatch) -> int:
    """How many rows it holds, and that its texts are UTF-8."""
    batch.validate(full=True)
    return int(batch.num_rows)


def _deliveries(file: Path, to: Target, columns: list[str]) -> Iterator[Delivery]:
    make = maker(columns)
    with pq.ParquetFile(file) as table:
        for batch in table.iter_batches(_BATCH):
            values = [_values(column) for column in batch.columns]
            for cells in zip(*values, strict=True):
                body = orjson.dumps(make(cells), default=_plain, option=orjson.OPT_NON_STR_KEYS)
                yield to.delivery("event", body)


def _values(column: pa.Array) -> list[Any]:
    """A column's values; instants finer than a microsecond are cut."""
    kind = column.type
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        column = column.cast(pa.timestamp(_FINEST, kind.tz), safe=False)
    found: list[Any] = column.to_pylist()
    return found


def _plain(value: object) -> str:
    """What JSON has no word for; amounts keep their digits."""
    if isinstance(value, Decimal):
        return str(value)
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
