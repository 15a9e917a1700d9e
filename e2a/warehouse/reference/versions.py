"""Names of versions: the hash of what a text says, whatever the order of its keys."""

import hashlib
import json
from typing import Any

from e2a.domain.policies import PolicyModel


def definition(text: PolicyModel) -> dict[str, Any]:
    """What a text says beyond the defaults, as JSON: a key added later renames no version."""
    return text.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def version(*parts: PolicyModel | str) -> str:
    """The name of the version that says exactly these parts."""
    said = [part if isinstance(part, str) else definition(part) for part in parts]
    text = json.dumps(said, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
