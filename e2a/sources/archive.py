"""Files of deliveries and of events: the file roads into the inbox.

An archive holds deliveries as they were received, one JSON object a line: tenant, source,
delivery_id, received_at, headers, body (text); or it is a day of the inbox as Parquet. An event
file holds one event a line in the row shape of docs/sources.md. Both are read lazily; a line that
is no JSON object stops the reading with its number, before its chunk is landed.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, StringConstraints, ValidationError

from e2a.domain.deliveries import Delivery, Source
from e2a.domain.errors import BadInputError

_Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]
"""Postgres holds no NUL outside of a body."""


class _Archived(BaseModel):
    tenant: Annotated[_Text, StringConstraints(min_length=1)]
    source: Source
    delivery_id: Annotated[_Text, StringConstraints(min_length=1)]
    received_at: AwareDatetime
    headers: dict[_Text, _Text] = {}
    body: str


def deliveries(file: Path, landed_at: datetime) -> Iterator[Delivery]:
    """The deliveries of an archive, received when it says, but never later than now.

    A file named `*.parquet` is one that `e2a archive` wrote.

    Raises:
        BadInputError: there is no such file, or a line is not such an object.
    """
    if file.suffix == ".parquet":
        from e2a.warehouse import parquet  # slow to import

        yield from parquet.deliveries(file)
        return
    for number, line in _lines(file):
        try:
            archived = _Archived.model_validate_json(line)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(str(part) for part in first["loc"]) or "line"
            raise BadInputError(f"{file}:{number}: {place}: {first['msg']}", "Correct it") from None
        if archived.received_at > landed_at:
            raise BadInputError(
                f"{file}:{number}: received_at {archived.received_at.isoformat()} is in the future",
                "An archive holds what was received already",
            )
        yield Delivery(
            tenant_id=archived.tenant,
            source=archived.source,
            delivery_id=archived.delivery_id,
            received_at=archived.received_at,
            body=archived.body.encode(),
            headers={name.lower(): value for name, value in archived.headers.items()},
        )


def event_file(file: Path, tenant_id: str, landed_at: datetime) -> Iterator[Delivery]:
    """One delivery a line; its content is its identity. What is no event is refused when parsed.

    Raises:
        BadInputError: there is no such file.
    """
    for _, line in _lines(file):
        digest = hashlib.sha256(line).hexdigest()[:32]
        yield Delivery(tenant_id, Source.FILE, f"event:{digest}", landed_at, line)


def _lines(file: Path) -> Iterator[tuple[int, bytes]]:
    if not file.is_file():
        raise BadInputError(f"There is no file {file}", "Check the path")
    with file.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if stripped := line.strip():
                yield number, stripped
