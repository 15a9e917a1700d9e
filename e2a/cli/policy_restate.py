"""`e2a policy restate`: history judged by another version, proposed by one, approved by another."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from e2a.cli.console import (
    ActorOption,
    JsonOption,
    TenantOption,
    connected,
    instant,
    now,
    out,
    print_json,
)
from e2a.cli.policy_files import changed_policies
from e2a.domain.errors import BadInputError
from e2a.sla.replay import restate
from e2a.sla.replay.restate import Proposal, Restatement

app = typer.Typer(help="Judge history by another version; needs two people.", no_args_is_help=True)


@app.command("propose")
def propose(
    tenant: Annotated[str, typer.Option(help="Whose history.")],
    started_from: Annotated[str, typer.Option("--from", help="Clocks that started from here on.")],
    started_until: Annotated[str, typer.Option("--until", help="And before this instant.")],
    reason: Annotated[str, typer.Option(help="Why; it stays on record.")],
    by: ActorOption,
    policy_version: Annotated[
        str | None, typer.Option(help="The version, as reference.sla_policies names it.")
    ] = None,
    with_: Annotated[
        Path | None, typer.Option("--with", help="The text instead: its version loaded last.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Put a restatement on record; it changes nothing until somebody else approves it.

    Example: e2a policy restate propose --tenant demo-3pl --with policies/demo-3pl
    --from 2026-05-01T00:00:00Z --until 2026-06-01T00:00:00Z --reason "typo in May" --by ann
    """
    if (policy_version is None) == (with_ is None):
        raise BadInputError("Which version?", "Give either --policy-version or --with")
    since, until = _bound("--from", started_from), _bound("--until", started_until)
    proposal = Proposal(tenant, since, until, reason, by)
    with connected() as (_, connection):
        versions = [policy_version] if policy_version else []
        if with_ is not None:
            versions = restate.versions_of(connection, changed_policies(tenant, with_)[1])
        proposed = [restate.propose(connection, proposal, v, now()) for v in versions]
    _show(proposed, json)
    if not json:
        out.print("Nothing has changed yet: `e2a policy restate approve ID --by SOMEBODY_ELSE`.")


@app.command("approve")
def approve(
    restatement: Annotated[str, typer.Argument(help="Its identifier, or the beginning of it.")],
    by: ActorOption,
    json: JsonOption = False,
) -> None:
    """Approve what somebody else proposed, and judge the clocks in its range anew.

    Example: e2a policy restate approve 3f2a --by bob
    """
    with connected() as (_, connection):
        approved = restate.approve(connection, restatement, by, now())
    _show([approved], json)


@app.command("list")
def list_(tenant: TenantOption = None, json: JsonOption = False) -> None:
    """The restatements on record, approved or not.

    Example: e2a policy restate list --tenant demo-3pl
    """
    with connected() as (_, connection):
        found = restate.listed(connection, tenant)
    _show(found, json)


def _bound(option: str, text: str) -> datetime:
    try:
        found = instant(text)
    except BadInputError as error:
        raise BadInputError(error.problem.replace("--as-of", option), error.fix) from None
    assert found is not None
    return found


def _show(found: list[Restatement], json: bool) -> None:
    if json:
        print_json([asdict(one) for one in found])
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("id", "tenant", "version", "clocks started", "reason", "by", "approved"):
        table.add_column(column)
    for one in found:
        approved = (
            f"{one.approved_by}, {one.approved_at:%Y-%m-%d %H:%M}" if one.approved_at else "no"
        )
        table.add_row(
            one.restatement_id, one.tenant_id, one.policy_version,
            f"{one.started_from:%Y-%m-%d %H:%M} - {one.started_until:%Y-%m-%d %H:%M}",
            one.reason, one.requested_by, approved,
        )  # fmt: skip
    out.print(table if found else "There are no restatements.")
