"""A credential, and the text of a key."""

from dataclasses import dataclass, field
from datetime import datetime

PREFIX = "e2a_"
EVERYBODY = "*"
"""The tenant of an operator's key that is for all tenants."""


@dataclass(frozen=True, slots=True)
class Credential:
    """Who may send what, for which tenant.

    Attributes:
        key_id: its public name.
        source: the path word that it opens.
        kind: api_key, hmac, rsa or admin.
        account: the shop or account that a message must name, if it names one.
        time_zone: IANA zone of the times that this sender writes without an offset.
        order_namespace: in which system his order numbers are names.
        secret_hash: SHA-256 of the key's secret.
        secret: the signing secret, or the vendor's key set.
        not_after: the end of a rotation's overlap (exclusive); None: no end.
    """

    tenant_id: str
    key_id: str
    source: str
    kind: str
    account: str | None = None
    time_zone: str | None = None
    order_namespace: str | None = None
    secret_hash: bytes | None = field(default=None, repr=False)
    secret: bytes | None = field(default=None, repr=False)
    not_after: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Whether it is in force at an instant."""
        return self.not_after is None or now < self.not_after


def written(key_id: str, secret: str) -> str:
    """The key as its holder sends it."""
    return f"{PREFIX}{key_id}.{secret}"


def read(key: str) -> tuple[str, str]:
    """(key id, secret) of a key; empty texts if it is none."""
    key_id, _, secret = key.removeprefix(PREFIX).partition(".")
    return (key_id, secret) if key.startswith(PREFIX) and secret else ("", "")
