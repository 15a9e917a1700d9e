"""`python -m evals`: the evaluation, over a database of its own; exit code 1 if a gate fails."""

import os
import sys
import tempfile
from typing import Annotated

import orjson
import typer

from e2a.warehouse import cluster
from e2a.warehouse.connection import home
from e2a.warehouse.prepare import prepare
from evals import mutation, report
from evals.cases import load, tenth
from evals.making.answers import MODELS
from evals.making.reviews import REVIEWERS
from evals.reviewing import reviewed
from evals.running import evaluate


def main(
    json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
    quick: Annotated[
        bool, typer.Option(help="A tenth of the cases, and no wrongs put into policies.")
    ] = False,
    model: Annotated[list[str] | None, typer.Option(help="Only this scripted model.")] = None,
) -> None:
    """Evaluate narratives and policy reviews without a judge model.

    Exit code 1: an accepted narrative was ungrounded, leaked, promised or obeyed, or something
    personal was sent. 2: called wrongly.

    Example: python -m evals --quick --model hallucinating
    """
    models = tuple(model or MODELS)
    if unknown := set(models) - set(MODELS):
        raise typer.BadParameter(f"{', '.join(unknown)}: known are {', '.join(MODELS)}")
    cases = tenth(load()) if quick else load()
    with tempfile.TemporaryDirectory(prefix="e2a-", ignore_cleanup_errors=True) as folder:
        os.environ["E2A_HOME"] = folder
        for name in ("E2A_DATABASE_URL", "E2A_DATABASE", "E2A_PG_PORT"):
            os.environ.pop(name, None)
        warehouse = prepare(lambda line: None)
        try:
            told = evaluate(warehouse, models, cases)
            told["reviews"] = reviewed(warehouse, REVIEWERS)
            told["mutation"] = {} if quick else mutation.scores(warehouse, _tell)
        finally:
            cluster.stop(home())
    told["failed"] = report.failed(told)
    sys.stdout.write(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode() if json
                     else report.text(told))  # fmt: skip
    sys.stdout.write("\n")
    if told["failed"]:
        raise typer.Exit(1)


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    typer.run(main)
