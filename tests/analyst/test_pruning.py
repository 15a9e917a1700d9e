"""What models were asked long ago is forgotten; what is open or counts against a budget stays."""

from datetime import UTC, datetime, timedelta

import pytest

from e2a.analyst.pruning import ANSWERS_KEPT, CALLS_KEPT, prune
from e2a.warehouse.connection import Role

NOW = datetime(2027, 6, 1, 12, tzinfo=UTC)
A_DAY = timedelta(days=1)
OLD_CALL, OLD_ANSWER = NOW - CALLS_KEPT - A_DAY, NOW - ANSWERS_KEPT - A_DAY
CALL = """
insert into ops.ai_calls (
    tenant_id, day, purpose, subject, base_url, requested_model, prompt_sha, state, held_tokens,
    held_cost, lease_until
) values ('demo-3pl', %s, 'breach_narrative', %s, 'http://x', 'm', 'p', %s, 1, 0, now())
"""
ANSWER = """
insert into ops.ai_answers (tenant_id, key, state, holder, lease_until, purpose, ended_at)
values ('demo-3pl', %s, %s, gen_random_uuid(), now(), 'breach_narrative', %s)
"""


@pytest.fixture
def ledger(warehouse):
    with warehouse.connect(Role.OWNER) as owner:
        for day, subject, state in (
            (OLD_CALL, "old", "settled"), (OLD_CALL, "old and open", "sent"),
            (NOW, "new", "settled"),
        ):  # fmt: skip
            owner.execute(CALL, (day.date(), subject, state))
        for key, state, ended_at in (
            ("old", "accepted", OLD_ANSWER), ("asked now", "pending", None),
            ("new", "accepted", NOW),
        ):  # fmt: skip
            owner.execute(ANSWER, (key, state, ended_at))
    return warehouse


def test_what_ended_long_ago_goes_and_the_rest_stays_however_often(ledger):
    with ledger.connect(Role.APP) as app:
        assert prune(app, NOW) == 2
        assert prune(app, NOW) == 0
        calls = app.execute("select subject from ops.ai_calls order by 1").fetchall()
        answers = app.execute("select key from ops.ai_answers order by 1").fetchall()
    assert calls == [("new",), ("old and open",)]
    assert answers == [("asked now",), ("new",)]
