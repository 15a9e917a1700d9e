"""Vendors' signatures over the raw bytes, each compared in constant time.

Add a scheme here with its published vector as a test. Which sender uses it is said in `senders`.
A check answers None if the signature holds, else why not: `missing`, `forged` or `stale`.
"""

import base64
import binascii
import hmac
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from hashlib import sha256

TOLERANCE = timedelta(minutes=5)
"""How far a signed timestamp may lie from now, either way."""

Headers = Mapping[str, str]
Check = Callable[[Headers, bytes, bytes, datetime], str | None]


@dataclass(frozen=True)
class Scheme:
    """How a sender signs.

    Attributes:
        headers: names that must stand in the message, each spelling of a name in one tuple.
        check: (headers, body, secret, now) to None, or to why it does not hold.
    """

    headers: tuple[tuple[str, ...], ...]
    check: Check

    @cached_property
    def names(self) -> frozenset[str]:
        """Every spelling of every header."""
        return frozenset(name for spellings in self.headers for name in spellings)

    def is_signed(self, headers: Headers) -> bool:
        """Whether any of its headers is there, right or wrong."""
        return not self.names.isdisjoint(headers)


def digest(secret: bytes, signed: bytes) -> bytes:
    """HMAC-SHA256."""
    return hmac.digest(secret, signed, sha256)


def base64_of_body(*names: str) -> Scheme:
    """base64(HMAC(secret, body)), in one of these headers."""
    return _over_body(names, lambda raw: base64.b64encode(raw).decode())


def hex_of_body(name: str, prefix: str = "", *, nfkd: bool = False) -> Scheme:
    """Hex of HMAC(secret, body) after a prefix; the secret in NFKD where the vendor says so."""
    return _over_body((name,), lambda raw: prefix + raw.hex(), nfkd=nfkd)


def _over_body(
    names: tuple[str, ...], written: Callable[[bytes], str], *, nfkd: bool = False
) -> Scheme:
    def check(headers: Headers, body: bytes, secret: bytes, now: datetime) -> str | None:
        given = next((headers[name] for name in names if name in headers), "")
        if not given or not body:
            return "missing"
        key = unicodedata.normalize("NFKD", secret.decode()).encode() if nfkd else secret
        return None if same(written(digest(key, body)), given) else "forged"

    return Scheme((names,), check)


def standard_webhooks(prefix: str = "webhook-") -> Scheme:
    """Standard Webhooks: any `v1,` of the list signs `id.timestamp.body`."""
    names = [f"{prefix}id", f"{prefix}timestamp", f"{prefix}signature"]

    def check(headers: Headers, body: bytes, secret: bytes, now: datetime) -> str | None:
        identifier, stamp, given = (headers.get(name, "") for name in names)
        if not (identifier and stamp and given and body):
            return "missing"
        key = standard_key(secret)
        signed = f"{identifier}.{stamp}.".encode() + body
        right = "v1," + base64.b64encode(digest(key, signed)).decode()
        found = [same(right, one) for one in given.split(" ")]
        return _timely(stamp, now) if key and any(found) else "forged"

    return Scheme(tuple((name,) for name in names), check)


def standard_key(secret: bytes) -> bytes:
    """The key bytes of a `whsec_...` secret; b"" if it is none."""
    try:
        return base64.b64decode(secret.removeprefix(b"whsec_"), validate=True)
    except binascii.Error:
        return b""


def timestamped(name: str) -> Scheme:
    """Shippo's `t=TS,v1=HEX` over `TS.body`."""

    def check(headers: Headers, body: bytes, secret: bytes, now: datetime) -> str | None:
        fields = dict(part.partition("=")[::2] for part in headers.get(name, "").split(","))
        stamp, given = fields.get("t", ""), fields.get("v1", "")
        if not (stamp and given and body):
            return "missing"
        right = digest(secret, stamp.encode() + b"." + body).hex()
        return _timely(stamp, now) if same(right, given) else "forged"

    return Scheme(((name,),), check)


def same(right: str, given: str) -> bool:
    """Whether two texts are equal, in time that does not tell where they differ."""
    return hmac.compare_digest(right.encode(), given.encode())


def _timely(stamp: str, now: datetime) -> str | None:
    sent = instant(stamp)
    return None if sent is not None and abs(now - sent) <= TOLERANCE else "stale"


def instant(stamp: str) -> datetime | None:
    """A timestamp header, in seconds since 1970 or ISO 8601; None if it is neither."""
    try:
        if stamp.isascii() and stamp.isdigit():
            return datetime.fromtimestamp(int(stamp), UTC)
        read = datetime.fromisoformat(stamp)
    except (ValueError, OverflowError, OSError):
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)
