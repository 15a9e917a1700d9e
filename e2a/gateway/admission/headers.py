"""A request's headers: each that we read at most once, in one spelling, of one meaning."""

import random
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from e2a.domain.dialects import DIALECT_HEADER, ORDER_NAMESPACE_HEADER, TIME_ZONE_HEADER
from e2a.gateway.credentials.model import Credential
from e2a.gateway.replies import RefusedRequestError, unauthorized
from e2a.gateway.senders import SENDERS, Sender

CORRELATION = "x-correlation-id"
KEPT_CORRELATION = "e2a-correlation-id"
_SINGLE = frozenset(
    {
        "authorization", "x-api-key", "content-length", "content-type", "content-encoding", "host",
        "transfer-encoding", "idempotency-key", CORRELATION,
    }
)  # fmt: skip
"""Whose second copy is refused, beside a sender's own headers."""
_CORRELATION = re.compile(r"[A-Za-z0-9._:/+=@-]{1,128}")
_MEDIA = re.compile(
    r"(application/([\w.+-]*\+)?(json|x-ndjson|ndjson|jsonl)|text/plain)\s*(;.*)?", re.I
)


def _of(sender: Sender) -> frozenset[str]:
    return sender.kept | (sender.signature.names if sender.signature else frozenset())


def _bare(names: frozenset[str]) -> frozenset[str]:
    """Names that are read with `x-` before them too."""
    return frozenset(name for name in names if f"x-{name}" in names)


_SINGLE_OF = {sender.word: _SINGLE | _of(sender) for sender in SENDERS.values()}
_BARE_OF = {sender.word: _bare(_of(sender)) for sender in SENDERS.values()}


def read_headers(raw: Sequence[tuple[bytes, bytes]], sender: Sender) -> dict[str, str]:
    """Lower-cased names with their values.

    Raises:
        RefusedRequestError: 401 if one that we read comes twice, or in two spellings that differ.
    """
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in raw}
    if len(headers) != len(raw):
        count = Counter(name.decode("latin-1") for name, _ in raw)
        if any(count[name] > 1 for name in _SINGLE_OF[sender.word]):
            raise unauthorized("doubled_header")
    for name in _BARE_OF[sender.word].intersection(headers):
        if headers.get(f"x-{name}", headers[name]) != headers[name]:
            raise unauthorized("doubled_header")
    return headers


def correlation_of(raw: Iterable[tuple[bytes, bytes]]) -> str:
    """The caller's correlation id if it can be kept as it is, else a fresh one."""
    for name, value in raw:
        if name == b"x-correlation-id" and _CORRELATION.fullmatch(text := value.decode("latin-1")):
            return text
    return f"{random.getrandbits(64):016x}"


def check_form(headers: Mapping[str, str]) -> None:
    """Refuse what is not plain JSON over plain HTTP/1.1.

    Raises:
        RefusedRequestError: 415; 400 for an upgrade, behind which the body would be lost.
    """
    if "upgrade" in headers:
        raise RefusedRequestError(400, "upgrade", "Upgrade is not supported; send HTTP/1.1.")
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding != "identity":
        raise RefusedRequestError(
            415, "encoding", "Content-Encoding is not supported; send the body as it is."
        )
    media = headers.get("content-type", "").strip()
    if media and not _MEDIA.fullmatch(media):
        raise RefusedRequestError(
            415, "media_type", "Content-Type is not JSON; send application/json."
        )


def kept(
    headers: Mapping[str, str], sender: Sender, credential: Credential, correlation_id: str
) -> dict[str, str]:
    """What the inbox keeps of the headers: what parsers read, never a secret.

    What only the credential says of its sender is added as headers of ours.
    """
    found = {name: value for name, value in headers.items() if name in sender.kept}
    if found.get(CORRELATION) != correlation_id:  # written in a way that cannot be kept
        found.pop(CORRELATION, None)
    found[KEPT_CORRELATION] = correlation_id
    said = {
        DIALECT_HEADER: sender.dialect,
        TIME_ZONE_HEADER: credential.time_zone,
        ORDER_NAMESPACE_HEADER: credential.order_namespace,
    }
    found.update({name: word for name, word in said.items() if word})
    return found
