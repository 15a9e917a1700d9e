"""`e2a adjustments rules`: the life of the guard's rules for a tenant."""

from dataclasses import asdict
from typing import Annotated

import typer

from e2a.billing.guard import rules as life
from e2a.cli.adjustments_shown import rules as show
from e2a.cli.console import (
    ActorOption,
    JsonOption,
    connected,
    now,
    out,
    print_json,
)
from e2a.domain.errors import UnknownTenantError
from e2a.warehouse.inbox import tenants

app = typer.Typer(
    help="Rules in shadow, in force and in quarantine: test them on history, promote them.",
    no_args_is_help=True,
)


TenantOption = Annotated[str, typer.Option(help="For which tenant.")]
RuleArgument = Annotated[str, typer.Argument(help="The rule, such as near_duplicate.")]
ReasonOption = Annotated[str, typer.Option(help="Why, in your words.")]


@app.command("list")
def list_(tenant: TenantOption, json: JsonOption = False) -> None:
    """List every rule with its state and what it has done.

    Example: e2a adjustments rules list --tenant demo-3pl
    """
    with connected() as (_, connection):
        _check(tenant, tenants(connection))
        rows = life.listed(connection, tenant)
    if json:
        print_json(rows)
    else:
        show(rows)


@app.command()
def backtest(
    rule: RuleArgument, tenant: TenantOption, by: ActorOption, json: JsonOption = False
) -> None:
    """Hold what a rule found in history against what people decided.

    Example: e2a adjustments rules backtest near_duplicate --tenant demo-3pl
    """
    named = life.rule_named(rule)
    with connected() as (_, connection):
        _check(tenant, tenants(connection))
        test = life.backtest(connection, tenant, named, by, now())
    if json:
        print_json({**asdict(test), "amount": f"{test.amount:f}", "passed": test.passed})
        return
    out.print(
        f"{test.findings:,} findings on {test.invoices:,} invoices, {test.amount:f} in all: people "
        f"agreed with {test.confirmed:,} and not with {test.contradicted:,}. "
        + ("It passed." if test.passed else "It did not pass.")
    )


@app.command()
def promote(
    rule: RuleArgument, tenant: TenantOption, reason: ReasonOption, by: ActorOption,
    json: JsonOption = False,
) -> None:  # fmt: skip
    """Move a rule a step up: quarantine to shadow, shadow to active after a passing back-test.

    Example: e2a adjustments rules promote near_duplicate --tenant demo-3pl --reason 'tested'
    """
    named = life.rule_named(rule)
    with connected() as (_, connection):
        _check(tenant, tenants(connection))
        to = life.promote(connection, tenant, named, by, reason, now())
    _told(named.value, to.value, json)


@app.command()
def quarantine(
    rule: RuleArgument, tenant: TenantOption, reason: ReasonOption, by: ActorOption,
    json: JsonOption = False,
) -> None:  # fmt: skip
    """Stop a rule from adjusting by itself; what it finds waits for a person.

    Example: e2a adjustments rules quarantine wrong_rate --tenant demo-3pl --reason 'card is wrong'
    """
    named = life.rule_named(rule)
    with connected() as (_, connection):
        _check(tenant, tenants(connection))
        life.quarantine(connection, tenant, named, by, reason, now())
    _told(named.value, "quarantined", json)


def _check(tenant: str, known: set[str]) -> None:
    if tenant not in known:
        raise UnknownTenantError(tenant, known)


def _told(rule: str, state: str, json: bool) -> None:
    if json:
        print_json({"rule": rule, "state": state})
    else:
        out.print(f"Rule {rule} is {state}.")
