"""HTTP for every road that speaks it: bounded in time and size, and what an answer means."""

import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

import httpx

from e2a.alerts.claimed import Answer
from e2a.domain.retry_after import asked_wait

MOST_BYTES = 64 * 1024
_UNACCEPTABLE = frozenset({400, 413, 415, 422})
_BETWEEN = frozenset({502, 504})
"""Said by something on the way: what lies behind it may have the message."""


def post(
    client: httpx.Client, url: str, body: bytes, headers: Mapping[str, str], now: datetime
) -> tuple[Answer, bytes]:
    """Send once; no redirect is followed. Returns what was said, and the answer's body."""
    deadline = time.monotonic() + (client.timeout.read or 10.0)
    try:
        with client.stream("POST", url, content=body, headers=headers) as answer:
            said = _body(answer, deadline)
            return _meaning(answer, said, now), said
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        return Answer("failed", type(error).__name__), b""
    except (httpx.InvalidURL, httpx.UnsupportedProtocol):
        return Answer("failed", "the URL cannot be used"), b""
    except httpx.HTTPError as error:
        return Answer("failed", type(error).__name__, is_uncertain=True), b""


def _body(answer: httpx.Response, deadline: float) -> bytes:
    said = b""
    for chunk in answer.iter_bytes():
        said += chunk
        if len(said) > MOST_BYTES or time.monotonic() > deadline:
            break
    return said[:MOST_BYTES]


def _meaning(answer: httpx.Response, body: bytes, now: datetime) -> Answer:
    status = answer.status_code
    said = f"{status} {words(body)}".strip()
    if 200 <= status < 300:
        return Answer("accepted", said)
    if status in _UNACCEPTABLE:
        return Answer("refused", said)
    wait = asked_wait(answer.headers.get("retry-after", ""), now)
    if status == 429:
        return Answer("busy", said, wait_seconds=wait)
    return replace(Answer("failed", said, status in _BETWEEN), wait_seconds=wait)


def words(body: bytes) -> str:
    """The beginning of an answer, fit to be shown."""
    text = body[:200].decode(errors="replace")
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
