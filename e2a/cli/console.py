"""How the command speaks: progress to stderr, results to stdout, one sentence for an error."""

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console

from e2a.domain.errors import BadInputError
from e2a.warehouse.connection import Role, Warehouse, locate

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
TenantOption = Annotated[str | None, typer.Option(help="Only this tenant.")]
AsOfOption = Annotated[
    str | None,
    typer.Option(help="The instant asked about, such as 2026-03-09T12:00:00Z; default: now."),
]
KnownAtOption = Annotated[
    str | None,
    typer.Option(help="Only what had been recorded by this instant; default: all of it."),
]


def instant(text: str | None, option: str = "--as-of") -> datetime | None:
    """An `--as-of` or `--known-at` argument as an aware instant.

    Raises:
        BadInputError: it is no instant, or has no zone.
    """
    if text is None:
        return None
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise BadInputError(
            f"{option} {text!r} is not an instant", "Write it as 2026-03-09T12:00:00Z"
        ) from None
    if parsed.tzinfo is None:
        raise BadInputError(
            f"{option} {text!r} has no zone", f"Write {parsed.isoformat()}Z or give an offset"
        )
    return parsed


def now() -> datetime:
    """The edge's clock: commands learn the time here and pass it on."""
    return datetime.now(UTC)


def me() -> str:
    """Who gives the command: E2A_ACTOR, or the login."""
    return os.environ.get("E2A_ACTOR") or getpass.getuser()


ExceptionArgument = Annotated[
    str, typer.Argument(help="The exception, or the beginning of its id.")
]
ActorOption = Annotated[
    str, typer.Option(default_factory=me, help="Who does it; default: E2A_ACTOR, or the login.")
]


def say(text: str) -> None:
    """One line of progress."""
    err.print(text)


def print_json(value: object) -> None:
    """A result for machines."""
    out.out(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())


@contextmanager
def connected(role: Role = Role.APP) -> Iterator[tuple[Warehouse, Any]]:
    """The warehouse and a connection to it, closed at the end."""
    warehouse = locate()
    connection = warehouse.connect(role)
    try:
        yield warehouse, connection
    finally:
        connection.close()


def many(number: int, word: str) -> str:
    """A number of things in words: `1 scenario`, `2,000 scenarios`."""
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"
