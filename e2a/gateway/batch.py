"""`POST /ingest/batch`: typed warehouse events, one JSON document a line, an answer for each line.

Each line is a delivery of its own with the identity that it would have if it were posted alone.
2xx means that every line is stored; otherwise the whole batch may be sent again.
"""

from collections.abc import Iterable

import orjson

from e2a.domain.deliveries import Delivery
from e2a.gateway.admission.body import too_large
from e2a.gateway.admission.credential import Claim
from e2a.gateway.admission.headers import kept
from e2a.gateway.door import Door
from e2a.gateway.ingest import Receive, Scope, admit, document_of
from e2a.gateway.replies import RefusedRequestError, Reply
from e2a.gateway.senders import Sender
from e2a.sources.delivery_ids import delivery_id

LONGEST_LINE = 2**20
"""Bytes of one line."""
MOST_LINES = 10_000
"""Lines of one batch."""
TOGETHER = 500
"""Lines a transaction: a short one, since an open one holds up every reader."""


async def batch(
    door: Door, sender: Sender, claim: Claim, scope: Scope, receive: Receive, correlation_id: str
) -> tuple[Reply, str, str]:
    """Take a batch in; the reply is NDJSON, one line for each line that was not blank.

    Raises:
        RefusedRequestError: nothing is acknowledged, though some may be stored: send it again.
        GoneError: the sender hung up.
    """
    with door.memory.share() as share:
        message = await admit(door, sender, claim, scope, receive, share)
        share.take(len(message.body))  # the lines are copies
        numbered, holder = _lines(message.body), message.holder
        headers = kept(message.headers, sender, holder, correlation_id)
        now, words = door.clock(), list[str]()
        for start in range(0, len(numbered), TOGETHER):
            rows = [
                Delivery(holder.tenant_id, sender.road, _id(line), now, line, headers)
                for _, line in numbered[start : start + TOGETHER]
            ]
            words += await door.writers.store(rows, holder.key_id)
    told = [
        orjson.dumps({"line": number, "status": word})
        for (number, _), word in zip(numbered, words, strict=True)
    ]
    answer = words[0] if len(set(words)) == 1 else "partial"
    reply = Reply(200, b"\n".join(told) + b"\n", content_type=b"application/x-ndjson")
    return reply, answer, holder.key_id


def _id(line: bytes) -> str:
    return delivery_id("wms", {}, line, document_of(line))


def _lines(body: bytes) -> list[tuple[int, bytes]]:
    """The lines that say something, with their numbers.

    Raises:
        RefusedRequestError: 413, a line or their number is too large; 400, there is none.
    """
    if body.count(b"\n") >= MOST_LINES and body.rstrip(b"\n").count(b"\n") >= MOST_LINES:
        raise RefusedRequestError(
            413, "too_large", f"The batch has more than {MOST_LINES:,} lines; send fewer at a time."
        )
    found = list(_numbered(body.split(b"\n")))
    if not found:
        raise RefusedRequestError(400, "empty", "The batch has no line; send one event a line.")
    if max(len(line) for _, line in found) > LONGEST_LINE:
        raise too_large(LONGEST_LINE)
    return found


def _numbered(lines: Iterable[bytes]) -> Iterable[tuple[int, bytes]]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield number, line.strip()
