"""How the senders of the simulated week post: headers, signatures, and their rules for retries.

Times between retries are the vendors' divided by some thousands; their number is the vendors' own
(Shopify 8 retries, EasyPost 6; our own warehouse system never gives up).
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from e2a.simulator.signing import signed_by_vendor

WORDS = {"shopify": "shopify", "carrier": "easypost", "wms": "wms"}
"""The path word that sends what came by a road."""
RETRIES = {"shopify": 8, "easypost": 6, "wms": 1_000_000}
FIRST_PAUSE, LONGEST_PAUSE = 0.3, 10.0
"""Seconds before a retry, doubling."""


@dataclass(frozen=True)
class Posting:
    """One delivery of the week, as its sender posts it."""

    word: str
    tenant: str
    delivery_id: str
    headers: Mapping[str, str]
    body: bytes

    def signed(self, secrets: Mapping[tuple[str, str], str]) -> dict[str, str]:
        """All headers, signed at this moment."""
        secret = secrets[self.word, self.tenant]
        return signed_by_vendor(
            self.word, secret, self.delivery_id, self.headers, self.body, time.time()
        )


def postings(archive: Path) -> tuple[list[Posting], list[Posting]]:
    """The week's deliveries in the order in which they were received.

    Returns:
        The deliveries, and those that state an id again with another body: which of two bodies
        counts depends on which came first (C9), so their sender waits until the first is in.
    """
    first: dict[tuple[str, str], bytes] = {}
    now: list[Posting] = []
    later: list[Posting] = []
    for line in archive.read_text().splitlines():
        said = json.loads(line)
        body = said["body"].encode()
        one = Posting(
            WORDS[said["source"]], said["tenant"], said["delivery_id"], said["headers"], body
        )
        key = (one.tenant, _event_id(one))
        known = first.setdefault(key, body)
        (now if known == body or not key[1] else later).append(one)
    return now, later


def _event_id(one: Posting) -> str:
    if one.word != "wms":
        return ""
    try:
        return str(json.loads(one.body).get("event_id", ""))
    except ValueError:
        return ""
