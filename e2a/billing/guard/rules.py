"""The life of the guard's rules for each tenant: where they stand, back-tests, moves.

What may follow what is decided by `e2a.domain.rule_life`; every move is kept in
`billing.rule_moves`.
"""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from e2a.domain.errors import BadInputError
from e2a.domain.findings import Rule
from e2a.domain.rule_life import (
    BORN_ACTIVE,
    BackTest,
    Life,
    must_quarantine,
    promoted,
)

SYSTEM = "guard"


def rule_named(name: str) -> Rule:
    """The rule of that name.

    Raises:
        BadInputError: there is none; names them all.
    """
    try:
        return Rule(name)
    except ValueError:
        raise BadInputError(
            f"There is no rule {name!r}", f"Name one of {', '.join(Rule)}"
        ) from None


def lives(
    connection: psycopg.Connection[Any], tenants: Iterable[str]
) -> dict[str, dict[Rule, Life]]:
    """Where each rule stands for each of these tenants."""
    born = {rule: Life.ACTIVE if rule in BORN_ACTIVE else Life.SHADOW for rule in Rule}
    stand = {tenant: dict(born) for tenant in tenants}
    for tenant, rule, state in connection.execute(
        "select tenant_id, rule, state from billing.rules where tenant_id = any(%s)",
        (list(stand),),
    ):
        stand[tenant][Rule(rule)] = Life(state)
    return stand


def listed(connection: psycopg.Connection[Any], tenant: str) -> list[dict[str, Any]]:
    """Every rule of a tenant with its state and what it found and did so far."""
    counts = {
        rule: (findings, applied, reversals)
        for rule, findings, applied, reversals in connection.execute(_COUNTS, {"tenant": tenant})
    }
    stand = lives(connection, [tenant])[tenant]
    connection.rollback()
    rows = []
    for rule in Rule:
        findings, applied, reversals = counts.get(rule.value, (0, 0, 0))
        rows.append(
            {
                "rule": rule.value, "state": stand[rule].value, "findings": findings,
                "applied": applied, "reversed": reversals,
            }
        )  # fmt: skip
    return rows


def backtest(
    connection: psycopg.Connection[Any], tenant: str, rule: Rule, by: str, now: datetime
) -> BackTest:
    """Hold what a rule found in history against what people decided, and keep the result.

    A finding is confirmed if an adjustment of its line or order was applied and stands, or if a
    person approved it; it is contradicted if a person rejected or reversed that, or if its invoice
    was settled without one.
    """
    with connection.transaction():
        row = connection.execute(_HISTORY, {"tenant": tenant, "rule": rule.value}).fetchone()
        assert row is not None
        test = BackTest(rule, *row)
        result = {**asdict(test), "amount": f"{test.amount:f}", "passed": test.passed}
        state = lives(connection, [tenant])[tenant][rule]
        _note(connection, tenant, rule, "backtest", state, by, "back-test on history", now, result)
    return test


def promote(
    connection: psycopg.Connection[Any], tenant: str, rule: Rule, by: str, reason: str,
    now: datetime,
) -> Life:  # fmt: skip
    """Move a rule a step up: out of quarantine into shadow, out of shadow into force.

    Raises:
        BadInputError: it is active already, or no back-test has passed since it came where it is.
    """
    with connection.transaction():
        connection.execute(_LOCK, (tenant,))
        state, since = _stands(connection, tenant, rule)
        row = connection.execute(_LAST_TEST, (tenant, rule.value)).fetchone()
        tested_at, passed = row or (None, False)
        to = promoted(
            rule, state, since or datetime.min.replace(tzinfo=now.tzinfo), tested_at, passed
        )
        _move(connection, tenant, rule, "promote", to, by, reason, now)
    return to


def quarantine(
    connection: psycopg.Connection[Any], tenant: str, rule: Rule, by: str, reason: str,
    now: datetime,
) -> None:  # fmt: skip
    """Let a rule adjust nothing by itself any more; what it finds waits for a person.

    Raises:
        BadInputError: it is quarantined already.
    """
    with connection.transaction():
        connection.execute(_LOCK, (tenant,))
        if _stands(connection, tenant, rule)[0] is Life.QUARANTINED:
            raise BadInputError(f"Rule {rule} is quarantined", "There is nothing left to do")
        _move(connection, tenant, rule, "quarantine", Life.QUARANTINED, by, reason, now)


def quarantine_if_reversed(
    connection: psycopg.Connection[Any], tenant: str, rule: Rule, now: datetime
) -> bool:
    """Quarantine a rule of which people have reversed more than is borne since it is active."""
    state, since = _stands(connection, tenant, rule)
    row = connection.execute(
        _REVERSALS, {"tenant": tenant, "rule": rule.value, "since": since, "guard": SYSTEM}
    ).fetchone()
    count = row[0] if row else 0
    if not must_quarantine(state, count):
        return False
    why = f"people reversed {count} of its adjustments"
    _move(connection, tenant, rule, "quarantine", Life.QUARANTINED, SYSTEM, why, now)
    return True


def _stands(
    connection: psycopg.Connection[Any], tenant: str, rule: Rule
) -> tuple[Life, datetime | None]:
    row = connection.execute(
        "select state, since from billing.rules where tenant_id = %s and rule = %s",
        (tenant, rule.value),
    ).fetchone()
    if row is None:
        return lives(connection, [tenant])[tenant][rule], None
    return Life(row[0]), row[1]


def _move(
    connection: psycopg.Connection[Any], tenant: str, rule: Rule, move: str, to: Life, by: str,
    reason: str, now: datetime,
) -> None:  # fmt: skip
    connection.execute(_SET, (tenant, rule.value, to.value, now))
    _note(connection, tenant, rule, move, to, by, reason, now, {})


def _note(
    connection: psycopg.Connection[Any], tenant: str, rule: Rule, move: str, to: Life, by: str,
    reason: str, now: datetime, result: dict[str, Any],
) -> None:  # fmt: skip
    connection.execute(
        "insert into billing.rule_moves "
        "(tenant_id, rule, moved_at, move, to_state, by_person, reason, result) "
        "values (%s, %s, %s, %s, %s, %s, %s, %s)",
        (tenant, rule.value, now, move, to.value, by, reason, Jsonb(result)),
    )


_LOCK = "select from reference.tenants where tenant_id = %s for update"

_SET = """
insert into billing.rules values (%s, %s, %s, %s)
on conflict (tenant_id, rule) do update set state = excluded.state, since = excluded.since
"""

_LAST_TEST = """
select moved_at, (result ->> 'passed')::boolean from billing.rule_moves
where tenant_id = %s and rule = %s and move = 'backtest' order by move_no desc limit 1
"""

_REVERSALS = """
select count(*) from billing.adjustment_moves
where
    tenant_id = %(tenant)s and rule = %(rule)s and to_status = 'reversed'
    and by_person <> %(guard)s and (%(since)s::timestamptz is null or moved_at >= %(since)s)
"""

_COUNTS = """
select
    f.rule, count(distinct f.finding_key),
    count(a.step) filter (where a.status in ('applied', 'reversed')),
    count(a.step) filter (where a.status = 'reversed')
from billing.findings as f
left join billing.adjustments as a on a.tenant_id = f.tenant_id and a.finding_key = f.finding_key
where f.tenant_id = %(tenant)s group by f.rule
"""

# Judged by what happened to the finding itself, else to others about the same charge and order.
_HISTORY = """
with found as (
    select f.*, i.status from billing.findings as f
    inner join billing.invoices as i on i.tenant_id = f.tenant_id and i.invoice_id = f.invoice_id
    where f.tenant_id = %(tenant)s and f.rule = %(rule)s
),
judged as (
    select
        f.finding_key, f.billed, f.discrepancy,
        bool_or(a.status = 'applied') as applied,
        bool_or(a.status = 'rejected' or (a.status = 'reversed' and a.decided_by <> 'guard'))
            as refused,
        bool_or(f.status not in ('draft', 'review')) as settled
    from found as f
    left join billing.findings as s
        on
            s.tenant_id = f.tenant_id and s.invoice_id = f.invoice_id
            and s.charge_code = f.charge_code
            and (s.finding_key = f.finding_key or s.reference = f.reference)
    left join billing.adjustments as a
        on a.tenant_id = s.tenant_id and a.finding_key = s.finding_key
    group by f.finding_key, f.billed, f.discrepancy
)
select
    (select count(*) from billing.invoices where tenant_id = %(tenant)s),
    count(*), coalesce(sum(abs(discrepancy)), 0),
    count(*) filter (where applied and refused is not true),
    count(*) filter (where refused or (settled and applied is not true))
from judged
"""
