"""Senders as they sign, written from the vendors' words and not from the gateway's code."""

import base64
import hmac
import time
from hashlib import sha256

SHOP = "demo.myshopify.com"
SECRET = "hush-hush"
WHSEC = "whsec_" + base64.b64encode(b"k" * 32).decode()


def mac(secret: bytes, signed: bytes) -> bytes:
    return hmac.new(secret, signed, sha256).digest()


def shopify(
    body: bytes,
    webhook: str,
    *,
    secret: str = SECRET,
    topic: str = "orders/create",
    shop: str = SHOP,
    x: str = "x-",
) -> dict[str, str]:
    return {
        f"{x}shopify-topic": topic,
        f"{x}shopify-shop-domain": shop,
        f"{x}shopify-webhook-id": webhook,
        f"{x}shopify-triggered-at": "2026-05-04T10:15:00Z",
        f"{x}shopify-hmac-sha256": base64.b64encode(mac(secret.encode(), body)).decode(),
    }


def standard(
    body: bytes, id: str, *, secret: str = WHSEC, at: float | None = None
) -> dict[str, str]:
    stamp = str(int(time.time() if at is None else at))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = base64.b64encode(mac(key, f"{id}.{stamp}.".encode() + body)).decode()
    return {
        "webhook-id": id, "webhook-timestamp": stamp, "webhook-signature": f"v1,{signed}"
    }  # fmt: skip


def easypost(body: bytes, secret: str = SECRET) -> dict[str, str]:
    return {"x-hmac-signature": "hmac-sha256-hex=" + mac(secret.encode(), body).hex()}


def in_base64(header: str, body: bytes, secret: str = SECRET) -> dict[str, str]:
    return {header: base64.b64encode(mac(secret.encode(), body)).decode()}


def shippo(body: bytes, secret: str = SECRET) -> dict[str, str]:
    stamp = str(int(time.time()))
    return {
        "shippo-auth-signature": f"t={stamp},v1="
        + mac(secret.encode(), stamp.encode() + b"." + body).hex()
    }
