"""Who may post: a path word, the road that it takes, how it proves itself, what is kept of it.

Add a sender here, its delivery id in `e2a.sources.delivery_ids`, its parser in `e2a.sources`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from e2a.domain.deliveries import Source
from e2a.gateway.rsa import SHIPENGINE
from e2a.gateway.signatures import (
    Scheme,
    base64_of_body,
    hex_of_body,
    standard_webhooks,
    timestamped,
)
from e2a.sources.delivery_ids import at, first

_Account = Callable[[Mapping[str, str], Any], str | None]


@dataclass(frozen=True, slots=True)
class Sender:
    """One kind of sender.

    Attributes:
        word: its word in the path.
        road: the lane of the inbox that its messages take.
        kinds: the kinds of credential that fit (api_key, hmac, rsa), the usual one first.
        signature: how it signs; None if it cannot.
        token_in_url: whether the key may stand in the URL, for senders that can set no header.
        kept: headers beside ours that the parsers read.
        dialect: what header `e2a-dialect` tells the road's parser.
        account: the shop or account that a message names, None if it names none.
        account_reads_body: whether `account` needs the body as JSON.
        must_name_account: whether a message without one is refused.
    """

    word: str
    road: Source
    kinds: tuple[str, ...]
    signature: Scheme | None = None
    token_in_url: bool = False
    kept: frozenset[str] = frozenset()
    dialect: str | None = None
    account: _Account = lambda headers, document: None
    account_reads_body: bool = False
    must_name_account: bool = False


def _shop(headers: Mapping[str, str], document: object) -> str | None:
    return first(headers, "x-shopify-shop-domain", "shopify-shop-domain")


def _seller(headers: Mapping[str, str], document: Any) -> str | None:  # noqa: ANN401 - any JSON
    return next(_sellers(document, 6), None)


def _sellers(value: Any, depth: int) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    """Amazon names the seller at another place in each notification type, never in a list."""
    if isinstance(value, dict) and depth:
        for key, inner in value.items():
            found = at(value, key) if key.lower() == "sellerid" else None
            yield from (found,) if found else _sellers(inner, depth - 1)


_SHOPIFY_WORDS = (
    "topic", "shop-domain", "webhook-id", "event-id", "triggered-at", "api-version", "resource-id",
    "action", "sub-topic",
)  # fmt: skip
_OWN = frozenset({"x-correlation-id", "idempotency-key"})
_EITHER = ("api_key", "hmac")
_SIGNED = ("hmac",)

SENDERS: dict[str, Sender] = {
    sender.word: sender
    for sender in (
        Sender("wms", Source.WMS, _EITHER, standard_webhooks(), kept=_OWN),
        Sender("batch", Source.WMS, _EITHER, standard_webhooks(), kept=_OWN),
        Sender("carrier", Source.CARRIER, _EITHER, standard_webhooks(), kept=_OWN),
        Sender("file", Source.FILE, _EITHER, standard_webhooks(), kept=_OWN),
        Sender(
            "shopify", Source.SHOPIFY, _SIGNED,
            base64_of_body("x-shopify-hmac-sha256", "shopify-hmac-sha256"),
            kept=frozenset(f"{x}shopify-{word}" for x in ("x-", "") for word in _SHOPIFY_WORDS),
            account=_shop, must_name_account=True,
        ),
        Sender(
            "easypost", Source.CARRIER, _SIGNED,
            hex_of_body("x-hmac-signature", "hmac-sha256-hex=", nfkd=True),
            account=lambda headers, document: at(document, "user_id"), account_reads_body=True,
        ),
        Sender("aftership", Source.CARRIER, _SIGNED, base64_of_body("aftership-hmac-sha256")),
        Sender(
            "shippo", Source.CARRIER, ("hmac", "api_key"), timestamped("shippo-auth-signature"),
            token_in_url=True, dialect="shippo",
        ),
        Sender(
            "shipengine", Source.CARRIER, ("rsa",), SHIPENGINE, token_in_url=True,
            dialect="shipengine",
        ),
        Sender(
            "shipbob", Source.WMS, _SIGNED, standard_webhooks(), dialect="shipbob",
            kept=frozenset({"webhook-id", "webhook-timestamp", "x-webhook-topic", "shipbob-topic"}),
        ),
        Sender(
            "shiphero", Source.WMS, _SIGNED, base64_of_body("x-shiphero-hmac-sha256"),
            dialect="shiphero",
            kept=frozenset({"x-shiphero-message-id"}),
            account=lambda headers, document: at(document, "account_id"), account_reads_body=True,
        ),
        Sender(
            "sendcloud", Source.CARRIER, _SIGNED, hex_of_body("sendcloud-signature"),
            dialect="sendcloud",
        ),
        Sender(
            "amazon", Source.WMS, ("api_key",), dialect="amazon", account=_seller,
            account_reads_body=True,
        ),
        Sender("epcis", Source.WMS, ("api_key",), dialect="epcis"),
    )
}  # fmt: skip

ADMIN = "admin"
"""The word and the kind of operators' keys: they post nothing."""
