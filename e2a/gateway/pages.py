"""What is not the hot path: health, metrics, the OpenAPI document and its page, the admin API."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from e2a.gateway import health
from e2a.gateway.door import Door
from e2a.gateway.metrics import CONTENT_TYPE

Handler = Callable[[Request], Awaitable[Response]]


def pages(door: Door) -> Any:  # noqa: ANN401 - an ASGI application
    """The application for everything but `/ingest`."""

    async def alive(request: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async def ready(request: Request) -> Response:
        report = await health.report(door)
        status = 200 if report["ready"] else 503
        return JSONResponse(report, status, headers={} if status == 200 else {"retry-after": "5"})

    async def metrics(request: Request) -> Response:
        lags = await health.lags(door) or {}
        page = door.metrics.page(door.writers.queue.rows, lags)
        return Response(page, media_type=CONTENT_TYPE.decode())

    return Starlette(
        routes=[Route("/healthz", alive), Route("/readyz", ready), Route("/metrics", metrics)]
    )
