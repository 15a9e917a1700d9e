"""How senders sign, by the texts of their vendors; nothing of the gateway's code is used."""

import base64
import hmac
from collections.abc import Mapping
from hashlib import sha256


def signed(secret: str, message_id: str, body: bytes, at: float) -> dict[str, str]:
    """Standard Webhooks: the headers with which a message goes out, at seconds since 1970."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    stamp = str(int(at))
    raw = hmac.digest(key, f"{message_id}.{stamp}.".encode() + body, sha256)
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": "v1," + base64.b64encode(raw).decode(),
    }


def signed_by_vendor(
    word: str, secret: str, delivery_id: str, headers: Mapping[str, str], body: bytes, at: float
) -> dict[str, str]:
    """All headers of a delivery, as its sender posts it.

    Args:
        word: `shopify`, `easypost`, or `wms` and `batch`, which sign by Standard Webhooks.
        secret: the sender's.
        delivery_id: what names the delivery, where the sender does not name it otherwise.
        headers: the sender's own.
        body: exactly what is sent.
        at: seconds since 1970.
    """
    if word not in ("shopify", "easypost"):
        own = signed(secret, delivery_id, body, at)
        return {**headers, **own, **({"idempotency-key": delivery_id} if word == "wms" else {})}
    raw = hmac.digest(secret.encode(), body, sha256)
    own = (
        {"x-shopify-hmac-sha256": base64.b64encode(raw).decode()}
        if word == "shopify"
        else {"x-hmac-signature": f"hmac-sha256-hex={raw.hex()}"}
    )
    return {**headers, **own, "content-type": "application/json"}
