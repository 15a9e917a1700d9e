"""The life of the guard's rules: shadow, active, quarantined (domain 6.14).

A rule in shadow or quarantine still finds; what it finds is shown and never adjusted. A rule is
promoted only after a back-test on history, and quarantined when people reverse what it did.
"""

from datetime import datetime
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from e2a.domain.errors import BadInputError, RefusedError
from e2a.domain.matching import NEW_RULES, Rule

MOST_REVERSED = 0.1
"""Share of a rule's applied adjustments that people may take back before it is quarantined."""
FEWEST = 2
"""So many reversals at least: one may be a mistake."""


def states(connection: psycopg.Connection[Any], tenant: str) -> dict[Rule, str]:
    """Each rule's state for a tenant."""
    said = dict(
        connection.execute(
            "select rule, state from billing.rules where tenant_id = %s", (tenant,)
        ).fetchall()
    )
    default = {rule: "shadow" if rule in NEW_RULES else "active" for rule in Rule}
    return {rule: said.get(rule.value, state) for rule, state in default.items()}


def active_rules(connection: psycopg.Connection[Any], tenant: str) -> frozenset[Rule]:
    """The rules whose findings may be adjusted and block."""
    return frozenset(rule for rule, s in states(connection, tenant).items() if s == "active")


def backtest(
    connection: psycopg.Connection[Any], tenant: str, rule: Rule, *, by: str, now: datetime
) -> dict[str, Any]:
    """What the rule found on history, and what people did about it; written down."""
    with connection.transaction():
        row = connection.execute(_HISTORY, (tenant, rule.value)).fetchone()
        assert row is not None
        result = dict(
            zip(("invoices", "findings", "amount", "applied", "refused"), row, strict=True)
        )
        result["amount"] = f"{result['amount']:f}"
        _note(connection, tenant, rule, "backtest", by, now, result)
    return result


def promote(
    connection: psycopg.Connection[Any], tenant: str, rule: Rule, *, by: str, now: datetime
) -> None:
    """Let a rule adjust.

    Raises:
        RefusedError: there is no back-test since it was last moved, or people refused too much.
    """
    with connection.transaction():
        row = connection.execute(_LAST, (tenant, rule.value)).fetchone()
        if row is None or row[0] != "backtest":
            raise RefusedError(
                f"{rule} has no back-test since it was last moved",
                f"Run `e2a adjustments rules backtest {rule} --tenant {tenant}` first",
            )
        result = row[1]
        if result["refused"] > MOST_REVERSED * max(result["applied"] + result["refused"], 1):
            raise RefusedError(
                f"People refused {result['refused']} of what {rule} proposed",
                "Mend the rule, then test it again",
            )
        _set(connection, tenant, rule, "active")
        _note(connection, tenant, rule, "promote", by, now, {})


def quarantine(
    connection: psycopg.Connection[Any], tenant: str, rule: Rule, *, by: str, now: datetime,
    why: str,
) -> None:  # fmt: skip
    """Stop a rule from adjusting; what it finds stays visible."""
    with connection.transaction():
        _set(connection, tenant, rule, "quarantined")
        _note(connection, tenant, rule, "quarantine", by, now, {"why": why})


def quarantine_if_reversed(
    connection: psycopg.Connection[Any], tenant: str, rule: str, now: datetime
) -> None:
    """Quarantine a rule of which people reversed more than its share."""
    row = connection.execute(_REVERSED, (tenant, rule)).fetchone()
    assert row is not None
    back, applied = row
    if back >= FEWEST and back > MOST_REVERSED * applied:
        why = f"{back} of {applied} adjustments reversed by people"
        quarantine(connection, tenant, Rule(rule), by="guard", now=now, why=why)


def rule_named(name: str) -> Rule:
    """The rule of that name.

    Raises:
        BadInputError: there is none; names them all.
    """
    try:
        return Rule(name)
    except ValueError:
        raise BadInputError(f"There is no rule {name}", f"Name one of {', '.join(Rule)}") from None


def _set(connection: psycopg.Connection[Any], tenant: str, rule: Rule, state: str) -> None:
    connection.execute(
        "insert into billing.rules values (%s, %s, %s) "
        "on conflict (tenant_id, rule) do update set state = excluded.state",
        (tenant, rule.value, state),
    )


def _note(
    connection: psycopg.Connection[Any], tenant: str, rule: Rule, move: str, by: str,
    now: datetime, result: dict[str, Any],
) -> None:  # fmt: skip
    connection.execute(
        "insert into billing.rule_moves values (%s, %s, %s, %s, %s, %s)",
        (tenant, rule.value, now, move, by, Jsonb(result)),
    )


_HISTORY = """
select
    (select count(*) from billing.invoices as i where i.tenant_id = f.tenant),
    count(n.finding_key), coalesce(sum(abs(n.discrepancy)), 0),
    count(a.finding_key) filter (where a.status = 'applied'),
    count(a.finding_key) filter (where a.status in ('reversed', 'rejected'))
from (select %s::text as tenant, %s::text as rule) as f
left join billing.findings as n on n.tenant_id = f.tenant and n.rule = f.rule
left join billing.adjustments as a
    on a.tenant_id = n.tenant_id and a.finding_key = n.finding_key
group by f.tenant
"""

_LAST = """
select move, result from billing.rule_moves where tenant_id = %s and rule = %s
order by moved_at desc, move limit 1
"""

_REVERSED = """
select count(*) filter (where to_status = 'reversed'), count(*) filter (where to_status = 'applied')
from billing.adjustment_moves where tenant_id = %s and rule = %s
"""
