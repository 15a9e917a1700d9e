"""Every accepted narrative judged again, by the facts that it was told: none is ungrounded.

The judge is the one that accepted it; the notes are also written again from their slots, so that a
row that somebody changed by hand, or that an older defect let through, is found.
"""

from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg.rows import dict_row

from e2a.domain.analysis.audit import MOST_FAULTS, Audit
from e2a.domain.analysis.facts import Audience
from e2a.domain.analysis.judging import effective_confidence, narrative_judge
from e2a.domain.analysis.slots import SlotError, render
from e2a.domain.analysis.stored import from_json
from e2a.sla.narration.telling import OPS_LOCALE


def audit(connection: psycopg.Connection[Any]) -> Audit:
    """Judge every row of `sla.model_narratives` that bears a model's words."""
    count = 0
    faults: list[str] = []
    with connection.transaction(), connection.cursor("audited", row_factory=dict_row) as cursor:
        cursor.execute(_ACCEPTED)
        for row in cursor:
            count += 1
            if len(faults) < MOST_FAULTS:
                faults += [f"{row['tenant_id']}/{row['order_id']}: {one}" for one in _faults(row)]
    return Audit(count, tuple(faults[:MOST_FAULTS]))


def _faults(row: dict[str, Any]) -> Iterator[str]:
    facts = from_json(row["facts"])
    value = {
        "reasoning": row["reasoning"], "label": row["label"],
        "confidence": float(row["model_confidence"]), "ops_note": row["ops_slots"],
        "client_note": row["client_slots"],
    }  # fmt: skip
    for violation in narrative_judge(facts, row["locale"])(value):
        yield f"{violation.check} in {violation.field}: {violation.detail}"
    sure = effective_confidence(
        row["model_confidence"], facts, row["label"],
        was_helped=row["is_repaired"] or row["is_reasked"],
    )  # fmt: skip
    if row["confidence"] > sure:
        yield f"its confidence is {row['confidence']}, and may be {sure}"
    for audience, locale, slots, note in (
        (Audience.OPS, OPS_LOCALE, row["ops_slots"], row["ops_note"]),
        (Audience.CLIENT, row["locale"], row["client_slots"], row["client_note"]),
    ):
        try:
            if render(slots, facts, audience, locale) != note:
                yield f"the {audience} note is not what its slots say"
        except SlotError as error:
            yield str(error)


_ACCEPTED = """
select
    tenant_id, order_id, label, model_confidence, confidence, is_repaired, is_reasked,
    reasoning, ops_slots, client_slots, ops_note, client_note, facts, locale
from sla.model_narratives where source = 'model'
order by tenant_id, order_id, stage, instance, version
"""
