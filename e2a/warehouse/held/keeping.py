"""Storing what rows became, so that one that cannot be stored never stops its neighbours.

`store` is what every reader of the inbox calls. A row of a tenant that nobody has described yet
waits. A row that Postgres cannot take (a NUL, a lone surrogate, a number beyond the column) becomes
a dead letter with its cause, in the same transaction; the others are stored as if it did not exist.
"""

from collections.abc import Iterator, Sequence, Set
from dataclasses import replace
from typing import Any

import psycopg

from e2a.domain.deliveries import Outcome
from e2a.warehouse import store as storing
from e2a.warehouse.canonical import Understood
from e2a.warehouse.held.culprits import at_fault
from e2a.warehouse.staged import Staged

UNKNOWN_TENANT = "unknown_tenant"
"""Reason of a row that waits until a policy folder describes its tenant."""

POISON = (
    psycopg.DataError,
    psycopg.IntegrityError,
    psycopg.errors.ProgramLimitExceeded,
    ValueError,
    TypeError,
    ArithmeticError,
)
"""What a row's content can raise on its way into the tables; anything else is no row's fault."""


def store(
    connection: psycopg.Connection[Any], understood: Sequence[Understood], parser_version: str
) -> int:
    """Store what inbox rows became, whatever their neighbours are, in the caller's transaction.

    Returns:
        How many events were new or changed.

    Raises:
        psycopg.Error: the database's fault rather than a row's; nothing of these rows is stored.
    """
    settled = _with_tenants(connection, understood)
    try:
        with connection.transaction():
            return storing.store(connection, settled, parser_version)
    except POISON:
        isolated = list(_isolated(connection, settled, parser_version))
    return storing.store(connection, isolated, parser_version)


def store_staged(connection: psycopg.Connection[Any], staged: Staged) -> int | None:
    """Store rows that were made ready elsewhere, in the caller's transaction.

    Returns:
        How many events were new or changed; None, with nothing stored, if a tenant is unknown or
        a row cannot be stored: then `store` has to look at each.

    Raises:
        psycopg.Error: the database's fault rather than a row's.
    """
    if _unknown(connection, staged.tenants):
        return None
    try:
        with connection.transaction():
            return storing.store_staged(connection, staged)
    except POISON:
        return None


def _unknown(connection: psycopg.Connection[Any], met: Set[str]) -> Set[str]:
    found = connection.execute(
        "select tenant_id from reference.tenants where tenant_id = any(%s)", (sorted(met),)
    ).fetchall()
    return met - {row[0] for row in found}


def _with_tenants(
    connection: psycopg.Connection[Any], understood: Sequence[Understood]
) -> Sequence[Understood]:
    unknown = _unknown(connection, {became.row.delivery.tenant_id for became in understood})
    if not unknown:
        return understood
    return [_waiting(b) if b.row.delivery.tenant_id in unknown else b for b in understood]


def _waiting(became: Understood) -> Understood:
    detail = f"no folder policies/{became.row.delivery.tenant_id} is loaded; add it and run again"
    return Understood(became.row, Outcome.WAITING, UNKNOWN_TENANT, detail, mentions=became.mentions)


def _isolated(
    connection: psycopg.Connection[Any], understood: Sequence[Understood], parser_version: str
) -> Iterator[Understood]:
    """The same rows, those that cannot be stored turned into dead letters."""
    found = at_fault(understood, lambda some: _refused(connection, some, parser_version))
    errors = {id(became): error for became, error in found}
    for became in understood:
        error = errors.get(id(became))
        yield became if error is None else _dead(became, error)


def _refused(
    connection: psycopg.Connection[Any], understood: Sequence[Understood], parser_version: str
) -> Exception | None:
    """Why these rows cannot be stored together; they are not stored by the trial."""
    try:
        with connection.transaction() as trial:
            storing.store(connection, understood, parser_version)
            raise psycopg.Rollback(trial)
    except POISON as error:
        return error
    return None


def _dead(became: Understood, error: Exception) -> Understood:
    """Its cause without values (privacy); a row that was dead before keeps its first cause."""
    cause, said = type(error).__name__, words(error)
    if became.outcome is Outcome.DEAD_LETTER:
        cause, said = _plain(became.reason or cause), _plain(became.detail or said)
    mentions = frozenset(_plain(name) for name in became.mentions)
    return replace(
        became, outcome=Outcome.DEAD_LETTER, reason=cause, detail=said, events=(), refusals=[],
        mentions=mentions,
    )  # fmt: skip


def words(error: Exception) -> str:
    """What an error says without the values that it met (privacy), as text that Postgres holds."""
    if isinstance(error, psycopg.Error):
        return _plain(error.diag.message_primary or type(error).__name__)
    if isinstance(error, UnicodeEncodeError | UnicodeDecodeError):
        return f"the text cannot be encoded: {error.reason}"
    return _plain(str(error))[:2000]


def _plain(text: str) -> str:
    """Text that Postgres can hold."""
    return text.replace("\0", "").encode(errors="replace").decode()
