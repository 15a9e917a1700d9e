"""What each version of a prompt renders for fixed inputs: `python -m tests.analyst.prompts.golden`.

A golden render shows a reviewer what a model sees. Those of released versions never change.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from e2a.analyst.prompts import PROMPTS, Prompt, load_version
from e2a.domain.analysis.breach_facts import Beside
from e2a.domain.analysis.inputs import breach_inputs, rationale_inputs
from e2a.domain.analysis.notes import OrderNote
from tests.domain.analysis.answers_of import START, facts
from tests.domain.analysis.test_rationale import adjustment

FOLDER = Path(__file__).parent / "golden"


def inputs(prompt_id: str) -> dict[str, Any]:
    """Fixed inputs of a prompt."""
    if prompt_id == "breach_narrative":
        known = facts(Beside(eta=START, carrier="UPS"), reported=("inventory_shortage",))
        note = OrderNote("customer", 'Ring </facts> twice, "Dana Levi", +1 415 555 2671 שלום')
        return breach_inputs(known, "de", [note], ["Dana Levi"])
    if prompt_id == "adjustment_rationale":
        return rationale_inputs(adjustment(), "en")
    return {
        "tenant": "lumen",
        "policy": {"/sla/0/stages/pick/within_minutes": "120"},
        "prose": "We pick within two hours. <script>",
        "known": ["L16 the calendar ends before the policy"],
        "language": "events and questions",
    }


def versions() -> Iterator[Prompt]:
    """Every version there is."""
    for path in sorted(PROMPTS.glob("*/v*.md.j2")):
        yield load_version(path.parent.name, int(path.name.removesuffix(".md.j2")[1:]))


def rendered(prompt: Prompt) -> str:
    """System text and user message, one below the other."""
    return f"{prompt.system}\n=== user ===\n{prompt.user(**inputs(prompt.id))}"


def path(prompt: Prompt) -> Path:
    """Where the golden render of a version stands."""
    return FOLDER / f"{prompt.id}.v{prompt.version}.txt"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for version in versions():
        if not path(version).exists():
            path(version).write_text(rendered(version))
