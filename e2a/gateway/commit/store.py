"""One group in one statement: deliveries, inbox and the wake-up, committed synchronously."""

import asyncio
import os
import socket
from collections.abc import Sequence
from typing import Any

import orjson
import psycopg
from psycopg import errors

from e2a.domain.deliveries import Delivery
from e2a.gateway.commit.queue import Item
from e2a.gateway.replies import RefusedRequestError, unavailable
from e2a.warehouse.crashing import passing

SECONDS = 8.0
"""How long a statement may take; after it the outcome is unknown, which is: not acknowledged."""

RECEIVE = "select gateway.receive(%b, %b, %b, %b, %b, %b)"
_AGAIN = (errors.DeadlockDetected, errors.SerializationFailure)


class LostError(Exception):
    """The connection is gone, or not to be trusted any more."""


async def store(connection: psycopg.AsyncConnection[Any], items: Sequence[Item]) -> None:
    """Store a group and keep or break the promise of each of its items.

    Raises:
        LostError: take another connection.
    """
    try:
        words = await _receive(connection, [row for item in items for row in item.rows])
    except errors.DataError:
        await _apart(connection, items)
    except psycopg.Error as error:
        _fail(items, unavailable(_cause(error)))
        if connection.broken or connection.closed or isinstance(error, psycopg.OperationalError):
            raise LostError from error
    except TimeoutError as error:
        _fail(items, unavailable("commit_unknown"))
        raise LostError from error
    except Exception as error:  # a defect of ours: no promise may be left hanging
        _fail(items, unavailable("defect"))
        raise LostError from error
    else:
        for item in items:
            item.keep(words[: len(item.rows)])
            del words[: len(item.rows)]


async def _apart(connection: psycopg.AsyncConnection[Any], items: Sequence[Item]) -> None:
    """A value that the database cannot hold: the half that has it is found, the others stored."""
    if len(items) == 1:
        detail = "The message cannot be stored as it is; a header or an id holds what no text can."
        return _fail(items, RefusedRequestError(400, "unstorable", detail))
    middle = len(items) // 2
    await store(connection, items[:middle])
    return await store(connection, items[middle:])


def _fail(items: Sequence[Item], error: Exception) -> None:
    for item in items:
        item.fail(error)


def _cause(error: psycopg.Error) -> str:
    return "disk_full" if isinstance(error, errors.DiskFull) else "database"


async def _receive(connection: psycopg.AsyncConnection[Any], rows: Sequence[Delivery]) -> list[str]:
    columns = (
        [row.tenant_id for row in rows],
        [row.source.value for row in rows],
        [row.delivery_id for row in rows],
        [row.received_at for row in rows],
        [orjson.dumps(row.headers).decode() for row in rows],
        [row.body for row in rows],
    )
    try:
        return await _within(connection, columns)
    except _AGAIN:  # rolled back for certain
        return await _within(connection, columns)


async def _within(
    connection: psycopg.AsyncConnection[Any], columns: Sequence[Sequence[object]]
) -> list[str]:
    """The words of the answer, or TimeoutError; then the socket is shut, and no answer comes."""
    work = asyncio.ensure_future(_execute(connection, columns))
    done, _ = await asyncio.wait({work}, timeout=SECONDS)
    if done:
        return work.result()
    shut(connection)
    await asyncio.wait({work}, timeout=1.0)
    work.cancel()
    raise TimeoutError


async def _execute(
    connection: psycopg.AsyncConnection[Any], columns: Sequence[Sequence[object]]
) -> list[str]:
    passing("gateway.before_insert")
    cursor = await connection.execute(RECEIVE, columns, prepare=True, binary=True)
    passing("gateway.after_commit")
    row = await cursor.fetchone()
    assert row is not None
    words: list[str] = row[0]
    return words


def shut(connection: psycopg.AsyncConnection[Any]) -> None:
    """End a connection whose server does not answer, without waiting for it."""
    if connection.closed:
        return
    with socket.socket(fileno=os.dup(connection.pgconn.socket)) as end:
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            return
