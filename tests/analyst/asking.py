"""A question that the tests of this folder ask, its facts, and a narrator over a database."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from e2a.analyst.asking import Request
from e2a.analyst.narrator import Narrator
from e2a.analyst.prompts import load
from e2a.analyst.settings import Settings
from e2a.domain.analysis.breach_facts import facts_of_breach
from e2a.domain.analysis.facts import Facts
from e2a.domain.analysis.inputs import breach_inputs, facts_key
from e2a.domain.analysis.judging import Known, narrative_judge
from e2a.domain.exceptions import Severity
from e2a.domain.narrative import BreachFacts
from e2a.warehouse.connection import Role, Warehouse

START = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
BREACH = BreachFacts(
    tenant_id="demo-3pl", order_id="shopify:ORD-1042", stage="pick", instance=1, version=1,
    known_from=START, zone=ZoneInfo("America/Chicago"), site="WH-2", owner="warehouse",
    started_at=START, due_at=START + timedelta(minutes=120),
    completed_at=START + timedelta(minutes=187), is_provisional=False,
    late=timedelta(minutes=67), reported=(),
)  # fmt: skip
FACTS: Facts = facts_of_breach(BREACH)
KNOWN = Known(personal=("Dana Levi", "dana@example.com"), others=("ORD-9999",))
GOOD: dict[str, Any] = {
    "reasoning": "The [[stage]] ended after its promise by [[late]]. No report says more.",
    "label": "PICK_DELAY",
    "confidence": 0.8,
    "ops_note": "[[stage]] of order [[order]] was due [[due]] and was done [[completed]],"
    " [[late]] late. [[next_step]].",
    "client_note": "Your order [[order]] took [[late]] longer than we had planned."
    " We are sorry for the wait. [[next_step]].",
}
JUDGE = narrative_judge(FACTS, "en", KNOWN)
PROMPT = load("breach_narrative")
USER = PROMPT.user(**breach_inputs(FACTS, "en"))


def request(**changes: Any) -> Request:
    """The question, of a prompt and a subject of its own; never cached unless it is asked to."""
    prompt = replace(PROMPT, sha=uuid4().hex)
    said: dict[str, Any] = {
        "tenant_id": "demo-3pl", "purpose": "breach_narrative", "subject": uuid4().hex,
        "prompt": prompt, "user": USER, "facts_key": "", "locale": "en",
        "severity": Severity.HIGH,
    }  # fmt: skip
    return Request(**said | changes)


CACHED = facts_key(FACTS)


def settings(url: str, **changes: Any) -> Settings:
    """Settings of a plentiful day, and of a model that no other test knows."""
    said: dict[str, Any] = {
        "key": "sk-scripted", "base_url": url, "model": f"scripted/{uuid4().hex}",
        "max_daily_tokens": 10**9, "max_daily_cost": Decimal(10_000), "timeout": 60.0,
    }  # fmt: skip
    return Settings(**said | changes)


@contextmanager
def narrating(warehouse: Warehouse, url: str, **changes: Any) -> Iterator[Narrator]:
    """A narrator that does not wait between attempts."""
    narrator = Narrator(
        settings(url, **changes),
        lambda: warehouse.connect(Role.ANALYST, autocommit=True),
        sleep=lambda _: None,
    )
    try:
        yield narrator
    finally:
        narrator.close()


def rows(warehouse: Warehouse, subject: str) -> list[dict[str, Any]]:
    """What the ledger says about a subject, first attempt first."""
    from psycopg.rows import dict_row

    with warehouse.connect(Role.APP) as app, app.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(
            "select * from ops.ai_calls where subject = %s order by reserved_at", (subject,)
        ).fetchall()


def breaker(warehouse: Warehouse, model: str) -> dict[str, Any]:
    """The transport's breaker of a model; closed and without failures if there is none."""
    from psycopg.rows import dict_row

    with warehouse.connect(Role.APP) as app, app.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(
            "select state, failures, openings from ops.ai_breakers "
            "where model = %s and prompt_sha = ''",
            (model,),
        ).fetchone()
    return row or {"state": "closed", "failures": Decimal(0), "openings": 0}
