"""The credentials in force, held in memory and read again every other second.

A revoked key works for at most REFRESH longer; a new one works at once, since a key that is not
known asks for a fresh reading. While the database is away, the last reading stands.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from e2a.gateway.credentials.model import Credential, read
from e2a.gateway.signatures import same
from e2a.warehouse.vault import Vault, hashed

REFRESH = 2.0
"""Seconds between readings."""
SOONEST = 0.25
"""Seconds between readings that unknown keys ask for: guessing does not load the database."""

COLUMNS = (
    "tenant_id, key_id, source, kind, account, time_zone, order_namespace, not_after, secret_hash, "
    "secret_encrypted"
)
Rows = Sequence[tuple[Any, ...]]
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class _Found:
    by_id: dict[str, Credential]
    by_source: dict[str, list[Credential]]


class Keyring:
    """Credentials by key id and by source."""

    def __init__(self, vault: Vault, fetch: Callable[[], Awaitable[Rows]]) -> None:
        self._vault = vault
        self._fetch = fetch
        self._kept: dict[tuple[Any, ...], Credential] = {}
        self._found = _Found({}, {})
        self._read_at = -SOONEST
        self._reading = asyncio.Lock()
        self.is_read = False

    async def refresh(self) -> None:
        """Read the credentials; raises what the database raises."""
        rows = await self._fetch()
        self._kept = {tuple(row): self._kept.get(tuple(row)) or self._made(row) for row in rows}
        by_source: dict[str, list[Credential]] = {}
        for one in self._kept.values():
            by_source.setdefault(one.source, []).append(one)
        self._found = _Found({one.key_id: one for one in self._kept.values()}, by_source)
        self.is_read = True

    def _made(self, row: Sequence[Any]) -> Credential:
        *told, not_after, secret_hash, encrypted = row
        tenant, key_id, source, kind, account, zone, namespace = told
        return Credential(
            tenant_id=tenant,
            key_id=key_id,
            source=source,
            kind=kind,
            account=account,
            time_zone=zone,
            order_namespace=namespace,
            secret_hash=secret_hash and bytes(secret_hash),
            secret=self._vault.decrypt(bytes(encrypted)) if encrypted else None,
            not_after=not_after,
        )

    def of_key(self, key: str, now: datetime) -> Credential | None:
        """The credential in force whose key this is."""
        key_id, secret = read(key)
        found = self.of_id(key_id, now)
        right = found.secret_hash.hex() if found and found.secret_hash else ""
        return found if same(right, hashed(secret).hex()) else None

    def of_id(self, key_id: str, now: datetime) -> Credential | None:
        """The credential in force of this public name."""
        found = self._found.by_id.get(key_id)
        return found if found and found.holds(now) else None

    def of_source(self, source: str, now: datetime) -> list[Credential]:
        """Every credential in force that opens this path, the newest first."""
        return [one for one in self._found.by_source.get(source, ()) if one.holds(now)]

    async def seek(self, find: Callable[[], _Result]) -> _Result:
        """What `find` finds in the keyring; if that is nothing, what it finds after a reading."""
        found = find()
        if found:
            return found
        await self._read_again()
        return find()

    async def _read_again(self) -> None:
        """A reading that begins after now; whoever asks meanwhile shares it."""
        loop = asyncio.get_running_loop()
        asked = loop.time()
        async with self._reading:
            if self._read_at > asked:
                return
            await asyncio.sleep(max(0.0, self._read_at + SOONEST - asked))
            self._read_at = loop.time()
            await self.refresh()
