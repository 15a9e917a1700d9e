"""The server: real sockets, one thread a connection, and every byte that came in is kept."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, BinaryIO

from e2a.analyst.scripted.books import Books
from e2a.analyst.scripted.replies import Reply

_MOST_KEPT = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Seen:
    """One request: its number from 1, its headers in lower case, its document."""

    number: int
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def user(self) -> str:
        """The first user message."""
        messages = self.body.get("messages") or []
        return next((str(m["content"]) for m in messages if m.get("role") == "user"), "")

    @property
    def is_again(self) -> bool:
        """Whether it asks again about an answer that was rejected."""
        return len(self.body.get("messages") or []) > 2


Script = Callable[[Seen], Reply]


@dataclass(slots=True)
class Scripted:
    """A running provider.

    Args:
        script: answers; may be changed while it runs.
        url: the base URL to configure.
        received: every byte that clients sent, in order of arrival by connection.
        seen: the requests, unless `keeps` is off.
        keeps: whether bytes and requests are kept.
        books: what its answers have cost, as it tells at `/key` and `/generation`.
    """

    script: Script
    url: str = ""
    received: bytearray = field(default_factory=bytearray, repr=False)
    seen: list[Seen] = field(default_factory=list, repr=False)
    keeps: bool = True
    calls: int = 0
    books: Books = field(default_factory=Books)
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def hear(self, part: bytes) -> None:
        """Keep bytes."""
        if self.keeps and len(self.received) < _MOST_KEPT:
            with self.lock:
                self.received += part

    def reply(self, headers: dict[str, str], raw: bytes) -> Reply:
        """Answer a request."""
        with self.lock:
            self.calls += 1
            number = self.calls
        try:
            document = json.loads(raw)
        except ValueError:
            return Reply({"error": {"code": 400, "message": "no JSON"}}, 400)
        seen = Seen(number, headers, document)
        if self.keeps:
            self.seen.append(seen)
        reply = self.script(seen)
        with self.lock:
            self.books.note(reply.body)
        return reply


class _Ear:
    """A reader that tells what it reads."""

    def __init__(self, inner: BinaryIO, heard: Callable[[bytes], None]) -> None:
        self._inner, self._heard = inner, heard

    def readline(self, size: int = -1) -> bytes:
        return self._tell(self._inner.readline(size))

    def read(self, size: int = -1) -> bytes:
        return self._tell(self._inner.read(size))

    def close(self) -> None:
        self._inner.close()

    @property
    def closed(self) -> bool:
        return self._inner.closed

    def _tell(self, part: bytes) -> bytes:
        self._heard(part)
        return part


class _Listening(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is nothing to talk about."""


class _Answering(BaseHTTPRequestHandler):
    """How replies are written, whatever they answer."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _answer(self, reply: Reply) -> None:
        body = reply.content()
        kind = {"content-type": "application/json", "content-length": str(len(body))}
        lines = [f"{name}: {value}" for name, value in (kind | reply.headers).items()]
        head = f"HTTP/1.1 {reply.status} Scripted\r\n" + "\r\n".join(lines) + "\r\n\r\n"
        self._send(head.encode() + body)

    def _send(self, part: bytes) -> None:
        self.wfile.write(part)

    def log_message(self, *words: object) -> None:
        """Nothing on the terminal."""


def _handler(provider: Scripted, stopping: threading.Event) -> type[BaseHTTPRequestHandler]:
    class Handler(_Answering):
        def setup(self) -> None:
            super().setup()
            self.rfile = _Ear(self.rfile, provider.hear)  # type: ignore[assignment, arg-type]

        def do_GET(self) -> None:
            known = bool(self.headers.get("authorization"))
            self._answer(provider.books.told(self.path.removeprefix("/v1"), is_known=known))

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = provider.reply(headers, raw)
            if reply.delay and stopping.wait(reply.delay):
                self.close_connection = True
                return
            if reply.raw is not None:
                self.close_connection = True
                with suppress(OSError):
                    reply.raw(self._send, stopping.wait)
                return
            self._answer(reply)

    return Handler


@contextmanager
def serving(script: Script, port: int = 0, *, keeps: bool = True) -> Iterator[Scripted]:
    """A provider on 127.0.0.1 that answers by `script` until the block ends.

    Args:
        script: what it answers.
        port: 0 for a free one.
        keeps: whether it keeps what it receives.
    """
    provider, stopping = Scripted(script, keeps=keeps), threading.Event()
    listening = _Listening(("127.0.0.1", port), _handler(provider, stopping))
    provider.url = f"http://127.0.0.1:{listening.server_address[1]}/v1"
    thread = threading.Thread(
        target=listening.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
    )
    thread.start()
    try:
        yield provider
    finally:
        stopping.set()
        listening.shutdown()
        thread.join()
        listening.server_close()
