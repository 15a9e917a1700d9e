"""A webhook of yours, signed by Standard Webhooks.

`webhook-id` is the idempotency key: a repeat has the same id and body, and a receiver that
remembers ids takes it once.
"""

import base64
import binascii
import hmac
from datetime import datetime
from hashlib import sha256
from uuid import UUID

import httpx
import orjson

from e2a.alerts.claimed import Answer, Claimed, Part
from e2a.alerts.roads.answers import post
from e2a.alerts.roads.slack import checked_url
from e2a.alerts.secrets import Environment, secret
from e2a.domain.alert_wording import sentence
from e2a.domain.errors import ConfigurationError
from e2a.domain.policies.alerts import WebhookText


def to_webhook(
    road: WebhookText, claimed: Claimed, client: httpx.Client, env: Environment, now: datetime
) -> Answer:
    """Sign and post.

    Raises:
        ConfigurationError: the URL or the secret is not set, or not usable.
    """
    url = road.url or checked_url(env, road.url_env or "")
    body = orjson.dumps(_body(claimed))
    headers = signed(claimed.key, now, body, _key(env, road.secret_env))
    return post(client, url, body, headers, now)[0]


def signed(id: UUID, now: datetime, body: bytes, key: bytes) -> dict[str, str]:
    """The headers of a signed message."""
    stamp = str(int(now.timestamp()))
    raw = hmac.digest(key, f"{id}.{stamp}.".encode() + body, sha256)
    return {
        "content-type": "application/json",
        "webhook-id": str(id),
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(raw).decode()}",
        "idempotency-key": str(id),
    }


def _key(env: Environment, variable: str) -> bytes:
    try:
        key = base64.b64decode(secret(env, variable).removeprefix("whsec_"), validate=True)
    except binascii.Error:
        key = b""
    if not 24 <= len(key) <= 64:
        raise ConfigurationError(
            f"{variable} is no secret of Standard Webhooks", "Write whsec_ and base64 of 24 bytes"
        )
    return key


def _body(claimed: Claimed) -> dict[str, object]:
    parts = [_data(part) for part in claimed.parts]
    if len(parts) == 1:
        (part,) = claimed.parts
        return {"type": f"breach.{part.kind}", "timestamp": part.created_at, "data": parts[0]}
    first = min(part.created_at for part in claimed.parts)
    return {"type": "breach.digest", "timestamp": first, "data": {"messages": parts}}


def _data(part: Part) -> dict[str, object]:
    return {"kind": part.kind, "text": sentence(part.kind, part.payload), **part.payload}
