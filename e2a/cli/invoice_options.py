"""Options that the commands about invoices share."""

from enum import StrEnum
from typing import Annotated

import typer

from e2a.cli.console import me


class Shape(StrEnum):
    """What an invoice is exported as."""

    CSV = "csv"
    JSON = "json"
    HTML = "html"


InvoiceArgument = Annotated[str, typer.Argument(help="Its number, or its id.")]
ByOption = Annotated[
    str,
    typer.Option(
        default_factory=me, help="The person who answers for it; default: E2A_ACTOR, or the login."
    ),
]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")
]
