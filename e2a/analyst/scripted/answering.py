"""Good answers from the facts in a question: slots instead of figures, labels that are allowed.

It reads the user message as a model would: lines of a heading, a colon and JSON.
"""

import json
from collections.abc import Mapping
from typing import Any

from e2a.analyst.scripted import wording
from e2a.analyst.scripted.replies import Reply, completion
from e2a.analyst.scripted.server import Seen


def answers(seen: Seen) -> Reply:
    """A completion with a good answer to what was asked."""
    return Reply(completion(json.dumps(good_answer(seen.user), ensure_ascii=False)))


def good_answer(user: str) -> dict[str, Any]:
    """The object that a careful model would write for a user message."""
    asked = read_inputs(user)
    if "Policy" in asked:
        return {"summary": "", "findings": [], "tests": [], "mismatches": []}
    if any(heading.startswith("Parts") for heading in asked):
        return _rationale(asked)
    return _narrative(asked)


def read_inputs(user: str) -> dict[str, Any]:
    """The headings of a user message with the JSON behind each."""
    found: dict[str, Any] = {}
    for line in user.splitlines():
        heading, _, document = line.partition(": ")
        try:
            found[heading] = json.loads(document)
        except ValueError:
            continue
    return found


def _under(asked: Mapping[str, Any], heading: str, absent: Any) -> Any:  # noqa: ANN401 - JSON
    return next((asked[one] for one in asked if one.startswith(heading)), absent)


def _narrative(asked: Mapping[str, Any]) -> dict[str, Any]:
    ids = [fact["id"] for fact in _under(asked, "Facts", [])]
    labels: dict[str, list[str]] = _under(asked, "Labels", {})
    label, evidence = max(labels.items(), key=lambda one: len(one[1]), default=("OTHER", []))
    cause = next((one for one in evidence if one.startswith("cause_")), None)
    said = wording.OPS_CAUSE.format(cause=cause) if cause else ""
    is_late = "late" in ids
    notes = wording.CLIENT.get(_language(asked), wording.CLIENT["English"])
    return {
        "reasoning": wording.REASONING.format(cause=said),
        "label": label,
        "confidence": 0.85 if cause or len(labels) == 1 else 0.7,
        "ops_note": wording.OPS.format(
            when=wording.OPS_LATE if is_late else wording.OPS_DUE, cause=said
        ),
        "client_note": notes[0] if is_late else notes[1],
    }


def _rationale(asked: Mapping[str, Any]) -> dict[str, Any]:
    ids = {fact["id"] for fact in _under(asked, "Facts", [])}
    parts: list[str] = _under(asked, "Parts", [])
    opening, whole, of = wording.RATIONALE.get(_language(asked), wording.RATIONALE["English"])
    said = opening if "invoice" in ids else opening.partition(" ")[0]
    listed = ", ".join(f"[[{part}]]" for part in parts)
    sentence = f"{said}: {whole}" + (f", {of} {listed}." if listed else ".")
    left = [one for one in _under(asked, "Required", []) if f"[[{one}]]" not in sentence]
    return {
        "reasoning": "The facts name the rule and its amounts.",
        "confidence": 0.85,
        "rationale": " ".join([sentence, *(f"[[{one}]]." for one in left)]),
    }


def _language(asked: Mapping[str, Any]) -> str:
    return str(_under(asked, "Language", "English")).split(" (")[0]
