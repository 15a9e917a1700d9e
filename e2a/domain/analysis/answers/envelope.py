"""The provider's envelope: a completion, or an error wherever it hides (also in an answer of 200).

Shapes: OpenAI's chat completion with OpenRouter's extras; a completion nested under `provider`;
an error at the top or in the choice. What to do about an error is `error_policy`'s.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from e2a.domain.analysis.answers.usage import Usage, read_usage

_LONGEST_WORD = 200


@dataclass(frozen=True, slots=True)
class ProviderError:
    """An error that a provider states."""

    code: int
    error_type: str = ""
    capacity: str = ""
    retryable: bool | None = None
    retry_after: float | None = None
    resets_at: str = ""
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class Completion:
    """What one choice says, before it is read."""

    content: str = field(repr=False)
    finish_reason: str
    refusal: bool
    tool_calls: bool
    usage: Usage | None
    model: str
    generation_id: str


class EnvelopeError(ValueError):
    """The body is JSON and neither a completion nor an error."""


def read_envelope(body: object, status: int) -> Completion | ProviderError:
    """Read a decoded body.

    Raises:
        EnvelopeError: it is neither a completion nor an error.
    """
    if not isinstance(body, dict):
        if status != 200:
            return ProviderError(status)
        raise EnvelopeError("the body is no object")
    inner = _nested(body)
    usage = read_usage(inner.get("usage"))
    choice = _choice(inner)
    for found in (inner.get("error"), choice.get("error") if choice else None):
        if found:
            return _error(found, status, usage)
    if status != 200:
        return ProviderError(status, usage=usage)
    if choice is None:
        raise EnvelopeError("there is not exactly one choice")
    if choice.get("finish_reason") == "error":
        return ProviderError(502, usage=usage)
    return _completion(inner, choice, usage)


def word(value: object) -> str:
    """A short word of a provider that may be stored; empty if it is none."""
    if not isinstance(value, str):
        return ""
    return "".join(c for c in value[:_LONGEST_WORD] if c.isprintable())


def _nested(body: dict[str, Any]) -> dict[str, Any]:
    below = body.get("provider")
    if not body.get("choices") and isinstance(below, dict) and "choices" in below:
        return below
    return body


def _choice(body: Mapping[str, Any]) -> dict[str, Any] | None:
    choices = body.get("choices")
    if isinstance(choices, list) and len(choices) == 1 and isinstance(choices[0], dict):
        return choices[0]
    return None


def _error(found: object, status: int, usage: Usage | None) -> ProviderError:
    if not isinstance(found, dict):
        return ProviderError(status if status != 200 else 502, usage=usage)
    said = found.get("code")
    code = said if isinstance(said, int) and 300 <= said < 600 else status
    metadata, availability = _object(found, "metadata"), _object(found, "availability")
    retryable, wait = availability.get("retryable"), availability.get("retry_after")
    return ProviderError(
        code=502 if code == 200 else code,
        error_type=word(metadata.get("error_type") or found.get("type")),
        capacity=word(availability.get("code")),
        retryable=retryable if isinstance(retryable, bool) else None,
        retry_after=_seconds(wait),
        resets_at=word(metadata.get("resets_at")),
        usage=usage,
    )


def _object(found: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = found.get(key)
    return value if isinstance(value, dict) else {}


def _seconds(value: object) -> float | None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return min(float(value), 1e6) if value >= 0 else None


def _completion(
    body: Mapping[str, Any], choice: Mapping[str, Any], usage: Usage | None
) -> Completion:
    message = _object(choice, "message")
    return Completion(
        content=_text(message.get("content")),
        finish_reason=word(choice.get("finish_reason")),
        refusal=bool(message.get("refusal")),
        tool_calls=bool(message.get("tool_calls") or message.get("function_call")),
        usage=usage,
        model=word(body.get("model")),
        generation_id=word(body.get("id")),
    )


def _text(content: object) -> str:
    """The words of a content that is a string, null, or a list of parts."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    parts = (part.get("text") for part in content if isinstance(part, dict))
    return "".join(part for part in parts if isinstance(part, str))
