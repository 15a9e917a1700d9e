"""Credentials made by people; a secret is shown once, to its maker."""

import base64
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg

from e2a.domain.errors import BadInputError
from e2a.domain.zones import zone_named
from e2a.gateway.credentials.model import written
from e2a.gateway.rsa import keys_of
from e2a.gateway.senders import ADMIN, SENDERS
from e2a.gateway.signatures import standard_key
from e2a.warehouse.vault import Vault, hashed

_NAMESPACE = re.compile(r"[a-z][a-z0-9_]{0,31}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A credential to make.

    Attributes:
        secret: the vendor's, where the vendor chooses it.
        time_zone: IANA zone of times that the sender writes without an offset.
        order_namespace: in which system his order numbers are names, such as shopify.
    """

    tenant_id: str
    source: str
    kind: str | None = None
    account: str | None = None
    secret: str | None = field(default=None, repr=False)
    time_zone: str | None = None
    order_namespace: str | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """What its maker sees once: `key` is sent by the caller, `secret` signs what he sends."""

    key_id: str
    kind: str
    key: str | None = field(default=None, repr=False)
    secret: str | None = field(default=None, repr=False)


def create(
    connection: psycopg.Connection[Any], vault: Vault, wanted: Wanted, now: datetime
) -> Made:
    """Make a credential, in the caller's transaction.

    Raises:
        BadInputError: the source or kind is unknown, or the secret or account does not fit it.
    """
    kind = _kind(wanted)
    _check_words(wanted)
    key_id = f"{wanted.source}-{secrets.token_hex(6)}"
    key = secrets.token_urlsafe(32) if kind != "hmac" else None
    secret = _secret(wanted, kind)
    connection.execute(
        "insert into ops.credentials (tenant_id, key_id, source, kind, account, time_zone, "
        "order_namespace, secret_hash, secret_encrypted, created_at) "
        "values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (wanted.tenant_id, key_id, wanted.source, kind, wanted.account, wanted.time_zone,
         wanted.order_namespace, key and hashed(key), secret and vault.encrypt(secret.encode()),
         now),
    )  # fmt: skip
    shown = None if wanted.secret else secret
    return Made(key_id, kind, key and written(key_id, key), shown)


def _kind(wanted: Wanted) -> str:
    if wanted.source == ADMIN:
        return ADMIN
    sender = SENDERS.get(wanted.source)
    if sender is None:
        raise BadInputError(
            f"--source {wanted.source!r} is not known", f"Known are: {', '.join((*SENDERS, ADMIN))}"
        )
    if wanted.kind and wanted.kind not in sender.kinds:
        raise BadInputError(
            f"--kind {wanted.kind!r} is not for {wanted.source}", f"Use {' or '.join(sender.kinds)}"
        )
    if sender.must_name_account and not wanted.account:
        raise BadInputError(
            f"--account is missing: every message of {wanted.source} names its shop",
            "Give the shop's domain, such as example.myshopify.com",
        )
    return wanted.kind or sender.kinds[0]


def _check_words(wanted: Wanted) -> None:
    try:
        if wanted.time_zone is not None:
            zone_named(wanted.time_zone)
    except ValueError as error:
        raise BadInputError(f"--time-zone: {error}", "Give an IANA name") from None
    if wanted.order_namespace is not None and not _NAMESPACE.fullmatch(wanted.order_namespace):
        raise BadInputError(
            f"--order-namespace {wanted.order_namespace!r} is no word of small letters and digits",
            "Say the system that gives out the order numbers, such as shopify",
        )


def _secret(wanted: Wanted, kind: str) -> str | None:
    """What is kept encrypted: the vendor's key set, or the signing secret, his or a fresh one."""
    given = wanted.secret
    if kind in ("api_key", ADMIN):
        if given:
            raise BadInputError("An API key's secret is made by us", "Leave the secret out")
        return None
    if kind == "rsa":
        keys_of((given or "").encode())
        return given
    if given is None:
        return _fresh(wanted.source)
    if len(given) < 4:
        raise BadInputError("The signing secret is too short", "Give the vendor's secret whole")
    if _is_standard(wanted.source) and not standard_key(given.encode()):
        raise BadInputError(
            "The signing secret is not base64 after whsec_", "Give the vendor's secret whole"
        )
    return given


def _is_standard(source: str) -> bool:
    scheme = SENDERS[source].signature
    return scheme is not None and ("webhook-signature",) in scheme.headers


def _fresh(source: str) -> str:
    if _is_standard(source):
        return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    return secrets.token_urlsafe(32)
