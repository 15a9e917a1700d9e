"""A day of the inbox as a Parquet file: written, read back, landed again, and forgotten in.

Add a column here when the inbox gains one. When a day is archived or dropped belongs to
`retention`.
"""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
from pyarrow import parquet

from e2a.domain.deliveries import Delivery, Source
from e2a.domain.errors import BadInputError

CHUNK = 1_000
"""Rows in memory at once."""

SCHEMA = pa.schema([
    pa.field("tenant", pa.string(), nullable=False),
    pa.field("source", pa.string(), nullable=False),
    pa.field("delivery_id", pa.string(), nullable=False),
    pa.field("received_at", pa.timestamp("us", tz="UTC"), nullable=False),
    pa.field("headers", pa.string(), nullable=False),
    pa.field("body", pa.binary(), nullable=False),
    pa.field("seq", pa.int64(), nullable=False),
])  # fmt: skip

Row = tuple[str, str, str, datetime, str, bytes, int]
"""The values of `SCHEMA`."""


@dataclass(frozen=True, slots=True)
class Content:
    """How many rows a file holds, and the SHA-256 of all of their values in order."""

    rows: int
    digest: bytes


def write(file: Path, rows: Iterable[Row]) -> Content:
    """Write rows and read them back; the file appears under its name only when it is whole.

    Raises:
        OSError: what was read back is not what was written.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_name(file.name + ".new")
    try:
        wanted = _written(aside, rows)
        if (found := content(aside)) != wanted:
            raise OSError(f"{file}: {found.rows} of {wanted.rows} rows came back from the disk")
        aside.replace(file)
        _keep_name(file.parent)
    finally:
        aside.unlink(missing_ok=True)
    return wanted


def _written(file: Path, rows: Iterable[Row]) -> Content:
    digest, count, iterator = hashlib.sha256(), 0, iter(rows)
    with file.open("wb") as sink:
        with parquet.ParquetWriter(sink, SCHEMA, compression="zstd") as writer:
            while chunk := list(islice(iterator, CHUNK)):
                for row in chunk:
                    _add(digest, row)
                columns = [
                    pa.array(values, field.type)
                    for values, field in zip(zip(*chunk, strict=True), SCHEMA, strict=True)
                ]
                writer.write_table(pa.table(columns, schema=SCHEMA))
                count += len(chunk)
        sink.flush()
        os.fsync(sink.fileno())
    return Content(count, digest.digest())


def _keep_name(folder: Path) -> None:
    """A new name lies in the folder: it too must reach the disk before the rows may go."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _add(digest: Any, row: Row) -> None:  # noqa: ANN401 - hashlib names no public type
    for value in row:
        text = value if isinstance(value, bytes) else str(value).encode()
        digest.update(len(text).to_bytes(8, "big") + text)


def content(file: Path) -> Content:
    """What a file holds, read whole."""
    digest, count = hashlib.sha256(), 0
    for count, row in enumerate(read(file), 1):  # noqa: B007 - the last one is the count
        _add(digest, row)
    return Content(count, digest.digest())


def read(file: Path) -> Iterator[Row]:
    """The rows of a file, in order.

    Raises:
        BadInputError: it is no archive of ours, or damaged.
    """
    try:
        with parquet.ParquetFile(file) as source:
            if not source.schema_arrow.equals(SCHEMA):
                raise pa.ArrowInvalid("its columns are others")
            for batch in source.iter_batches(CHUNK):
                for one in batch.to_pylist():
                    yield tuple(one.values())
    except (pa.ArrowException, OSError) as error:
        raise BadInputError(
            f"{file} is no archive of the inbox that can be read ({str(error).splitlines()[0]})",
            "Give a file that `e2a archive` wrote",
        ) from None


def deliveries(file: Path) -> Iterator[Delivery]:
    """The deliveries of an archive, as they were received.

    Raises:
        BadInputError: it is no archive of ours, or damaged.
    """
    for tenant, source, delivery_id, received_at, headers, body, _ in read(file):
        yield Delivery(
            tenant, Source(source), delivery_id, received_at, body, orjson.loads(headers)
        )


def blank(file: Path, seqs: set[int], redact: Callable[[bytes], bytes]) -> list[Row]:
    """Rewrite a file with the bodies of these rows blanked.

    Returns:
        The rows that changed, as they are now.
    """
    changed: list[Row] = []

    def blanked() -> Iterator[Row]:
        for row in read(file):
            body = redact(row[5]) if row[6] in seqs else row[5]
            now: Row = (*row[:5], body, row[6])
            if body != row[5]:
                changed.append(now)
            yield now

    aside = file.with_name(file.name + ".forgetting")
    with suppress(FileNotFoundError):
        write(aside, blanked())
        aside.replace(file) if changed else aside.unlink()
    return changed
