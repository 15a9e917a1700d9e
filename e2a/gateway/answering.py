"""From a handler's value or error to a JSON response: the one place beside ingestion."""

from collections.abc import Awaitable, Callable
from typing import Any

import orjson
import psycopg
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from e2a.domain.errors import DatabaseUnavailableError, E2AError
from e2a.gateway.admission.body import GoneError, check_length, read_body
from e2a.gateway.admission.headers import correlation_of
from e2a.gateway.door import Door
from e2a.gateway.replies import RefusedRequestError, unavailable

LONGEST = 2**20
"""Bytes of a body that an operator sends."""

Answer = Callable[[Request], Awaitable[Any]]


def answering(door: Door, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
    """A Starlette endpoint: the answer as JSON, every failure as a refusal, and a log line."""

    async def endpoint(request: Request) -> Response:
        correlation_id = correlation_of(request.headers.raw)
        cause: str | None = None
        try:
            response = _json(200, await answer(request))
        except Exception as error:  # every failure is an answer, and no trace leaves the house
            refusal = refused(error)
            cause = refusal.cause
            reply = refusal.reply()
            response = Response(reply.body, reply.status, media_type="application/json")
            for name, value in reply.headers:
                response.headers[name.decode()] = value.decode()
        response.headers["x-correlation-id"] = correlation_id
        door.log.say(
            "page", at=door.clock(), path=_pattern(request), method=request.method,
            status=response.status_code, cause=cause, correlation_id=correlation_id,
        )  # fmt: skip
        return response

    return endpoint


def refused(error: Exception) -> RefusedRequestError:
    """The refusal that an error means to the caller; values are not repeated to him."""
    if isinstance(error, RefusedRequestError):
        return error
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "body"
        return RefusedRequestError(400, "invalid", f"Field {place}: {first['msg']}.")
    if isinstance(error, HTTPException):
        status = error.status_code if error.status_code in (404, 405) else 400
        return RefusedRequestError(status, "route", "There is nothing here; see /docs.")
    if isinstance(error, GoneError):
        return RefusedRequestError(400, "gone", "The body did not arrive whole.")
    if isinstance(error, DatabaseUnavailableError | psycopg.Error):
        return unavailable(f"database:{type(error).__name__}")
    if isinstance(error, E2AError):
        return RefusedRequestError(400, "refused", str(error))
    return unavailable(f"defect:{type(error).__name__}")


async def body_of(door: Door, request: Request) -> bytes:
    """The request's body, capped and in time.

    Raises:
        RefusedRequestError: 408, 413 or 503.
    """
    check_length(request.headers, LONGEST)
    with door.memory.share() as share:
        return await read_body(request.receive, LONGEST, share)


def _json(status: int, value: object) -> Response:
    return Response(
        orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS, default=str), status,
        media_type="application/json",
    )  # fmt: skip


def _pattern(request: Request) -> str:
    """The route, not the path: identifiers stay out of the log."""
    route = request.scope.get("route")
    return str(getattr(route, "path", "other"))
