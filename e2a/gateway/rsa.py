"""ShipEngine's signature: RSASSA-PKCS1-v1_5 with SHA-256 over `timestamp.body`, key by its kid.

The credential holds the vendor's key set (JWKS) as it stood when a person registered it: a
request never makes the gateway fetch anything.
"""

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from e2a.domain.errors import BadInputError
from e2a.gateway.signatures import TOLERANCE, Scheme, instant

_SIGNATURE = "x-shipengine-rsa-sha256-signature"
_KEY_ID = "x-shipengine-rsa-sha256-key-id"
_STAMP = "x-shipengine-timestamp"


def keys_of(jwks: bytes) -> dict[str, rsa.RSAPublicKey]:
    """The RSA keys of a key set by kid.

    Raises:
        BadInputError: it is no key set, or has no RSA key of at least 2,048 bits.
    """
    try:
        found = {
            str(key["kid"]): rsa.RSAPublicNumbers(_number(key["e"]), _number(key["n"])).public_key()
            for key in orjson.loads(jwks)["keys"]
            if key.get("kty") == "RSA"
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        found = {}
    if not found or any(key.key_size < 2048 for key in found.values()):
        raise BadInputError(
            "The key set is not a JWKS with RSA keys of 2,048 bits or more",
            'Save the vendor\'s {"keys": [...]} document as it is',
        )
    return found


def _number(text: str) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), "big")


def _check(headers: Mapping[str, str], body: bytes, secret: bytes, now: datetime) -> str | None:
    given, kid, stamp = (headers.get(name, "") for name in (_SIGNATURE, _KEY_ID, _STAMP))
    if not (given and kid and stamp and body):
        return "missing"
    try:
        key = keys_of(secret).get(kid)
        signature = base64.b64decode(given, validate=True)
        if key is None:
            return "forged"
        key.verify(signature, stamp.encode() + b"." + body, padding.PKCS1v15(), SHA256())
    except (InvalidSignature, BadInputError, binascii.Error, ValueError):
        return "forged"
    sent = instant(stamp)
    return None if sent is not None and abs(now - sent) <= TOLERANCE else "stale"


SHIPENGINE = Scheme(((_SIGNATURE,), (_KEY_ID,), (_STAMP,)), _check)
