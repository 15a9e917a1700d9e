"""The last rung: mend quotes, commas and comments of an object, and nothing that it says.

json-repair silently cuts numbers and strings, drops keys that repeat and closes what was cut off.
So what it makes is taken only if all but quotes, commas, colons and blanks is, in its order, what
the text says exactly, and only if the text itself ends its object.
"""

import json
import re
from typing import Any

import json_repair

from e2a.domain.analysis.answers.strict_json import NotStrictError, strict_object

LONGEST = 4_096
DEEPEST = 50

_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/|^[ \t]*#[^\n]*", re.DOTALL | re.MULTILINE)
_SAYS_NOTHING = re.compile(r"[\s\"'`“”‘’,:;\\]+")


def mended(text: str) -> dict[str, Any] | None:
    """The object of a text with broken punctuation; None if mending would change what it says."""
    start, end = text.find("{"), text.rfind("}") + 1
    region = text[start:end]
    if start < 0 or not end or len(region) > LONGEST or region.count("{") > DEEPEST:
        return None
    if region.count("[") > DEEPEST:
        return None
    bare = _COMMENT.sub("", region)
    for candidate in (region, bare):
        found = _repaired(candidate)
        if found is not None and _said(found) == _SAYS_NOTHING.sub("", candidate):
            return found
    return None


def _repaired(text: str) -> dict[str, Any] | None:
    try:
        found = json_repair.loads(text, skip_json_loads=True)
        return strict_object(json.dumps(found)) if isinstance(found, dict) else None
    except (NotStrictError, ValueError, RecursionError, IndexError, TypeError):
        return None


def _said(found: dict[str, Any]) -> str:
    return _SAYS_NOTHING.sub("", json.dumps(found, ensure_ascii=False))
