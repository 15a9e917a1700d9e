"""`python -m e2a.analyst.prompts`: check the lock, or release what is new."""

import sys
from typing import Annotated

import typer

from e2a.analyst.prompts.lock import check, lock
from e2a.domain.errors import ConfigurationError


def main(
    release: Annotated[bool, typer.Option("--lock", help="Release new versions.")] = False,
) -> None:
    """Check that no released prompt was edited; with --lock, release new versions.

    Example: python -m e2a.analyst.prompts --lock
    """
    try:
        names = lock() if release else check()
    except ConfigurationError as error:
        sys.stderr.write(f"{error}\n")
        raise typer.Exit(2) from error
    said = "Released" if release else "As released"
    sys.stdout.write(f"{said}: {', '.join(names) or 'nothing new'}\n")


if __name__ == "__main__":
    typer.run(main)
