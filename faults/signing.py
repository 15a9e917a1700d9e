"""A sender's signature, by the text of Standard Webhooks; nothing of the gateway's code is used."""

import base64
import hmac
from hashlib import sha256


def signed(secret: str, message_id: str, body: bytes, at: float) -> dict[str, str]:
    """The headers with which a message goes out, at a time in seconds since 1970."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    stamp = str(int(at))
    raw = hmac.digest(key, f"{message_id}.{stamp}.".encode() + body, sha256)
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": "v1," + base64.b64encode(raw).decode(),
    }
