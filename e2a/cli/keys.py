"""`e2a keys`: who may post to the gateway, and who may work on its admin API."""

import sys
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from e2a.cli.console import JsonOption, TenantOption, connected, now, out, print_json, say
from e2a.domain.errors import BadInputError, UnknownTenantError
from e2a.gateway.credentials import life, making
from e2a.gateway.credentials.model import EVERYBODY
from e2a.gateway.senders import ADMIN
from e2a.warehouse import inbox
from e2a.warehouse.vault import unlock

app = typer.Typer(
    help="Keys and signing secrets of senders: made, listed, rotated, revoked.",
    no_args_is_help=True,
)

IdArgument = Annotated[str, typer.Argument(help="The key's public name, such as wms-3f9a1c2e77aa.")]
SecretOption = Annotated[
    bool, typer.Option("--secret-stdin", help="Read the vendor's secret from standard input.")
]
KeySetOption = Annotated[
    Path | None, typer.Option("--key-set", help="The vendor's JWKS file (kind rsa).")
]


@app.command()
def create(
    source: Annotated[str, typer.Option(help="wms, batch, shopify, easypost, ..., or admin.")],
    tenant: Annotated[str, typer.Option(help="For which tenant; '*' is all (admin only).")],
    kind: Annotated[str | None, typer.Option(help="api_key, hmac or rsa; default: usual.")] = None,
    account: Annotated[
        str | None, typer.Option(help="Shop domain or account id that messages must name.")
    ] = None,
    time_zone: Annotated[
        str | None, typer.Option(help="IANA zone of times that come without an offset.")
    ] = None,
    order_namespace: Annotated[
        str | None, typer.Option(help="System whose order numbers these are, such as shopify.")
    ] = None,
    secret_stdin: SecretOption = False,
    key_set: KeySetOption = None,
    ahead: Annotated[
        bool, typer.Option("--ahead", help="The tenant's policies come later: its events wait.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Make a credential and show its secret, this once.

    Example: e2a keys create --source wms --tenant demo-3pl
    """
    secret = _secret(secret_stdin, key_set)
    with connected() as (warehouse, connection):
        if not (ahead or (tenant == EVERYBODY and source == ADMIN)):
            _check_tenant(connection, tenant)
        wanted = making.Wanted(tenant, source, kind, account, secret, time_zone, order_namespace)
        with connection.transaction():
            made = making.create(connection, unlock(warehouse.home), wanted, now())
    _show(made, json)


@app.command("list")
def list_(
    tenant: TenantOption = None,
    ended_too: Annotated[bool, typer.Option("--all", help="Ended ones too.")] = False,
    json: JsonOption = False,
) -> None:
    """List credentials, never their secrets.

    Example: e2a keys list --tenant demo-3pl --json
    """
    with connected() as (_, connection):
        rows = life.listed(connection, tenant, ended_too=ended_too, now=now())
    if json:
        print_json(rows)
        return
    for row in rows:
        until = row["revoked_at"] or row["not_after"]
        end = f"until {until:%Y-%m-%d %H:%M}Z" if until else "no end"
        out.print(
            f"{row['key_id']:<26} {row['tenant_id']:<16} {row['kind']:<8} "
            f"{row['account'] or '-':<28} {end if row['holds'] else 'ended'}",
            markup=False,
        )
    if not rows:
        say("There are none. Make one: e2a keys create --source wms --tenant demo-3pl")


@app.command()
def rotate(
    key: IdArgument,
    overlap_hours: Annotated[
        float, typer.Option(min=0, max=24 * 90, help="How long the former one still works.")
    ] = 24.0,
    secret_stdin: SecretOption = False,
    key_set: KeySetOption = None,
    json: JsonOption = False,
) -> None:
    """Make a successor and show its secret; the former one works for the overlap.

    Example: e2a keys rotate wms-3f9a1c2e77aa --overlap-hours 48
    """
    secret = _secret(secret_stdin, key_set)
    with connected() as (warehouse, connection), connection.transaction():
        made = life.rotate(
            connection, unlock(warehouse.home), key, secret=secret,
            overlap=timedelta(hours=overlap_hours), now=now(),
        )  # fmt: skip
    _show(made, json)


@app.command()
def revoke(key: IdArgument, json: JsonOption = False) -> None:
    """End a credential; within two seconds every gateway refuses it.

    Example: e2a keys revoke wms-3f9a1c2e77aa
    """
    with connected() as (_, connection), connection.transaction():
        changed = life.revoke(connection, key, now())
    if json:
        print_json({"key_id": key, "revoked": changed})
    else:
        out.print(f"{key} is revoked." if changed else f"{key} was revoked before.")


def _check_tenant(connection: Any, tenant: str) -> None:  # noqa: ANN401 - as `connected` gives it
    known = inbox.tenants(connection)
    if tenant not in known:
        raise UnknownTenantError(tenant, known)


def _secret(from_stdin: bool, key_set: Path | None) -> str | None:
    if key_set is not None:
        if not key_set.is_file():
            raise BadInputError(f"There is no file {key_set}", "Check the path")
        return key_set.read_text()
    return sys.stdin.read().strip() if from_stdin else None


def _show(made: making.Made, json: bool) -> None:
    if json:
        print_json({name: text for name, text in asdict(made).items() if text is not None})
        return
    out.print(f"key id  {made.key_id} ({made.kind})", markup=False)
    for name, text in (("key", made.key), ("secret", made.secret)):
        if text:
            out.print(f"{name:<7} {text}", markup=False)
    if made.key or made.secret:
        say("Keep it now: it is not shown again.")
