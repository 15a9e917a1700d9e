"""Does the scenario library notice when a rule is wrong? Each mutant of the rules must be killed.

    python bench/mutants.py [--only NAME | --rules B] [--json]

`mutants.yaml` beside this page names small wrongs: a text that stands once in a file, and what
stands there instead. Each is put into a copy of the checkout. A mutant of the models is deployed
into a copy of a database that holds the library's facts, judged already, and everything is judged
again; a mutant of the Python rules, or of money, loads the library in a process of its own (steps
and invoices follow from each other, so they are done anew; a mutant of money asks billing only).
It is killed if a scenario that passes without it fails with it; scenarios that cover its rule are
asked first, and after SHOWN the rest is not asked. Exit code 1: one survives; 2: a text is gone,
or does not run.

A mutant belongs to `mutants.yaml` when an engine might really have its wrong; when nothing kills
it, the missing scenario belongs to `policies/scenarios/sla/`.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import psycopg
import yaml
from dbt.cli.main import dbtRunner
from psycopg import sql

from e2a.cli.scenario import files, read_scenarios
from e2a.domain.scenarios import Written
from e2a.scenarios.loading import all_recorded_at, load_all
from e2a.scenarios.questions import Asked
from e2a.warehouse import scope
from e2a.warehouse.bootstrap import bootstrap
from e2a.warehouse.connection import Role, Warehouse, locate
from e2a.warehouse.migrate import upgrade
from e2a.warehouse.prepare import prepare

ROOT = Path(__file__).parents[1]
COPIED = ("e2a", "dbt_project", "policies", "bench")
MUTANTS = Path(__file__).with_suffix(".yaml")
EMPTY, LOADED, MUTATED = "e2a_mutants_empty", "e2a_mutants_loaded", "e2a_mutants"
NO_OUTPUT = shutil.ignore_patterns("target", "logs", "__pycache__")
SHOWN = 3
CONSTRAINT = "the database refuses"


@dataclass(frozen=True, slots=True)
class Mutant:
    """A wrong: a text that stands exactly once in a file, and what it becomes."""

    name: str
    rule: str
    file: str
    text: str
    becomes: str

    def put_into(self, text: str) -> str:
        """The file's text with the wrong in it; how lines are broken does not matter."""
        words = r"\s+".join(re.escape(word) for word in self.text.split())
        mutated, times = re.subn(words, lambda _: self.becomes.strip(), text)
        if times != 1:
            raise SpoiltError(
                f"{self.name}: its text stands {times} times in {self.file}, not once"
            )
        return mutated


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a mutant: the first scenarios that notice it."""

    mutant: str
    rule: str
    killed_by: list[str]
    seconds: float


class SpoiltError(Exception):
    """The bench itself is wrong: a text is gone, or a mutant does not deploy or load."""


def mutants(only: str | None) -> list[Mutant]:
    """The table, whole or one of it; every text is looked for before anything runs."""
    found = [Mutant(**row) for row in yaml.safe_load(MUTANTS.read_text())]
    for mutant in found:
        mutant.put_into((ROOT / mutant.file).read_text())
    chosen = [mutant for mutant in found if only in (None, mutant.name)]
    if not chosen or len({mutant.name for mutant in found}) < len(found):
        raise SpoiltError(f"no mutant is called {only}, or two are called alike")
    return chosen


class Bench:
    """A copy of the checkout, and databases with its models: one empty, one with the library."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.copy = folder, folder / "checkout"
        for name in COPIED:
            shutil.copytree(ROOT / name, self.copy / name, ignore=NO_OUTPUT)
        self.warehouse = replace(prepare(say), database=MUTATED)
        self.scenarios = library()

    def build(self) -> None:
        """Deploy the models, load the library, and leave out what fails without any mutant."""
        self.clear()
        bootstrap(self.warehouse)
        upgrade(self.warehouse)
        self._dbt()
        shutil.copytree(self.folder / "target", self.folder / "state")
        self._admin("alter database {} rename to {}", MUTATED, EMPTY)
        self._admin("create database {} owner e2a_owner template {}", MUTATED, EMPTY)
        with _connection(self.warehouse) as connection:
            load_all(connection, self.scenarios)
            failing = set(failures(connection, self.scenarios, len(self.scenarios)))
            scope.fill(connection)
            scope.refresh_models(connection)  # of nothing: what a pass works on is empty again
        self._admin("alter database {} rename to {}", MUTATED, LOADED)
        for name in sorted(failing):
            say(f"not as expected without any mutant, and so not counted: {name}")
        self.scenarios = [w for w in self.scenarios if w.scenario.scenario not in failing]

    def judge(self, mutant: Mutant) -> Verdict:
        """Put the wrong in, judge the library, take it out again."""
        started, path = time.monotonic(), self.copy / mutant.file
        right = path.read_text()
        path.write_text(mutant.put_into(right))
        is_model, is_money = mutant.file.startswith("dbt_project/"), mutant.rule.startswith("B")
        judged = self._models if is_model and not is_money else self._afresh
        try:
            killed_by = judged(mutant)
        finally:
            path.write_text(right)
        return Verdict(mutant.name, mutant.rule, killed_by, round(time.monotonic() - started, 1))

    def _models(self, mutant: Mutant) -> list[str]:
        self._admin("drop database if exists {} with (force)", MUTATED)
        self._admin("create database {} owner e2a_owner template {}", MUTATED, LOADED)
        self._deploy_changed()
        with _connection(self.warehouse) as connection:
            try:
                with connection.transaction():
                    scope.fill(connection, everything=True)
                    scope.refresh_models(connection)
            except psycopg.Error as error:
                return [f"the pass itself: {str(error).splitlines()[0]}"]
            return failures(connection, _by_rule(self.scenarios, mutant.rule), SHOWN)

    def _deploy_changed(self) -> None:
        with scope.claimed(self.warehouse):  # nothing is touched: dbt deploys, and judges nothing
            self._dbt("--select", "state:modified+", "--state", str(self.folder / "state"))

    def _afresh(self, mutant: Mutant) -> list[str]:
        self._admin("drop database if exists {} with (force)", MUTATED)
        self._admin("create database {} owner e2a_owner template {}", MUTATED, EMPTY)
        if mutant.file.startswith("dbt_project/"):
            self._deploy_changed()
        environment = {
            **os.environ, "PYTHONPATH": str(self.copy), "PYTHONDONTWRITEBYTECODE": "1",
            "E2A_HOME": str(self.warehouse.home),
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, str(self.copy / "bench" / "mutants.py"), "--inside", mutant.rule],
            cwd=self.copy, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise SpoiltError(f"{mutant.name}: the library did not load\n{done.stderr[-2000:]}")
        counted = {written.scenario.scenario for written in self.scenarios}
        found = json.loads(done.stdout)
        return [name for name in found if name in counted or name.startswith(CONSTRAINT)][:SHOWN]

    def _dbt(self, *select: str) -> None:
        os.environ.update(self.warehouse.environment())
        project, target = str(self.copy / "dbt_project"), str(self.folder / "target")
        with redirect_stdout(sys.stderr):
            done = dbtRunner().invoke([
                "run", "--quiet", *select, "--project-dir", project, "--profiles-dir", project,
                "--target-path", target, "--log-path", target,
            ])  # fmt: skip
        if not done.success:
            raise SpoiltError(
                f"dbt run {' '.join(select)} failed: {done.exception or _said(done.result)}"
            )

    def clear(self) -> None:
        """Drop the databases."""
        for name in (EMPTY, LOADED, MUTATED):
            self._admin("drop database if exists {} with (force)", name)

    def _admin(self, statement: str, *names: str) -> None:
        with self.warehouse.connect(Role.ADMIN, autocommit=True) as admin:
            admin.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
        if statement.startswith("create"):
            bootstrap(self.warehouse)  # a copy takes the tables over, but not the rights to connect


def _said(result: object) -> str:
    return "; ".join(str(one.message) for one in result.results if one.status == "error")


def library() -> list[Written]:
    """Every scenario of the checkout that this process runs in."""
    return read_scenarios(files([str(ROOT / "policies" / "scenarios")]))


def failures(connection: psycopg.Connection, scenarios: Sequence[Written], most: int) -> list[str]:
    """The first scenarios that fail, by name."""
    found: list[str] = []
    for written in scenarios:
        last = all_recorded_at(written)
        questions = written.scenario.questions
        if any(Asked(connection, written, asked, last).differences() for asked in questions):
            found.append(written.scenario.scenario)
            if len(found) == most:
                break
    return found


def _by_rule(scenarios: Sequence[Written], rule: str) -> list[Written]:
    return sorted(scenarios, key=lambda written: rule not in written.scenario.covers)


def _connection(warehouse: Warehouse) -> psycopg.Connection:
    return warehouse.connect(Role.APP, autocommit=True)


def inside(rule: str) -> None:
    """A mutant on its own copy: the names of the scenarios that fail (of money: that bill)."""
    scenarios = _by_rule(library(), rule)
    if rule.startswith("B"):
        scenarios = [written for written in scenarios if written.scenario.bills]
    with _connection(replace(locate(), database=MUTATED)) as connection:
        try:
            load_all(connection, scenarios)
        except psycopg.Error as error:
            print(json.dumps([f"{CONSTRAINT}: {str(error).splitlines()[0]}"]))
        else:
            print(json.dumps(failures(connection, scenarios, len(scenarios))))


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def judged(chosen: Sequence[Mutant], folder: Path) -> list[Verdict]:
    bench, verdicts = Bench(folder), []
    try:
        say(f"{len(chosen)} mutants; building the models once")
        bench.build()
        for mutant in chosen:
            verdicts.append(bench.judge(mutant))
            say(f"{mutant.name}: {', '.join(verdicts[-1].killed_by) or 'SURVIVES'}")
    finally:
        bench.clear()
    return verdicts


def report(verdicts: Sequence[Verdict]) -> None:
    for one in verdicts:
        by = ", ".join(one.killed_by) or "SURVIVES"
        print(f"{one.mutant:42} {one.rule:4} {one.seconds:5.1f} s  {by}")
    killed = sum(bool(one.killed_by) for one in verdicts)
    seconds = sum(one.seconds for one in verdicts)
    print(f"{killed} of {len(verdicts)} mutants killed in {seconds:.0f} s")


def main() -> int:
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--only", metavar="NAME", help="one mutant of mutants.yaml")
    parser.add_argument("--rules", metavar="LETTERS", default="", help="B is money, C the clock")
    parser.add_argument("--json", action="store_true", help="verdicts for machines")
    parser.add_argument("--inside", metavar="RULE", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.inside:
        inside(given.inside)
        return 0
    with tempfile.TemporaryDirectory(prefix="e2a-mutants-") as folder:
        try:
            chosen = [m for m in mutants(given.only) if m.rule.startswith(given.rules)]
            verdicts = judged(chosen, Path(folder))
        except SpoiltError as error:
            say(str(error))
            return 2
    if given.json:
        print(json.dumps([asdict(verdict) for verdict in verdicts]))
    else:
        report(verdicts)
    return 0 if all(verdict.killed_by for verdict in verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
