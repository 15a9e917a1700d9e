"""The ledger of calls in the database: hold, send, settle; breakers; the cache of answers.

Each step is one function of schema `analyst` and one short transaction, so no lock is held while a
provider thinks. What the functions do is in migrations 0026 and 0035. One connection a thread.

Only `sent` waits for the disk, and all that was written before it with it. What else a crash of the
server takes is known again afterwards: a settlement as presumed, an answer by asking once more.
"""

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, cast
from uuid import UUID

import psycopg

Gate = Literal["closed", "open", "probe"]


@dataclass(frozen=True, slots=True)
class Admission:
    """What the breakers say, how to ask for JSON, and failures in a row so far."""

    transport: Gate
    quality: Gate
    response_format: str | None
    failures: Decimal


@dataclass(frozen=True, slots=True)
class Hold:
    """A reservation to make: whose, for what, how much, and under which limits.

    Limits are of the scopes global, tenant and purpose, in this order.
    """

    tenant: str
    purpose: str
    subject: str
    base_url: str
    model: str
    prompt_sha: str
    attempt_of: UUID | None
    tokens: int
    cost: Decimal
    limit_tokens: tuple[int, int, int]
    limit_cost: tuple[Decimal, Decimal, Decimal]
    share: Decimal
    lease_seconds: float


@dataclass(frozen=True, slots=True)
class Looked:
    """What the cache knows: accepted, mine (ask it), pending (somebody asks), failed."""

    state: Literal["accepted", "mine", "pending", "failed"]
    answer: str | None
    model: str | None
    parse_path: str | None
    call_id: UUID | None
    reason: str | None
    since: datetime


class Ledger:
    """What the role that asks models may do.

    Args:
        connect: makes a connection as `e2a_analyst`.
    """

    def __init__(self, connect: Callable[[], psycopg.Connection[Any]]) -> None:
        self._connect = connect
        self._own = threading.local()
        self._all: list[psycopg.Connection[Any]] = []

    def close(self) -> None:
        """Close the connections of all threads."""
        while self._all:
            self._all.pop().close()

    def admit(self, base_url: str, model: str, sha: str, probe_seconds: float) -> Admission:
        """What the breakers say; whoever is told `probe` is the only one."""
        row = self._row(
            "select * from analyst.admit(%s, %s, %s, %s)", (base_url, model, sha, probe_seconds)
        )
        return Admission(*row)

    def reserve(self, hold: Hold) -> UUID | str:
        """The id of a call that may be made, or the scope that is used up, or `thinned`."""
        call, refused = self._row(
            "select * from analyst.reserve(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            (
                hold.tenant, hold.purpose, hold.subject, hold.base_url, hold.model,
                hold.prompt_sha, hold.attempt_of, hold.tokens, hold.cost,
                list(hold.limit_tokens), list(hold.limit_cost), hold.share, hold.lease_seconds,
            ),
        )  # fmt: skip
        return cast(UUID, call) if call is not None else str(refused)

    def sent(self, call: UUID, lease_seconds: float) -> bool:
        """Say, before the first byte leaves, that it will; False forbids it."""
        return bool(self._row("select analyst.sent(%s, %s)", (call, lease_seconds))[0])

    def settle(
        self,
        call: UUID,
        state: Literal["settled", "presumed", "released"],
        tokens: int,
        cost: Decimal,
        details: Mapping[str, Any],
    ) -> bool:
        """Say what a call cost and came to; once, and again only if it had been presumed."""
        return bool(
            self._row(
                "select analyst.settle(%s, %s, %s, %s, %s)",
                (call, state, tokens, cost, json.dumps(details)),
            )[0]
        )

    def sweep(self) -> int:
        """End calls whose process died; how many."""
        return int(self._row("select analyst.sweep()", ())[0])

    def failed(
        self,
        base_url: str,
        model: str,
        weight: float,
        is_probe: bool,
        open_seconds: float | None,
        reason: str,
    ) -> str:
        """Tell the breaker of a failure; open or closed afterwards."""
        return str(
            self._row(
                "select analyst.failed(%s, %s, %s::numeric, %s, %s::double precision, %s)",
                (base_url, model, weight, is_probe, open_seconds, reason),
            )[0]
        )

    def answered(self, base_url: str, model: str, is_probe: bool) -> None:
        """Tell the breaker that the provider answered."""
        self._row("select analyst.answered(%s, %s, %s)", (base_url, model, is_probe))

    def step_down(self, base_url: str, model: str, form: str) -> None:
        """Remember for a day that the model is to be asked for JSON in this way."""
        self._row("select analyst.step_down(%s, %s, %s)", (base_url, model, form))

    def count(self, tenant: str, purpose: str, kind: str, words: Sequence[str]) -> None:
        """Count what has no call of its own: `fallback`, `check` or `cache`."""
        if words:
            self._row("select analyst.count(%s, %s, %s, %s)", (tenant, purpose, kind, list(words)))

    def look(
        self,
        tenant: str,
        key: str,
        purpose: str,
        holder: UUID,
        lease_seconds: float,
        since: datetime | None,
    ) -> Looked:
        """Look a question up; `mine` makes the holder the only one who asks it."""
        row = self._row(
            "select * from analyst.look(%s, %s, %s, %s, %s, %s)",
            (tenant, key, purpose, holder, lease_seconds, since),
        )
        return Looked(*row)

    def keep(
        self,
        tenant: str,
        key: str,
        holder: UUID,
        answer: str | None,
        model: str | None,
        sha: str,
        parse_path: str | None,
        call: UUID | None,
        reason: str | None,
    ) -> None:
        """End a question: an answer to keep, a reason for who waits, or neither."""
        self._row(
            "select analyst.keep(%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            (tenant, key, holder, answer, model, sha, parse_path, call, reason),
        )

    def drop(self, tenant: str, key: str, call: UUID | None) -> None:
        """Forget an answer that is no longer accepted."""
        self._row("select analyst.drop_answer(%s, %s, %s)", (tenant, key, call))

    def _row(self, statement: str, values: tuple[Any, ...]) -> tuple[Any, ...]:
        row = self._connection().execute(statement, values).fetchone()
        assert row is not None
        return tuple(row)

    def _connection(self) -> psycopg.Connection[Any]:
        own: psycopg.Connection[Any] | None = getattr(self._own, "connection", None)
        if own is None or own.closed or own.broken:
            own = self._connect()
            own.autocommit = True
            own.execute("set synchronous_commit = off")
            self._own.connection = own
            self._all.append(own)
        return own
