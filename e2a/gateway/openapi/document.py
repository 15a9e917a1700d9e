"""The OpenAPI document: written from the table of senders and the models of the admin API.

Add a path here with its route. What a field of an event means stands in docs/sources.md.
"""

from functools import cache
from typing import Any

from e2a.gateway.admin.held import Chosen, Discarded
from e2a.gateway.admin.policy import Asked, AskedOfAModel
from e2a.gateway.replies import REFUSALS
from e2a.gateway.senders import SENDERS, Sender

_KEYS: list[dict[str, list[str]]] = [{"bearer": []}, {"apiKey": []}, {"basic": []}]
_ADMIN: list[dict[str, list[str]]] = [{"bearer": []}, {"apiKey": []}]
_TEXT = {"type": "string"}
_CORRELATION = {
    "name": "x-correlation-id",
    "in": "header",
    "description": "Kept, logged and answered; made for you if it is missing.",
    "schema": {"type": "string", "maxLength": 128, "pattern": "^[A-Za-z0-9._:/+=@-]+$"},
}
_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "apiKey": {"type": "apiKey", "in": "header", "name": "x-api-key"},
    "basic": {"type": "http", "scheme": "basic", "description": "The key is the password."},
}


@cache
def document() -> dict[str, Any]:
    """The whole document."""
    paths = {f"/ingest/{word}": {"post": _ingest(sender)} for word, sender in SENDERS.items()}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "E2A gateway",
            "version": "1",
            "description": "Events in, durably and once. 2xx means committed; repeat anything else "
            "with the same id. See docs/gateway.md and docs/sources.md.",
        },
        "paths": paths | _health() | _admin(),
        "components": {"securitySchemes": _SCHEMES, "schemas": {"Refusal": _refusal()}},
    }


def _ingest(sender: Sender) -> dict[str, Any]:
    signed = sorted(sender.signature.names) if sender.signature else []
    media = "application/x-ndjson" if sender.word == "batch" else "application/json"
    said = f"Road `{sender.road}`; credentials: {', '.join(sender.kinds)}."
    if signed:
        said += f" Signature headers: {', '.join(signed)}."
    headers = [{"name": name, "in": "header", "schema": _TEXT} for name in signed]
    return {
        "summary": f"Take in what {sender.word} sends",
        "description": said,
        "parameters": [_CORRELATION, *headers],
        "requestBody": {"required": True, "content": {media: {"schema": {}}}},
        "security": [*(_KEYS if "api_key" in sender.kinds else []), {}],
        "responses": {
            "202": _json("Stored, for good; or, under another body of a known id, kept apart."),
            "200": _json("A delivery that was stored before; batches: an answer for each line."),
            **_refusals(400, 401, 404, 405, 408, 413, 415, 429, 503),
        },
    }


def _health() -> dict[str, Any]:
    told = {
        "/healthz": ("The process is alive", ()),
        "/readyz": ("Whether messages can be taken in; lag by lane, free disk", (503,)),
        "/metrics": ("Prometheus metrics", ()),
        "/openapi.json": ("This document", ()),
    }
    return {
        path: {"get": {"summary": words, "responses": {"200": _json(words), **_refusals(*more)}}}
        for path, (words, more) in told.items()
    }


def _admin() -> dict[str, Any]:
    paths: dict[str, Any] = {
        "/admin/exceptions/{id}": {
            "get": _asked("One exception with its facts; writes nothing", ("id",))
        },
        "/admin/policy/lint": {"post": _told("What is wrong with policy texts", Asked)},
        "/admin/ai/lint-policy": {
            "post": _told("The same, and what a model says that can be shown", AskedOfAModel)
        },
        "/admin/cache/clear": {
            "post": _asked("Ask anew for what was kept: keys, answers of models")
        },
    }
    paths["/admin/cache/clear"]["post"]["parameters"] = [
        {"name": "cache_type", "in": "query", "schema": {"enum": ["ai", "credentials"]}}
    ]
    for word in ("dead-letters", "quarantine"):
        listing = _asked(f"Rows in {word}")
        listing["parameters"] = [
            {"name": name, "in": "query", "schema": kind}
            for name, kind in (
                ("reason", _TEXT), ("tenant", _TEXT), ("source", _TEXT),
                ("limit", {"type": "integer", "minimum": 1, "maximum": 1000}),
                ("after", {"type": "integer", "minimum": 0}),
            )
        ]  # fmt: skip
        paths |= {
            f"/admin/{word}": {"get": listing},
            f"/admin/{word}/{{tenant}}/{{seq}}": {"get": _asked("One row", ("tenant", "seq"))},
            f"/admin/{word}/replay": {"post": _told("Try rows again", Chosen)},
            f"/admin/{word}/discard": {"post": _told("Rows are not needed", Discarded)},
        }
    return paths


def _asked(words: str, places: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "summary": words,
        "security": _ADMIN,
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": _TEXT} for name in places
        ],
        "responses": {"200": _json(words), **_refusals(400, 401, 404, 405, 503)},
    }


def _told(words: str, model: Any) -> dict[str, Any]:  # noqa: ANN401 - a pydantic model
    body = {"required": True, "content": {"application/json": {"schema": _schema(model)}}}
    responses = {"200": _json(words), **_refusals(400, 401, 404, 405, 408, 413, 503)}
    return {"summary": words, "security": _ADMIN, "requestBody": body, "responses": responses}


def _schema(model: Any) -> dict[str, Any]:  # noqa: ANN401 - a pydantic model
    schema: dict[str, Any] = model.model_json_schema()
    return schema


def _json(words: str) -> dict[str, Any]:
    return {"description": words, "content": {"application/json": {"schema": {}}}}


def _refusals(*statuses: int) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Refusal"}
    return {
        str(status): {
            "description": REFUSALS[status].replace("_", " "),
            "content": {"application/json": {"schema": schema}},
        }
        for status in statuses
    }


def _refusal() -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {"error": {"enum": list(REFUSALS.values())}, "detail": _TEXT},
        "required": ["error", "detail"],
    }
