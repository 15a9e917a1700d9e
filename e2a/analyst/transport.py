"""One request to a provider, within one deadline and one size; the only module that knows httpx.

httpx bounds each read, not the whole: a byte every half second never times out. So the socket
itself asks how much is left of the deadline, for headers, body and TLS alike. Only the resolver of
names is not bounded. Bodies are read raw (no Content-Encoding is taken) and cut at 256 KB. Proxies
and netrc of the environment are not used: netrc would replace the key.
"""

import ssl
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

import httpcore
import httpx

MOST_BYTES = 256 * 1024
_CHUNK = 16 * 1024

Failure = Literal["connect", "read", "deadline", "too_large", "undecodable"]


class TransportError(Exception):
    """There is no answer; `kind` says why, in a word of the table of errors."""

    def __init__(self, kind: Failure) -> None:
        super().__init__(kind)
        self.kind: Failure = kind


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What came back, whatever its status."""

    status: int
    retry_after: str
    body: bytes = field(repr=False)


class _Deadline(threading.local):
    """When the call of this thread must be over, by `time.monotonic`."""

    at = float("inf")


class _Stream(httpcore.NetworkStream):
    """A socket that reads and writes only until its thread's deadline."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: _Deadline) -> None:
        self._inner, self._deadline = inner, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = self._left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - httpcore's word
        return self._inner.get_extra_info(info)

    def _left(self, timeout: float | None, late: type[Exception]) -> float:
        left = self._deadline.at - time.monotonic()
        if left <= 0:
            raise late("the deadline is over")
        return left if timeout is None else min(left, timeout)


class _Backend(httpcore.SyncBackend):
    def __init__(self, deadline: _Deadline) -> None:
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        left = max(self._deadline.at - time.monotonic(), 0.001)
        within = left if timeout is None else min(left, timeout)
        inner = super().connect_tcp(host, port, within, local_address, socket_options)
        return _Stream(inner, self._deadline)


class _Sockets(httpx.HTTPTransport):
    """httpx's transport over sockets that know the deadline; 0.28.1 has no public way for it."""

    def __init__(self, deadline: _Deadline, most: int) -> None:
        super().__init__(trust_env=False)
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(),
            max_connections=most,
            max_keepalive_connections=most,
            keepalive_expiry=30.0,
            network_backend=_Backend(deadline),
        )


class Transport:
    """Asks one provider; shared by threads.

    Args:
        base_url: of the provider.
        headers: that go with every call, the key among them.
        most: connections at a time.
    """

    def __init__(self, base_url: str, headers: dict[str, str], most: int = 100) -> None:
        self._deadline = _Deadline()
        own = {"accept-encoding": "identity", "content-type": "application/json"}
        self._client = httpx.Client(
            transport=_Sockets(self._deadline, most),
            headers={**headers, **own},
            follow_redirects=False,
            trust_env=False,
        )
        self._base = base_url

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def post(self, payload: bytes, seconds: float) -> HttpAnswer:
        """Send a body and read what comes back.

        Args:
            payload: JSON.
            seconds: until all of it must be over; half of it may pass in silence.

        Raises:
            TransportError: there is no answer.
        """
        return self._within(seconds, "POST", "/chat/completions", content=payload)

    def get(self, path: str, seconds: float, **query: str) -> HttpAnswer:
        """Read what the provider says about calls that were made, under the same bounds.

        Args:
            path: after the base URL, such as `/key`.
            seconds: until all of it must be over.
            query: of the URL.

        Raises:
            TransportError: there is no answer.
        """
        return self._within(seconds, "GET", path, params=query)

    def _within(self, seconds: float, method: str, path: str, **more: Any) -> HttpAnswer:  # noqa: ANN401
        self._deadline.at = time.monotonic() + seconds
        silence = httpx.Timeout(seconds / 2, connect=min(5.0, seconds / 2))
        url = f"{self._base}{path}"
        return _typed(lambda: self._exchange(method, url, timeout=silence, **more))

    def _exchange(self, method: str, url: str, **more: Any) -> HttpAnswer:  # noqa: ANN401
        with self._client.stream(method, url, **more) as answer:
            if answer.headers.get("content-encoding", "identity").lower() != "identity":
                raise TransportError("undecodable")
            declared = answer.headers.get("content-length", "0")
            if declared.isdigit() and int(declared) > MOST_BYTES:
                raise TransportError("too_large")
            body = bytearray()
            for part in answer.iter_raw(_CHUNK):
                body += part
                if len(body) > MOST_BYTES:
                    raise TransportError("too_large")
            return HttpAnswer(
                answer.status_code, answer.headers.get("retry-after", ""), bytes(body)
            )


def _typed(exchange: Callable[[], HttpAnswer]) -> HttpAnswer:
    try:
        return exchange()
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
        raise TransportError("connect") from None
    except httpx.TimeoutException:
        raise TransportError("deadline") from None
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError):
        raise TransportError("read") from None
