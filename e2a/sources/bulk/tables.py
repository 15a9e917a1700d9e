"""Tables of typed events by format, which the ending of the file's name tells."""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

from e2a.domain.errors import BadInputError
from e2a.sources import archive
from e2a.sources.bulk import csv_file
from e2a.sources.bulk.batch import Bulk, Target

_PIECE = 2**20


class Format(StrEnum):
    """What a person names with `--format`."""

    CSV = "csv"
    NDJSON = "ndjson"
    PARQUET = "parquet"


_ENDINGS = {
    ".csv": Format.CSV,
    ".tsv": Format.CSV,
    ".ndjson": Format.NDJSON,
    ".jsonl": Format.NDJSON,
    ".parquet": Format.PARQUET,
}


def format_of(file: Path, named: Format | None) -> Format:
    """The format that was named, else that of the ending.

    Raises:
        BadInputError: neither tells one, or there is no such file.
    """
    if not file.is_file():
        raise BadInputError(f"There is no file {file}", "Check the path")
    found = named or _ENDINGS.get(file.suffix.lower())
    if found is None:
        raise BadInputError(
            f"The ending of {file.name} tells no format", f"Give --format {', '.join(Format)}"
        )
    return found


def read(file: Path, format: Format, to: Target) -> Bulk:
    """The events of a file.

    Raises:
        BadInputError: the file cannot be read as that format; names file and line.
    """
    return _READ[format](file, to)


def _ndjson(file: Path, to: Target) -> Bulk:
    return Bulk(_lines(file), archive.event_file(file, to.tenant_id, to.received_at))


def _parquet(file: Path, to: Target) -> Bulk:
    """Arrow is loaded when it is needed: every other command would wait for it."""
    from e2a.sources.bulk import parquet_file

    return parquet_file.read(file, to)


def _lines(file: Path) -> int:
    """Line ends, and one for a last line without."""
    count, last = 0, b"\n"
    with file.open("rb") as pieces:
        while piece := pieces.read(_PIECE):
            count, last = count + piece.count(b"\n"), piece[-1:]
    return count + (last != b"\n")


_READ: dict[Format, Callable[[Path, Target], Bulk]] = {
    Format.CSV: csv_file.read,
    Format.NDJSON: _ndjson,
    Format.PARQUET: _parquet,
}
