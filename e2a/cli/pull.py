"""`e2a pull`: what senders know and webhooks did not bring."""

import os
import time
from dataclasses import asdict
from typing import Annotated

import typer

from e2a.cli.console import JsonOption, connected, instant, now, out, print_json, say
from e2a.pull.run import Pulled, pull
from e2a.pull.targets import target

app = typer.Typer(
    help="Ask senders for what their webhooks missed; overlap does no harm.", no_args_is_help=True
)

TenantOption = Annotated[str, typer.Option(help="Whose account it is.")]
UrlOption = Annotated[
    str | None, typer.Option(help="Base URL; default: E2A_<SENDER>_URL_<TENANT>.")
]
SinceOption = Annotated[
    str | None, typer.Option(help="Begin anew from here, such as 2026-03-01T00:00:00Z.")
]


@app.command()
def shopify(
    tenant: TenantOption,
    url: UrlOption = None,
    since: SinceOption = None,
    json: JsonOption = False,
) -> None:
    """Land orders, payments, cancellations, shipments and refunds whose webhooks never came.

    The token is read from E2A_SHOPIFY_TOKEN_<TENANT>. A pull that was stopped goes on where it was.

    Example: e2a pull shopify --tenant demo-3pl --url https://demo.myshopify.com
    """
    _pull("shopify", tenant, url, since, json)


@app.command()
def easypost(
    tenant: TenantOption,
    url: UrlOption = None,
    since: SinceOption = None,
    json: JsonOption = False,
) -> None:
    """Land scans of trackers made in the last 30 days that no webhook brought.

    The API key is read from E2A_EASYPOST_TOKEN_<TENANT>.

    Example: e2a pull easypost --tenant demo-3pl
    """
    _pull("easypost", tenant, url, since, json)


def _pull(name: str, tenant: str, url: str | None, since: str | None, json: bool) -> None:
    start, wanted = instant(since, "--since"), target(name, tenant, os.environ, url)
    with connected() as (_, connection), wanted.client() as client:
        api = wanted.api(client, time.sleep, say, now)
        done = pull(connection, api, wanted.feed, tenant, now(), since=start, progress=_told)
    if json:
        print_json(asdict(done))
    else:
        out.print(
            f"{done.objects:,} objects on {done.pages:,} pages; {done.landed:,} deliveries were "
            "missing." + (" They show after the next run: e2a run" if done.landed else "")
        )


def _told(done: Pulled) -> None:
    say(f"pull       page {done.pages:,}: {done.objects:,} objects, {done.landed:,} were missing")
