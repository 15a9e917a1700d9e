"""What a provider may send back, as bytes: completions, errors, and behaviours of a bad line."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

MODEL = "scripted/slots"

Write = Callable[[bytes], None]
Wait = Callable[[float], bool]
"""Waits so many seconds; True as soon as the server stops."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply.

    Args:
        body: a JSON document, or bytes as they are.
        status: of HTTP.
        headers: beside length and type.
        delay: seconds before the first byte.
        raw: writes everything itself, head included, and the connection is closed after it.
    """

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    raw: Callable[[Write, Wait], None] | None = None

    def content(self) -> bytes:
        """The body as bytes."""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


def completion(content: Any, finish: str | None = "stop", **more: Any) -> dict[str, Any]:  # noqa: ANN401
    """A completion whose message says `content`.

    Args:
        content: text, parts, or None.
        finish: the finish reason.
        more: `usage` or `cost` instead of the usual; `message` parts such as `refusal`.
    """
    message = {"role": "assistant", "content": content} | more.get("message", {})
    said = len(content) if isinstance(content, str) else 0
    return {
        "id": "gen-scripted",
        "model": more.get("model", MODEL),
        "choices": [{"finish_reason": finish, "native_finish_reason": finish, "message": message}],
        "usage": more.get("usage", usage(400, -(-said // 4), more.get("cost", 0.00014))),
    }


def usage(given: int, made: int, cost: float | None = 0.00014) -> dict[str, Any]:
    """A usage as OpenRouter gives it."""
    found = {
        "prompt_tokens": given,
        "completion_tokens": made,
        "total_tokens": given + made,
        "prompt_tokens_details": {"cached_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0},
    }
    return found if cost is None else found | {"cost": cost}


def error(code: int, error_type: str = "", *, status: int | None = None, **more: Any) -> Reply:  # noqa: ANN401
    """An error in OpenRouter's shape.

    Args:
        code: of the error.
        error_type: `metadata.error_type`.
        status: of HTTP, where it is another than the code (200).
        more: `headers`, `availability`, `metadata`.
    """
    metadata = {"error_type": error_type} if error_type else {}
    said: dict[str, Any] = {
        "code": code,
        "message": "scripted",
        "metadata": metadata | more.get("metadata", {}),
    }
    if "availability" in more:
        said["availability"] = more["availability"]
    return Reply({"error": said}, status or code, more.get("headers", {}))


def huge(size: int = 40_000_000) -> Reply:
    """A body that is far too large, in chunks, so that its length is not told."""

    def write(send: Write, wait: Wait) -> None:
        send(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n")
        send(b'{"pad":"')
        for _ in range(size // 65_536):
            send(b"x" * 65_536)
        send(b'"}')

    return Reply(raw=write)


def drip(pause: float = 0.05, in_head: bool = False) -> Reply:
    """One byte after another, for ever: each comes in time, the whole never ends."""

    def write(send: Write, wait: Wait) -> None:
        send(b"HTTP/1.1 200 OK\r\n")
        if not in_head:
            send(b"content-type: application/json\r\nconnection: close\r\n\r\n")
        while not wait(pause):
            send(b"x")

    return Reply(raw=write)


def silence() -> Reply:
    """Headers, and then nothing."""

    def write(send: Write, wait: Wait) -> None:
        send(b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n")
        while not wait(0.5):
            pass

    return Reply(raw=write)


def hang_up() -> Reply:
    """The connection is closed in the middle of the body."""

    def write(send: Write, wait: Wait) -> None:
        send(b'HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{"id":"gen')

    return Reply(raw=write)
