"""What is not the hot path: health, metrics, the OpenAPI document and its page, the admin API."""

from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from e2a.analyst.metrics import text_of
from e2a.gateway import health
from e2a.gateway.admin.routes import routes as admin_routes
from e2a.gateway.answering import answering
from e2a.gateway.door import Door
from e2a.gateway.metrics import CONTENT_TYPE
from e2a.gateway.openapi.document import document
from e2a.gateway.openapi.page import page


def pages(door: Door) -> Any:  # noqa: ANN401 - an ASGI application
    """The application for everything but `/ingest`."""

    async def alive(request: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async def ready(request: Request) -> Response:
        report = await health.report(door)
        status = 200 if report["ready"] else 503
        return JSONResponse(report, status, headers={} if status == 200 else {"retry-after": "5"})

    async def metrics(request: Request) -> Response:
        lags = await health.lags(door)
        found = door.metrics.page(door.writers.queue.rows, lags or {})
        models = None if lags is None else await door.models.of(door.clock())
        return Response(found + text_of(models), headers={"content-type": CONTENT_TYPE})

    async def described(request: Request) -> Response:
        return JSONResponse(document())

    async def shown(request: Request) -> Response:
        return HTMLResponse(page(document()))

    async def nothing(request: Request, error: Exception) -> Response:
        async def fail(asked: Request) -> None:
            raise error

        return await answering(door, fail)(request)

    handlers: dict[Any, Any] = {HTTPException: nothing}
    found = [("/healthz", alive), ("/readyz", ready), ("/metrics", metrics)]
    found += [("/openapi.json", described), ("/docs", shown)]
    return Starlette(
        routes=[*(Route(path, answer) for path, answer in found), *admin_routes(door)],
        exception_handlers=handlers,
    )
