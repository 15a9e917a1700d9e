"""Every accepted rationale judged again by its amounts: nothing that does not add up is in one."""

from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg.rows import dict_row

from e2a.domain.analysis.audit import MOST_FAULTS, Audit
from e2a.domain.analysis.facts import Audience
from e2a.domain.analysis.judging import rationale_judge
from e2a.domain.analysis.slots import SlotError, render
from e2a.domain.analysis.stored import from_json


def audit(connection: psycopg.Connection[Any]) -> Audit:
    """Judge every row of `billing.rationales` that bears a model's words."""
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_ACCEPTED).fetchall()
    faults = [f"{row['tenant_id']}/{row['finding_key']}: {one}" for row in rows for one in _of(row)]
    return Audit(len(rows), tuple(faults[:MOST_FAULTS]))


def _of(row: dict[str, Any]) -> Iterator[str]:
    facts = from_json(row["facts"])
    for violation in rationale_judge(facts, row["locale"])(row["answer"]):
        yield f"{violation.check} in {violation.field}: {violation.detail}"
    if row["answer"].get("rationale") != row["slots"]:
        yield "the slots are not those of the answer"
    try:
        if render(row["slots"], facts, Audience.OPS, row["locale"]) != row["rationale"]:
            yield "the rationale is not what its slots say"
    except SlotError as error:
        yield str(error)


_ACCEPTED = """
select tenant_id, finding_key, slots, rationale, answer, facts, locale
from billing.rationales where source = 'model' order by tenant_id, finding_key, step, version
"""
