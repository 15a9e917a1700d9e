"""`e2a policy lint --ai` and `e2a policy tests`: a model's review, and tests made from a policy."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from e2a.cli.console import JsonOption, many, now, out, print_json, say
from e2a.cli.policy_files import read_text, subjects
from e2a.domain.errors import BadInputError
from e2a.domain.lint import Finding, Severity, Subject, lint
from e2a.domain.policy_text import FILES
from e2a.review.asking import LONGEST_PROSE
from e2a.review.generating.made import make, make_money
from e2a.review.given import documents_of, text_of
from e2a.review.keeping import chosen, keep
from e2a.review.opening import asking, has_key
from e2a.review.review import Became, Review, review
from e2a.review.score import Score, Suite, score
from e2a.review.trial import Engine
from e2a.warehouse.connection import locate
from e2a.warehouse.prepare import prepare

ProseOption = Annotated[
    Path | None,
    typer.Option(help="With --ai: the contract in words, compared with the policy."),
]


FreezeOption = Annotated[
    Path | None,
    typer.Option(help="With --ai: a folder in which proposed tests are kept as scenarios."),
]
KeepOption = Annotated[
    list[int] | None,
    typer.Option(help="With --freeze: the number of a test to keep; default: all that agreed."),
]


@dataclass(frozen=True, slots=True)
class Keeping:
    """Which proposed tests a person keeps, and where; without a folder, none."""

    folder: Path | None = None
    numbers: Sequence[int] = ()


def reviews(
    several: Sequence[tuple[Subject, Sequence[Finding]]],
    prose: Path | None,
    keeping: Keeping = Keeping(),
) -> list[tuple[str, Review]]:
    """Each whole policy as a model sees it, by tenant; without a key, only why there is nothing.

    Raises:
        BadInputError: the prose cannot be used, or a test that is to be kept is none.
    """
    words = _prose(prose)
    whole = [(s, known) for s, known in several if set(s.files) >= set(FILES)]
    if not whole:
        raise BadInputError(
            "--ai reviews a tenant's whole policy, and this is one file by itself",
            "Name the tenant's folder, or add --tenant",
        )
    if keeping.numbers and len(whole) != 1:
        raise BadInputError("--keep takes numbers of one tenant's tests", "Name its folder")
    engine = Engine.beside(prepare(say), say) if has_key() else None
    with asking(locate) as asks:
        told = [
            (subject.folder, review(asks, subject, known, prose=words, engine=engine))
            for subject, known in whole
        ]
    if keeping.folder is not None and engine is not None:
        for tenant, one in told:
            _freeze(tenant, one, engine, keeping.folder, keeping.numbers)
    return told


def _freeze(
    tenant: str, told: Review, engine: Engine, folder: Path, numbers: Sequence[int]
) -> None:
    for file in keep(chosen(told, numbers), told, engine, folder, tenant):
        say(f"{tenant}: {file.became}: {file.path}")


def _prose(path: Path | None) -> str:
    if path is None:
        return ""
    if not path.is_file():
        raise BadInputError(f"There is no {path}", "Name the contract's text for --prose")
    text = read_text(path)
    if len(text) > LONGEST_PROSE:
        raise BadInputError(
            f"{path} is longer than {LONGEST_PROSE:,} characters",
            "Give the part of the contract that speaks of service levels and prices",
        )
    return text


def show(tenant: str, told: Review) -> None:
    """A review for people: what a model says of a tenant, and how much of it did not hold."""
    if told.reason:
        say(f"{tenant}: no model looked ({told.reason}). {told.detail}".rstrip(". ") + ".")
        return
    for finding in told.findings:
        out.print(str(finding), markup=False)
    if told.summary:
        say(f"{tenant}: {told.summary}")
    dropped = sum(told.dropped.values())
    reasons = ", ".join(f"{count} {reason}" for reason, count in told.dropped.items())
    why = f" ({reasons})" if dropped else ""
    say(f"{tenant}: {told.model} made {many(len(told.findings), 'remark')}; {dropped} dropped{why}")
    counts = {became: sum(t.became is became for t in told.tests) for became in Became}
    tried = ", ".join(f"{count} {became.value}" for became, count in counts.items() if count)
    say(f"{tenant}: {many(len(told.tests), 'proposed test')}" + (f": {tried}" if tried else ""))
    for number, test in enumerate(told.tests, start=1):
        out.print(f"  {number} {test.became}  {test.title}: {test.because}", markup=False)


def print_tests(
    tenant: Annotated[Path, typer.Argument(help="A tenant's folder of policies.")],
    with_score: Annotated[
        bool, typer.Option("--score", help="Put small wrongs into the policy: who notices?")
    ] = False,
    ai: Annotated[
        bool, typer.Option("--ai", help="With --score: also with the tests a model proposes.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Print tests made from a policy's thresholds and prices, the engine's answers frozen in them.

    Keep the output in policies/scenarios: `e2a scenario run` then tells when an answer changes.

    Example: e2a policy tests policies/demo-3pl > policies/scenarios/demo-3pl.yaml
    """
    if ai and not with_score:
        raise BadInputError("--ai goes with --score", "Give both, or `e2a policy lint --ai`")
    subject, known = _one(tenant, now().date())
    engine = Engine.beside(prepare(say), say)
    documents = documents_of(subject)
    made = Suite(
        *(
            [frozen.scenario for frozen in several(engine, documents, now().date())]
            for several in (make, make_money)
        )
    )
    if not with_score:
        scenarios = [*made.clocks, *made.money]
        print_json(scenarios) if json else out.out(text_of(scenarios), end="")
        return
    alone, both = _scores(engine, documents, made, reviews([(subject, known)], None) if ai else [])
    if json:
        print_json({"alone": alone.document(), "with_ai": both.document() if both else None})
        return
    _show("tests made from thresholds", alone)
    if both:
        _show("with the tests of a model", both)


def _scores(
    engine: Engine,
    documents: dict[str, Any],
    made: Suite,
    told: Sequence[tuple[str, Review]],
) -> tuple[Score, Score | None]:
    alone = score(engine, documents, made)
    if not told:
        return alone, None
    good = [test for _, one in told for test in one.tests if test.became is Became.AGREED]
    proposed = [test.scenario for test in good if test.scenario]
    money = [one for one in proposed if "rate_cards" in one]
    return alone, alone | score(engine, documents, Suite(proposed, money))


def _one(tenant: Path, today: date) -> tuple[Subject, list[Finding]]:
    found = [subject for _, subject in subjects(tenant, today)]
    if len(found) != 1 or not set(found[0].files) >= set(FILES):
        raise BadInputError(f"{tenant} is not one tenant's folder", "Name one tenant's folder")
    known = lint(found[0])
    broken = next((f for f in known if f.severity is Severity.ERROR), None)
    if broken:
        raise BadInputError(f"The policy has errors: {broken}", "Mend it: e2a policy lint")
    return found[0], known


def _show(words: str, told: Score) -> None:
    tried = len(told.killed) + len(told.alive)
    out.print(f"{words}: {len(told.killed)} of {tried} wrongs noticed ({told.rate:.0%})")
    for name in told.alive:
        out.print(f"  not noticed  {name}", markup=False)
    if told.untried:
        say(f"{many(len(told.untried), 'wrong')} of rate cards not tried: no test asks of money")
