"""What a sender hears: a status, a short JSON body, the correlation id. Never 410."""

from dataclasses import dataclass
from typing import Any

import orjson

Send = Any
"""The ASGI `send` callable."""

REFUSALS = {
    400: "bad_request",
    401: "unauthorized",
    404: "not_found",
    405: "method_not_allowed",
    408: "too_slow",
    413: "too_large",
    415: "unsupported_media_type",
    429: "too_many_requests",
    503: "unavailable",
}
"""The error word of each refusal: a closed list, which also labels the metrics."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A status and a body; `closing` ends the connection, since a body may be left unread."""

    status: int
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()
    closing: bool = False
    content_type: bytes = b"application/json"


class RefusedRequestError(Exception):
    """A request that is not taken.

    Attributes:
        status: one of REFUSALS.
        cause: a word of a closed list, for the log; the sender is not told which check failed.
        detail: a sentence for the sender, which names the fix.
    """

    def __init__(
        self, status: int, cause: str, detail: str, *, retry_after: int | None = None
    ) -> None:
        super().__init__(status, cause)
        self.status = status
        self.cause = cause
        self.detail = detail
        self.retry_after = retry_after

    def reply(self) -> Reply:
        """The refusal as an answer."""
        extra = [(b"retry-after", str(self.retry_after).encode())] if self.retry_after else []
        if self.status == 401:
            extra.append((b"www-authenticate", b"Bearer"))
        body = orjson.dumps({"error": REFUSALS[self.status], "detail": self.detail})
        return Reply(self.status, body, tuple(extra), closing=True)


def unauthorized(cause: str) -> RefusedRequestError:
    """401; which check failed stands in the log only."""
    return RefusedRequestError(
        401, cause,
        "No credential fits this message; check the key or the signing secret, the raw body, the "
        "clock and the account, see docs/gateway.md.",
    )  # fmt: skip


def unavailable(cause: str, seconds: int = 5) -> RefusedRequestError:
    """503: nothing was acknowledged; the same message may come again."""
    return RefusedRequestError(
        503, cause, "Not stored; send it again after the pause.", retry_after=seconds
    )


STORED = Reply(202, b'{"status":"stored"}')
CONFLICT = Reply(202, b'{"status":"conflict"}')
DUPLICATE = Reply(200, b'{"status":"duplicate"}')
BY_STATUS = {"stored": STORED, "conflict": CONFLICT, "duplicate": DUPLICATE}
SHIPHERO = Reply(200, b'{"code":"200","Status":"Success"}')
"""What ShipHero takes for success, whatever became of the message."""


async def send_reply(send: Send, reply: Reply, correlation_id: str) -> None:
    """Send a reply over ASGI."""
    headers = [
        (b"content-type", reply.content_type),
        (b"content-length", str(len(reply.body)).encode()),
        (b"x-correlation-id", correlation_id.encode()),
        *reply.headers,
    ]
    if reply.closing:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})
