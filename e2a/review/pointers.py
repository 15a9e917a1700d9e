"""JSON pointers into a tenant's files: `/sla/0/stages/pick/within_minutes`, and what stands there.

The first step is the file, the others are keys and places in lists (RFC 6901, `~1` is `/`).
"""

import json
from collections.abc import Iterator
from typing import Any

from e2a.domain.lint import Node, Subject


def pointer(stem: str, node: Node) -> str:
    """Where a node stands."""
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in node.path)
    return "/".join(("", stem, *steps))


def at(subject: Subject, where: str) -> Node | None:
    """The node at a pointer; None if nothing stands there."""
    mark, *steps = [step.replace("~1", "/").replace("~0", "~") for step in where.split("/")]
    if mark or not steps or steps[0] not in subject.files:
        return None
    node: Node | None = subject.files[steps[0]]
    for step in steps[1:]:
        node = next((below for below in node or () if str(below.key) == step), None)
    return node or None


def said(node: Node) -> str:
    """What stands at a node, as text: `0.80`, `true`, `2026-01-01`; a container as compact JSON."""
    plain = node.plain()
    if isinstance(plain, dict | list):
        return json.dumps(_keyed(plain), separators=(",", ":"), ensure_ascii=False, default=_text)
    return _text(plain)


def leaves(subject: Subject) -> Iterator[tuple[str, str]]:
    """Every value of the files with its pointer: what a model is shown of a policy."""
    for stem, root in sorted(subject.files.items()):
        for node in root.below():
            if not node.members and node:
                yield pointer(stem, node), said(node)


def _text(value: object) -> str:
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _keyed(value: Any) -> Any:  # noqa: ANN401 - a document
    if isinstance(value, dict):
        return {_text(key): _keyed(one) for key, one in value.items()}
    return [_keyed(one) for one in value] if isinstance(value, list) else value
