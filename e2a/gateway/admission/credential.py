"""Which credential a message proves, and so whose it is. A header never says the tenant.

Before the body is read: the key, or that there is something to verify. After it: the signature
over the raw bytes, then the account that the message names.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

from e2a.gateway.credentials.keyring import Keyring
from e2a.gateway.credentials.model import Credential
from e2a.gateway.replies import RefusedRequestError, unauthorized
from e2a.gateway.senders import Sender

MOST = 32
"""Signing secrets tried for one message; beyond that the URL must name the key."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a request shows beside its headers: the key of its path and the token of its query."""

    key_id: str = ""
    query: bytes = b""

    def token(self) -> str:
        """The key that stands in the URL."""
        try:
            fields = parse_qs(self.query.decode("latin-1"), max_num_fields=20)
        except ValueError:
            return ""
        return fields.get("token", [""])[0]


async def candidates(
    keyring: Keyring, sender: Sender, headers: Mapping[str, str], claim: Claim, now: datetime
) -> tuple[Credential, ...]:
    """The credentials that the message may prove: one key, or the secrets that could sign it.

    Raises:
        RefusedRequestError: 401 if there is none; 404 for a missing signature where the sender's
            protocol wants that.
    """
    scheme = sender.signature
    signed = scheme is not None and scheme.is_signed(headers)
    if "rsa" in sender.kinds and not signed:
        raise RefusedRequestError(404, "missing", "There is nothing here for an unsigned message.")
    look = _signing if signed and "hmac" in sender.kinds else _keyed
    found = look(keyring, sender, headers, claim, now)
    if not found:
        found = await keyring.seek(lambda: look(keyring, sender, headers, claim, now))
    if not found:
        raise unauthorized("unknown_key")
    if len(found) > MOST:
        raise unauthorized("key_not_named")
    return tuple(found)


def _signing(
    keyring: Keyring, sender: Sender, headers: Mapping[str, str], claim: Claim, now: datetime
) -> Sequence[Credential]:
    if claim.key_id:
        named = keyring.of_id(claim.key_id, now)
        return [named] if named and (named.source, named.kind) == (sender.word, "hmac") else []
    every = [one for one in keyring.of_source(sender.word, now) if one.kind == "hmac"]
    said = None if sender.account_reads_body else sender.account(headers, None)
    return [one for one in every if said is None or agrees(one, said)]


def _keyed(
    keyring: Keyring, sender: Sender, headers: Mapping[str, str], claim: Claim, now: datetime
) -> Sequence[Credential]:
    key = claim.token() if sender.token_in_url and claim.query else bearer(headers)
    if not key:
        raise unauthorized("no_key")
    found = keyring.of_key(key, now)
    fits = found and found.source == sender.word and found.kind in sender.kinds
    return [found] if found and fits and found.kind != "hmac" else []


def bearer(headers: Mapping[str, str]) -> str:
    """The key of a request: `X-Api-Key`, or `Authorization` as Bearer or as Basic's password."""
    scheme, _, rest = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(rest, validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return headers.get("x-api-key", "")


def prove(
    found: Sequence[Credential],
    sender: Sender,
    headers: Mapping[str, str],
    body: bytes,
    now: datetime,
) -> list[Credential]:
    """Those of the candidates whose secret signed the body; an API key needs no signature.

    Raises:
        RefusedRequestError: 401, with the nearest miss as its cause.
    """
    proven, causes = [], []
    for one in found:
        cause = _fault(one, sender, headers, body, now)
        proven += [one] if cause is None else []
        causes += [cause] if cause else []
    if not proven:
        raise unauthorized("stale" if "stale" in causes else causes[0])
    return proven


def _fault(
    one: Credential, sender: Sender, headers: Mapping[str, str], body: bytes, now: datetime
) -> str | None:
    if one.kind == "api_key":
        return None if body else "empty"
    if sender.signature is None or not one.secret:
        return "locked"
    return sender.signature.check(headers, body, one.secret, now)


def settle(
    proven: Sequence[Credential],
    sender: Sender,
    headers: Mapping[str, str],
    document: Any,  # noqa: ANN401 - any JSON value
) -> Credential:
    """The one credential whose account the message names.

    Raises:
        RefusedRequestError: 401, the message names another account, or must name one and does
            not, or its signature fits several tenants.
    """
    said = sender.account(headers, document)
    if said is None and sender.must_name_account:
        raise unauthorized("account_missing")
    fitting = [one for one in proven if said is None or agrees(one, said)]
    if not fitting:
        raise unauthorized("account_differs")
    named = [one for one in fitting if one.account is not None] if said else fitting
    best = named or fitting
    if len({one.tenant_id for one in best}) > 1:
        raise unauthorized("ambiguous")
    return best[0]


def agrees(credential: Credential, said: str) -> bool:
    """Whether a message that names this account may be the credential's."""
    return credential.account is None or credential.account.lower() == said.strip().lower()
