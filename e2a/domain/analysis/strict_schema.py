"""A pydantic model as the JSON Schema that every vendor's strict mode takes.

The common subset: every field required, nothing additional, no bounds of numbers or lengths, no
titles, no references. What is left out is enforced here, by the model itself.
"""

from typing import Any

from pydantic import BaseModel

_DROPPED = frozenset({
    "title", "default", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength",
    "maxLength", "minItems", "maxItems", "pattern", "format", "multipleOf", "$defs",
})  # fmt: skip


def strict_schema(model: type[BaseModel]) -> dict[str, Any]:
    """The schema to send; its keys are in the model's order, in which the answer is written."""
    document = model.model_json_schema()
    made = _strict(document, document.get("$defs", {}))
    assert isinstance(made, dict)
    return made


def _strict(node: Any, parts: dict[str, Any]) -> Any:  # noqa: ANN401 - a JSON document
    if isinstance(node, list):
        return [_strict(one, parts) for one in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _strict(parts[node["$ref"].rpartition("/")[2]], parts)
    kept = {k: _strict(v, parts) for k, v in node.items() if k not in (*_DROPPED, "properties")}
    if "properties" in node:
        kept["properties"] = {name: _strict(v, parts) for name, v in node["properties"].items()}
        kept.pop("description", None)  # a docstring, written for programmers
        kept |= {"required": list(node["properties"]), "additionalProperties": False}
    return kept
