"""The ledger of files: a file is known by tenant and content, and lands once.

Its line is written with the last rows, so a file that was interrupted is not in it; landing that
file again stores what is missing.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from e2a.domain.deliveries import Delivery
from e2a.warehouse.inbox import Landed, Progress, land

_PIECE = 2**20


@dataclass(frozen=True, slots=True)
class File:
    """A file that is to be landed.

    Attributes:
        sha256: of its content.
        bytes: its size.
    """

    tenant_id: str
    name: str
    format: str
    sha256: bytes
    bytes: int


@dataclass(frozen=True, slots=True)
class Known:
    """What the ledger says of a file that was landed."""

    name: str
    rows: int
    landed_at: datetime


def identify(path: Path, tenant_id: str, format: str) -> File:
    """The file as the ledger knows it."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as pieces:
        while piece := pieces.read(_PIECE):
            digest.update(piece)
            size += len(piece)
    return File(tenant_id, path.name, format, digest.digest(), size)


def known(connection: psycopg.Connection[Any], file: File) -> Known | None:
    """When the same content was landed for the same tenant; None if it never was, or not whole."""
    row = connection.execute(
        "select name, rows, landed_at from landing.files where tenant_id = %s and sha256 = %s",
        (file.tenant_id, file.sha256),
    ).fetchone()
    connection.rollback()
    return Known(*row) if row else None


def land_file(
    connection: psycopg.Connection[Any],
    file: File,
    deliveries: Iterable[Delivery],
    now: datetime,
    progress: Progress = lambda rows: None,
) -> Landed:
    """Land what a file holds, and note it with its last rows.

    Args:
        connection: as `e2a_app`, outside a transaction.
        file: whose deliveries they are.
        deliveries: in the order of the file.
        now: when it was landed.
        progress: called with the number of deliveries handled so far.

    Raises:
        UnknownTenantError: no policy folder describes the tenant.
    """

    def note(rows: int) -> None:
        connection.execute(
            "insert into landing.files values (%s, %s, %s, %s, %s, %s, %s) on conflict do nothing",
            (file.tenant_id, file.sha256, file.name, file.format, file.bytes, rows, now),
        )

    return land(connection, deliveries, progress, at_end=note)
