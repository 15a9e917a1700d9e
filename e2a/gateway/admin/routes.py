"""Where each question of an operator goes."""

from typing import Any

import psycopg
from starlette.requests import Request
from starlette.routing import Route

from e2a.domain.errors import BadInputError
from e2a.gateway.admin import caches, held, policy
from e2a.gateway.admin.access import Office, Operator
from e2a.gateway.answering import Answer, answering, body_of
from e2a.gateway.door import Door
from e2a.gateway.replies import RefusedRequestError
from e2a.sla import exceptions
from e2a.warehouse.held.dead_letters import HeldId, Kind

_KINDS = {"dead-letters": Kind.DEAD_LETTER, "quarantine": Kind.QUARANTINED}


def routes(door: Door) -> list[Route]:
    """The admin API."""
    office = Office(door)
    found = [
        _route(door, "/admin/exceptions/{id}", _exception(office), "GET"),
        _route(door, "/admin/policy/lint", _lint(door, office), "POST"),
        _route(door, "/admin/ai/lint-policy", _review(door, office), "POST"),
        _route(door, "/admin/cache/clear", _clear(door, office), "POST"),
    ]
    for word, kind in _KINDS.items():
        found += [
            _route(door, f"/admin/{word}", _list(office, kind), "GET"),
            _route(door, f"/admin/{word}/replay", _act(door, office, kind, held.replayed), "POST"),
            _route(
                door, f"/admin/{word}/discard", _act(door, office, kind, held.discarded), "POST"
            ),
            _route(door, f"/admin/{word}/{{tenant}}/{{seq}}", _show(office), "GET"),
        ]
    return found


def _route(door: Door, path: str, answer: Answer, method: str) -> Route:
    return Route(path, answering(door, answer), methods=[method])


def _exception(office: Office) -> Answer:
    async def answer(request: Request) -> Any:  # noqa: ANN401 - JSON
        who = await office.operator(request)
        return await office.work(
            lambda connection, now: _found(connection, who, request.path_params["id"])
        )

    return answer


def _found(connection: psycopg.Connection[Any], who: Operator, text: str) -> dict[str, Any]:
    """An exception with its facts; one of another tenant is not spoken of."""
    try:
        found = exceptions.find(connection, text, who.tenant_id)
    except BadInputError:
        raise RefusedRequestError(404, "unknown", f"There is no exception {text[:40]!r}.") from None
    return exceptions.shown(connection, found)


def _lint(door: Door, office: Office) -> Answer:
    async def answer(request: Request) -> Any:  # noqa: ANN401 - JSON
        await office.operator(request)
        return await policy.linted(await body_of(door, request), door.clock())

    return answer


def _review(door: Door, office: Office) -> Answer:
    async def answer(request: Request) -> Any:  # noqa: ANN401 - JSON
        who = await office.operator(request)
        return await policy.reviewed(office, who, await body_of(door, request))

    return answer


def _clear(door: Door, office: Office) -> Answer:
    async def answer(request: Request) -> Any:  # noqa: ANN401 - JSON
        who = await office.operator(request)
        return await caches.cleared(door, office, who, request.query_params.get("cache_type"))

    return answer


def _list(office: Office, kind: Kind) -> Answer:
    async def answer(request: Request) -> Any:  # noqa: ANN401 - JSON
        who = await office.operator(request)
        return await held.listed(office, who, kind, request.query_params)

    return answer


def _show(office: Office) -> Answer:
    async def answer(request: Request) -> Any:  # noqa: ANN401 - JSON
        who = await office.operator(request)
        place = request.path_params
        return await held.shown(office, who, HeldId.parse(f"{place['tenant']}/{place['seq']}"))

    return answer


def _act(door: Door, office: Office, kind: Kind, act: Any) -> Answer:  # noqa: ANN401 - of `held`
    async def answer(request: Request) -> Any:  # noqa: ANN401 - JSON
        who = await office.operator(request)
        return await act(office, who, kind, await body_of(door, request))

    return answer
