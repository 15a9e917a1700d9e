"""Faults by name, for `--fault` and for tests: what providers do on a bad day."""

import json
from collections.abc import Callable

from e2a.analyst.scripted.answering import answers, good_answer
from e2a.analyst.scripted.replies import (
    Reply,
    completion,
    drip,
    error,
    hang_up,
    huge,
    silence,
    usage,
)
from e2a.analyst.scripted.server import Script, Seen

Fault = Callable[[Seen], Reply]

FAULTS: dict[str, Fault] = {
    "rate_limit": lambda _: error(429, "rate_limit_exceeded", headers={"retry-after": "1"}),
    "rate_limit_in_200": lambda _: error(429, "rate_limit_exceeded", status=200),
    "in_flight": lambda _: error(402, "openrouter_in_flight_budget", headers={"retry-after": "1"}),
    "credits": lambda _: error(402, "openrouter_credits"),
    "key": lambda _: error(401),
    "budget": lambda _: error(
        403, "openrouter_workspace_budget", metadata={"resets_at": "2030-01-01T00:00:00Z"}
    ),
    "no_schema": lambda seen: (
        error(400, "invalid_request") if "response_format" in seen.body else answers(seen)
    ),
    "server": lambda _: error(500, "server"),
    "unavailable": lambda _: error(502, "provider_unavailable"),
    "overloaded": lambda _: error(503, "provider_overloaded"),
    "timeout": lambda _: error(504, "timeout"),
    "refusal": lambda _: Reply(completion(None, message={"refusal": "I can't help with that"})),
    "tool_call": lambda _: Reply(
        completion(None, "tool_calls", message={"tool_calls": [{"id": "c", "type": "function"}]})
    ),
    "empty": lambda _: Reply(completion("", usage=usage(400, 0, 0.0))),
    "truncated": lambda seen: Reply(completion(json.dumps(good_answer(seen.user))[:80], "length")),
    "fence": lambda seen: Reply(
        completion(f"Here is the JSON:\n```json\n{json.dumps(good_answer(seen.user))}\n```")
    ),
    "mojibake": lambda _: Reply(b'{"choices":[{"message":{"content":"\xe9\xff"}}]}'),
    "huge": lambda _: huge(),
    "drip": lambda _: drip(),
    "silence": lambda _: silence(),
    "hang_up": lambda _: hang_up(),
}


def every(number: int, fault: Fault, otherwise: Script = answers) -> Script:
    """A script that has the fault at every so-many-th request."""
    return lambda seen: fault(seen) if seen.number % number == 0 else otherwise(seen)
