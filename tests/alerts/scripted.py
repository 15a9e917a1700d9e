"""Destinations on real sockets, whose answers a test writes; and a deliverer in a thread."""

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import orjson

from e2a.alerts.claimed import Patience
from e2a.alerts.residing import Outside, reside

PATIENCE = 30
QUICK = Patience(first_wait=0.02, longest_wait=0.1, first_cool=0.2, timeout=0.5, look=0.1)


@dataclass
class Request:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)

    @property
    def key(self) -> str:
        return self.headers["webhook-id"]


@dataclass
class Answer:
    status: int = 200
    body: Any = "ok"
    headers: dict[str, str] = field(default_factory=dict)
    silent: bool = False
    """Close the connection without an answer."""


@dataclass
class Server:
    """Answers by a function of the request, or in the order of a script whose last goes on."""

    script: Callable[[Request], Answer] | list[Answer]
    url: str = ""
    requests: list[Request] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, request: Request) -> Answer:
        with self.lock:
            self.requests.append(request)
            if callable(self.script):
                return self.script(request)
            return self.script.pop(0) if len(self.script) > 1 else self.script[0]


@contextmanager
def serving(*script: Answer | Callable[[Request], Answer]) -> Iterator[Server]:
    only = script[0] if script and callable(script[0]) else None
    server = Server(only or list(script) or [Answer()])

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            given = server.answer(Request(self.path, headers, body))
            self.close_connection = True
            if given.silent:
                return
            said = given.body.encode() if isinstance(given.body, str) else orjson.dumps(given.body)
            self.send_response(given.status)
            for name, value in (given.headers | {"content-length": str(len(said))}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *words: object) -> None:
            """Nothing on the terminal."""

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listening.handle_error = lambda *_: None  # type: ignore[method-assign]
    with _running(listening):
        server.url = f"http://127.0.0.1:{listening.server_address[1]}"
        yield server


@dataclass
class Mailbox:
    port: int = 0
    mails: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    """Said, one a mail, in place of taking it."""


@contextmanager
def mailing(*refusals: str) -> Iterator[Mailbox]:
    """An SMTP server that takes every mail once it has said its refusals."""
    box = Mailbox(refusals=list(refusals))

    class Handler(socketserver.StreamRequestHandler):
        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

        def handle(self) -> None:
            self.say("220 here")
            while line := self.rfile.readline().decode().strip():
                verb = line.upper().split(":")[0].split(" ")[0]
                if verb == "DATA":
                    self.take()
                elif verb == "QUIT":
                    self.say("221 bye")
                    break
                else:
                    self.say("250 fine")

        def take(self) -> None:
            self.say("354 go on")
            lines = iter(lambda: self.rfile.readline().decode(), ".\r\n")
            mail = "".join(lines)
            if not box.refusals:
                box.mails.append(mail)
            self.say(box.refusals.pop(0) if box.refusals else "250 taken")

    listening = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    with _running(listening):
        box.port = listening.server_address[1]
        yield box


@contextmanager
def _running(server: socketserver.BaseServer) -> Iterator[None]:
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join(PATIENCE)
        server.server_close()


@contextmanager
def delivering(warehouse, environment, patience=QUICK) -> Iterator[list[str]]:
    """A deliverer at work; yields what it says."""
    said: list[str] = []
    stopped = Event()
    outside = Outside(environment, lambda: datetime.now(UTC), said.append, stopped, patience)
    thread = Thread(target=reside, args=(warehouse, outside))
    thread.start()
    try:
        yield said
    finally:
        stopped.set()
        thread.join(PATIENCE)
        assert not thread.is_alive()


def until(condition: Callable[[], Any]) -> Any:
    """Await what a condition finds."""
    pause = Event()
    for _ in range(PATIENCE * 50):
        if found := condition():
            return found
        pause.wait(0.02)
    raise AssertionError(f"nothing came of {condition}")
