"""Notes to customers as people write them, judged by the checks of drafts.

A person writes figures and names as they are read. Those that are facts count as their slots; any
other figure, promise or cause is for the checks to object to, as they would to a model's.
"""

import re

from e2a.domain.analysis.checks import (
    cause,
    grounding,
    language,
    length,
    markup,
    omission,
    other_ids,
    personal_data,
    promise,
    readability,
    tone,
)
from e2a.domain.analysis.checks.said import Said
from e2a.domain.analysis.facts import Audience, Facts
from e2a.domain.analysis.figures import figure
from e2a.domain.analysis.judging import Known
from e2a.domain.analysis.violations import Violation


def judge_edited(text: str, facts: Facts, locale: str, known: Known) -> list[Violation]:
    """Everything that a draft with these words would be rejected for.

    Args:
        text: as the customer would read it.
        facts: of the breach.
        locale: of the note.
        known: what must not be in it.
    """
    said = Said("client_note", with_slots(text, facts, locale), Audience.CLIENT, locale)
    as_written = Said("client_note", text, Audience.CLIENT, locale)
    return [
        *grounding.check(said, facts),
        *omission.check(said, facts),
        *markup.check(said),
        *other_ids.check(said, facts, known.others),
        *personal_data.check(said, facts, known.personal),
        *personal_data.check(as_written, facts, known.personal),
        *cause.check(said, facts),
        *promise.check(said, facts),
        *length.check(said, facts),
        *language.check(said),
        *readability.check(said),
        *tone.check(said, facts),
    ]


def with_slots(text: str, facts: Facts, locale: str) -> str:
    """The text with a slot wherever a fact of the customer stands as it is read, longest first."""
    written = {
        figure(facts.by_id[fact_id], facts.zone, Audience.CLIENT, locale): fact_id
        for fact_id in sorted(facts.ids(Audience.CLIENT))
    }
    for shown in sorted(filter(None, written), key=len, reverse=True):
        loose = r"\s+".join(map(re.escape, shown.split()))  # a narrow space is typed as a wide one
        pattern = rf"(?<![\w\[]){loose}(?![\w\]])"
        text = re.sub(pattern, f"[[{written[shown]}]]", text, flags=re.IGNORECASE)
    return text
