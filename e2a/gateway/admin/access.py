"""Who asks, for which tenants, and with which connection."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import psycopg
from anyio import CapacityLimiter, to_thread
from starlette.requests import Request

from e2a.gateway.admission.credential import bearer
from e2a.gateway.credentials.model import EVERYBODY
from e2a.gateway.door import Door
from e2a.gateway.replies import RefusedRequestError, unauthorized
from e2a.gateway.senders import ADMIN
from e2a.warehouse.connection import Role, Warehouse

THREADS = 4
"""Requests of operators that are worked on at once, in one process."""
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Operator:
    """Who asks: the key's name, and the one tenant that it is for (None: all)."""

    key_id: str
    tenant_id: str | None

    def tenant(self, asked: str | None) -> str | None:
        """The tenant that a request is about.

        Raises:
            RefusedRequestError: 404, the key is for another tenant, which is not spoken of.
        """
        if self.tenant_id is None or asked in (None, self.tenant_id):
            return self.tenant_id or asked
        raise RefusedRequestError(404, "other_tenant", "There is no such thing for this key.")


class Office:
    """Lets operators in and runs their work."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._threads = CapacityLimiter(THREADS)

    async def operator(self, request: Request) -> Operator:
        """Whose key the request shows.

        Raises:
            RefusedRequestError: 401.
        """
        keys = [name for name in request.headers if name in ("authorization", "x-api-key")]
        if len(keys) != 1:
            raise unauthorized("doubled_header" if keys else "unknown_key")
        keyring, now = self._door.keyring, self._door.clock()
        found = await keyring.seek(lambda: keyring.of_key(bearer(request.headers), now))
        if found is None or found.kind != ADMIN:
            raise unauthorized("unknown_key")
        return Operator(found.key_id, None if found.tenant_id == EVERYBODY else found.tenant_id)

    async def work(
        self, task: Callable[[psycopg.Connection[Any], datetime], _Result], *, writes: bool = False
    ) -> _Result:
        """Run a task in a thread with a connection of its own and the present instant."""
        now = self._door.clock()

        def run() -> _Result:
            with self._door.warehouse.connect(Role.OPERATOR) as connection:
                connection.read_only = not writes
                return task(connection, now)

        return await to_thread.run_sync(run, limiter=self._threads)

    async def aside(self, task: Callable[[Warehouse, datetime], _Result]) -> _Result:
        """Run a task that brings a role of its own in one of the same threads."""
        warehouse, now = self._door.warehouse, self._door.clock()
        return await to_thread.run_sync(lambda: task(warehouse, now), limiter=self._threads)
