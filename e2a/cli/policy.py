"""`e2a policy`: what the policies say, what a change would flip, and history judged anew."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from e2a.cli import policy_restate, policy_review, policy_simulate
from e2a.cli.console import JsonOption, now, out, print_json, say
from e2a.cli.policy_files import shown, subjects
from e2a.domain.errors import BadInputError
from e2a.domain.lint import RULES, Finding, Severity, Subject, lint
from e2a.review.review import Review

app = typer.Typer(
    help="Policies: lint them, try a change on history, judge history anew.",
    no_args_is_help=True,
)
app.add_typer(policy_restate.app, name="restate")
app.command("simulate")(policy_simulate.simulate)
app.command("tests")(policy_review.print_tests)


@app.command("lint")
def lint_policies(
    path: Annotated[
        Path | None, typer.Argument(help="A policies folder, a tenant's, or a file; default: ours.")
    ] = None,
    tenant: Annotated[
        str | None, typer.Option(help="Read a file of any name as this tenant's.")
    ] = None,
    against: Annotated[
        Path | None, typer.Option(help="The text before the change: warns of what it loosens.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings fail too.")] = False,
    ai: Annotated[
        bool, typer.Option("--ai", help="Let a model look too; it fails nothing.")
    ] = False,
    prose: policy_review.ProseOption = None,
    freeze: policy_review.FreezeOption = None,
    keep: policy_review.KeepOption = None,
    explain: Annotated[bool, typer.Option("--list", help="Explain each rule.")] = False,
    json: JsonOption = False,
) -> None:
    """Find what is wrong with policies, each with its place and a fix; exit code 1 on errors.

    Example: e2a policy lint policies/demo-3pl/sla.yaml --strict
    """
    if explain:
        _explain(json)
        return
    if (prose or freeze) and not ai:
        raise BadInputError(f"--{'prose' if prose else 'freeze'} goes with --ai", "Give both")
    if keep and not freeze:
        raise BadInputError("--keep goes with --freeze", "Name the folder as well")
    found: list[Finding] = []
    seen: list[tuple[Subject, list[Finding]]] = []
    for one, subject in subjects(path, now().date(), tenant=tenant, against=against):
        said = lint(subject)
        seen.append((subject, said))
        found += [f for f in said if one.only is None or f.file == shown(one.only)]
    keeping = policy_review.Keeping(freeze, keep or ())
    told = policy_review.reviews(seen, prose, keeping) if ai else []
    if json:
        _print(found, told if ai else None)
    else:
        _show(found)
        for name, review in told:
            policy_review.show(name, review)
    counted = {Severity.ERROR, Severity.WARNING} if strict else {Severity.ERROR}
    if any(finding.severity in counted for finding in found):
        raise typer.Exit(1)


def _print(found: Iterable[Finding], told: Iterable[tuple[str, Review]] | None) -> None:
    findings = [asdict(finding) for finding in found]
    if told is None:
        print_json(findings)
        return
    reviews = [{"tenant": tenant, **review.document()} for tenant, review in told]
    print_json({"findings": findings, "reviews": reviews})


def _show(found: Iterable[Finding]) -> None:
    counts: Counter[str] = Counter()
    for finding in found:
        counts[finding.severity] += 1
        out.print(str(finding), markup=False)
    words = ", ".join(f"{counts[severity]} {severity.value}" for severity in Severity)
    say(words if counts else "The policies are clean.")


def _explain(json: bool) -> None:
    rules = [
        {"id": rule.id, "title": rule.title, "severity": rule.severity, "doc": rule.doc}
        for rule in RULES
    ]
    if json:
        print_json(rules)
        return
    for rule in rules:
        out.print(f"{rule['id']} {rule['title']} ({rule['severity']})\n    {rule['doc']}\n")
