"""What may enter a prompt: the allow-list, as functions from facts and notes to its inputs.

Nothing else of an order gets near a prompt. Facts come without figures and names, notes bounded and
scrubbed; customers, addresses, payments and line items have no way in.
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from e2a.domain.analysis.facts import Facts
from e2a.domain.analysis.figures import locale_named
from e2a.domain.analysis.notes import OrderNote, notes_for_prompt


def breach_inputs(
    facts: Facts, locale: str, notes: Iterable[OrderNote] = (), known_values: Iterable[str] = ()
) -> dict[str, Any]:
    """The inputs of the prompt `breach_narrative`.

    Args:
        facts: of the breach.
        locale: of the customer's note.
        notes: of the order, as they came.
        known_values: what is known of the order's customer (name, address, e-mail, phone): taken
            out of the notes, and itself never shown.
    """
    return {
        "facts": facts.for_prompt(),
        "labels": facts.labels_for_prompt(),
        "required": facts.required_for_prompt(),
        "language": language_name(locale),
        "notes": notes_for_prompt(notes, known_values),
    }


def rationale_inputs(facts: Facts, locale: str) -> dict[str, Any]:
    """The inputs of the prompt `adjustment_rationale`."""
    return {
        "facts": facts.for_prompt(),
        "required": facts.required_for_prompt().get("ops", []),
        "parts": sorted(facts.parts),
        "language": language_name(locale),
    }


def facts_key(facts: Facts, notes: Sequence[dict[str, str]] = ()) -> str:
    """What decides the words of an answer: the facts without figures, and the notes as shown.

    Args:
        facts: of the breach or adjustment.
        notes: as `notes_for_prompt` made them.
    """
    canonical = facts.canonical()
    if not notes:
        return canonical
    return f"{canonical}|notes:{hashlib.sha256(orjson.dumps([*notes])).hexdigest()}"


def language_name(locale: str) -> str:
    """`German`, `English (United Kingdom)`.

    Raises:
        BadInputError: the locale is not known.
    """
    return locale_named(locale).get_display_name("en") or locale
