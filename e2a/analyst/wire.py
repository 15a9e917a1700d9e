"""The body of a request: a chat completion, with OpenRouter's extras only where they are known.

Bytes are the same for the same question, so that a provider's own cache of prompts can work.
"""

import json
from hashlib import sha256
from typing import Any

from e2a.analyst.asking import Request
from e2a.analyst.prices import dearest_rates
from e2a.analyst.settings import Settings

FORMATS = ("json_schema", "json_object", "none")
"""Ways of asking for JSON, best first; a model that does not know one is asked in the next."""


def headers(settings: Settings) -> dict[str, str]:
    """What goes with every call; the key is here and nowhere else."""
    made = {"authorization": f"Bearer {settings.key}"}
    if settings.openrouter:
        made["x-openrouter-title"] = "E2A"
        if settings.app_url:
            made["http-referer"] = settings.app_url
    return made


def opening(request: Request) -> list[dict[str, str]]:
    """The messages of a first question."""
    return [
        {"role": "system", "content": request.prompt.system},
        {"role": "user", "content": request.user},
    ]


def body(
    settings: Settings,
    request: Request,
    messages: list[dict[str, str]],
    model: str,
    form: str,
    max_tokens: int,
) -> bytes:
    """The request as bytes."""
    prompt = request.prompt
    made: dict[str, Any] = {
        "model": model,
        "messages": messages,
        "max_tokens": max_tokens,
        "temperature": prompt.temperature,
    }
    if form == "json_schema":
        name = f"{prompt.id}_{prompt.version}"
        schema = {"name": name, "strict": True, "schema": dict(prompt.schema)}
        made["response_format"] = {"type": "json_schema", "json_schema": schema}
    elif form == "json_object":
        made["response_format"] = {"type": "json_object"}
    if settings.openrouter:
        made |= _extras(settings, request, form)
    return json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode()


def _extras(settings: Settings, request: Request, form: str) -> dict[str, Any]:
    given, written = dearest_rates(settings)
    made: dict[str, Any] = {
        "provider": {
            "require_parameters": form != "none",
            "data_collection": "deny",
            "zdr": True,
            "max_price": {"prompt": float(given), "completion": float(written)},
        },
        "reasoning": {"effort": "low", "exclude": True},
        "session_id": f"{request.prompt.id}.{request.prompt.version}",
        "user": sha256(f"e2a:{request.tenant_id}".encode()).hexdigest()[:32],
    }
    if settings.fallback_models:
        made["models"] = list(settings.fallback_models)
    return made
