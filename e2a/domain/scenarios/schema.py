"""The JSON Schema of the scenario language, and which keys it has at a place."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from e2a.domain.scenarios.scenario import Scenario


@cache
def json_schema() -> dict[str, Any]:
    """For editors and generators: one scenario, or a list of them."""
    one = Scenario.model_json_schema()
    parts = {**one.pop("$defs"), "Scenario": one}
    scenario = {"$ref": "#/$defs/Scenario"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "E2A scenarios",
        "anyOf": [scenario, {"type": "array", "items": scenario}],
        "$defs": parts,
    }


def keys_at(place: Sequence[str | int]) -> set[str]:
    """The keys that may stand at a place of a scenario.

    Steps that are the type's own, such as the kind of a question, lead nowhere.
    """
    candidates = _alternatives({"$ref": "#/$defs/Scenario"})
    for step in place:
        below = [found for candidate in candidates for found in _below(candidate, step)]
        if below:
            candidates = [found for schema in below for found in _alternatives(schema)]
    return {key for candidate in candidates for key in candidate.get("properties", {})}


def _below(schema: dict[str, Any], step: str | int) -> Iterator[dict[str, Any]]:
    properties, more = schema.get("properties", {}), schema.get("additionalProperties")
    if step in properties:
        yield properties[step]
    elif isinstance(step, int) and "items" in schema:
        yield schema["items"]
    elif isinstance(more, dict):
        yield more


def _alternatives(schema: dict[str, Any]) -> list[dict[str, Any]]:
    if "$ref" in schema:
        return _alternatives(json_schema()["$defs"][schema["$ref"].rpartition("/")[2]])
    branches = schema.get("anyOf") or schema.get("oneOf")
    if branches:
        return [found for branch in branches for found in _alternatives(branch)]
    return [schema]
