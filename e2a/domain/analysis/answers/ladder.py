"""The ladder of parses: the content of a completion becomes one object, or a reason why not.

    strict -> think -> fence -> object -> repair

Each rung is tried only if those before it failed, and `parse_path` says which one held. Two objects
that disagree about the label are no answer: nobody chooses. An answer that was cut off is taken
only if it is whole. Source: reference/ai.md, section 5.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from e2a.domain.analysis.answers.candidates import fenced, objects, without_thoughts
from e2a.domain.analysis.answers.mending import mended
from e2a.domain.analysis.answers.strict_json import NotStrictError, strict_object, tidy
from e2a.domain.analysis.reasons import FallbackReason

LONGEST = 32_768
"""Bytes of content that are looked at; longer ones are no answer."""

REPAIR = "repair"


@dataclass(frozen=True, slots=True)
class Parsed:
    """The object, and how it was found."""

    value: dict[str, Any] = field(repr=False)
    parse_path: str

    @property
    def repaired(self) -> bool:
        """Whether only mending its punctuation made it readable."""
        return self.parse_path.startswith(REPAIR)


@dataclass(frozen=True, slots=True)
class Unparsed:
    """Why there is no object: malformed, ambiguous, truncated, empty or schema."""

    reason: FallbackReason
    detail: str


def parse_answer(
    content: str,
    finish_reason: str,
    schema: Mapping[str, Any],
    clock: Callable[[], float] = time.perf_counter,
) -> Parsed | Unparsed:
    """Find the one object that a content says.

    Args:
        content: of the message.
        finish_reason: of the choice; `length` was cut off, and only `stop` may be mended.
        schema: that was asked for: its required keys, and the spelling of labels.
        clock: seconds, monotonic, for the bound on looking.
    """
    text = content.strip()
    if not text and finish_reason != "length":
        return Unparsed(FallbackReason.EMPTY, "The answer is empty")
    if len(text) > LONGEST or len(text.encode(errors="replace")) > LONGEST:
        return Unparsed(FallbackReason.MALFORMED, "The answer is longer than 32 KB")
    required = [str(key) for key in schema.get("required", ())]
    if finish_reason == "length":
        return _whole(text, required, schema)
    for path, found in _rungs(text, finish_reason, clock):
        fit = [one for one in found if all(key in one for key in required)]
        if len({_label(one, schema) for one in fit}) > 1:
            return Unparsed(FallbackReason.AMBIGUOUS, "Two objects disagree about the label")
        if fit:
            return _parsed(fit[-1], path, schema)
    return Unparsed(FallbackReason.MALFORMED, "There is no JSON object with all required keys")


def _whole(text: str, required: list[str], schema: Mapping[str, Any]) -> Parsed | Unparsed:
    found = _strictly(text)
    if found is None or not all(key in found for key in required):
        return Unparsed(FallbackReason.TRUNCATED, "The answer was cut off")
    return _parsed(found, "strict", schema)


def _rungs(
    text: str, finish_reason: str, clock: Callable[[], float]
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    yield "strict", _all_strict([text])
    spoken, still_thinks = without_thoughts(text)
    if spoken != text:
        yield "think", _all_strict([spoken.strip()])
    if still_thinks:
        return
    blocks = fenced(spoken)
    yield "fence", _all_strict(blocks)
    yield "object", _all_strict(list(objects(spoken, clock)))
    if finish_reason == "stop" and len(blocks) < 2:
        found = mended(blocks[0] if blocks else spoken)
        yield REPAIR, [found] if found else []


def _all_strict(texts: list[str]) -> list[dict[str, Any]]:
    return [found for found in map(_strictly, texts) if found is not None]


def _strictly(text: str) -> dict[str, Any] | None:
    try:
        return strict_object(text)
    except NotStrictError:
        return None


def _parsed(found: dict[str, Any], path: str, schema: Mapping[str, Any]) -> Parsed:
    value = tidy(found)
    label = _label(value, schema)
    if label is not None and label != value.get("label"):
        return Parsed(value | {"label": label}, f"{path}+label")
    return Parsed(value, path)


def _label(found: Mapping[str, Any], schema: Mapping[str, Any]) -> str | None:
    """The label in the schema's spelling: case, spaces and hyphens do not matter."""
    said = found.get("label")
    if not isinstance(said, str):
        return None
    spelt = said.strip().upper().replace(" ", "_").replace("-", "_")
    known = schema.get("properties", {}).get("label", {}).get("enum") or ()
    return spelt if spelt in known else said
