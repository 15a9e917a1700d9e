"""Long work that counts: a bar on a terminal, a line now and then elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

from e2a.cli.console import err, say


@contextmanager
def counting(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """Told how much is done, shows it.

    Args:
        what: the work, in a word.
        total: how much there is.
    """
    if not err.is_terminal:
        yield lambda done: say(f"{what:<10} {done:,} of {total:,}")
        return
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.update(task, completed=done)
