"""The ASGI application: the hot path by hand, everything else by Starlette.

Add a route for people in `pages` or `admin`; a way in for events is a function beside `ingest`.
"""

import time

from e2a.gateway.admission.body import GoneError, pass_over
from e2a.gateway.admission.credential import Claim
from e2a.gateway.admission.headers import correlation_of
from e2a.gateway.batch import batch
from e2a.gateway.door import Door
from e2a.gateway.ingest import Receive, Scope, ingest
from e2a.gateway.pages import pages
from e2a.gateway.replies import REFUSALS, RefusedRequestError, Reply, Send, send_reply
from e2a.gateway.senders import SENDERS

_PREFIX = "/ingest/"


class Application:
    """What uvicorn calls."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._pages = pages(door)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or the life of the process."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http" and scope["path"].startswith(_PREFIX):
            await self._post(scope, receive, send)
        else:
            await self._pages(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await self._door.open()
                await send({"type": "lifespan.startup.complete"})
            else:
                await self._door.close()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _post(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.perf_counter()
        correlation_id = correlation_of(scope["headers"])
        word, _, key_id = scope["path"][len(_PREFIX) :].partition("/")
        cause: str | None = None
        try:
            reply, answer, key_id = await self._take(word, key_id, scope, receive, correlation_id)
        except RefusedRequestError as refusal:
            reply, answer, cause = refusal.reply(), REFUSALS[refusal.status], refusal.cause
            if reply.status == 413:
                await pass_over(scope, receive)
        except GoneError:
            return
        await send_reply(send, reply, correlation_id)
        seconds = time.perf_counter() - began
        self._door.metrics.answered(word, answer, seconds)
        self._door.log.say(
            "post", at=self._door.clock(), source=word if word in SENDERS else "other",
            status=reply.status, answer=answer, cause=cause,
            key_id=key_id if cause is None else None, ms=round(seconds * 1000, 2),
            correlation_id=correlation_id,
        )  # fmt: skip

    async def _take(
        self, word: str, key_id: str, scope: Scope, receive: Receive, correlation_id: str
    ) -> tuple[Reply, str, str]:
        sender = SENDERS.get(word)
        if sender is None:
            raise RefusedRequestError(
                404, "unknown_source", f"Known sources are: {', '.join(SENDERS)}."
            )
        if scope["method"] != "POST":
            raise RefusedRequestError(405, "method", "Send with POST.")
        claim = Claim(key_id, scope.get("query_string", b""))
        way = batch if word == "batch" else ingest
        return await way(self._door, sender, claim, scope, receive, correlation_id)
