"""YAML to scenarios: every problem with file, line, column, the key and the nearest known one."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from e2a.domain.lint.nodes import Mark, Node, read
from e2a.domain.policies.folder import disagreements
from e2a.domain.scenarios.facts import Facts
from e2a.domain.scenarios.scenario import Scenario, contradictions
from e2a.domain.scenarios.schema import keys_at


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """What keeps a scenario from being run, and where it stands."""

    file: str
    line: int
    column: int
    words: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.words}"


@dataclass(frozen=True, slots=True)
class Written:
    """A scenario with its place in a file."""

    scenario: Scenario
    facts: Facts
    node: Node

    @property
    def file(self) -> str:
        """Where it was read from."""
        return self.node.file

    def line(self, *path: object) -> int:
        """The line on which something stands."""
        return _walk(self.node, path)[0].mark.line


def parse(file: str, text: str) -> tuple[list[Written], list[Problem]]:
    """The scenarios of a file, which holds one or a list of them, and all that is wrong with it."""
    root, flaws = read(file, text)
    found = [_problem(flaw.node, f"{flaw.problem}. {flaw.fix}") for flaw in flaws]
    if found:
        return [], found
    written: list[Written] = []
    for node in root if root.kind == "list" and root.members else (root,):
        scenario = _scenario(node, found)
        if scenario is not None:
            written.append(scenario)
    return written, sorted(found)


def _scenario(node: Node, found: list[Problem]) -> Written | None:
    if node.kind != "mapping":
        found.append(_problem(node, "a scenario begins with `scenario: its id`"))
        return None
    try:
        scenario = Scenario.model_validate(node.plain())
    except ValidationError as error:
        found += _of_types(node, error)
        return None
    facts = Facts(scenario)
    problems = [*_beyond_types(scenario, facts)]
    found += [_problem(_walk(node, path)[0], words) for path, words in problems]
    return None if problems else Written(scenario, facts, node)


def _beyond_types(scenario: Scenario, facts: Facts) -> Iterator[tuple[Sequence[object], str]]:
    names = list(contradictions(scenario))
    yield from names
    for name, keys in scenario.all_tenants.items():
        at = ("tenants", name) if scenario.tenants else ()
        try:
            policies = keys.all_policies(name)
        except ValidationError as error:
            yield (*at, "sites"), _words(error.errors(include_url=False)[0])
            continue
        for found in disagreements(policies):
            number, *rest = found.place.split(".")
            yield (*at, "policies", int(number), *rest), f"{found.problem}. {found.fix}"
    if not names:
        yield from facts.unresolved()


def _of_types(node: Node, error: ValidationError) -> Iterator[Problem]:
    details = error.errors(include_url=False)
    unknown = [d["loc"] for d in details if d["type"] == "extra_forbidden"]
    meant = {(*loc[:-1], _near(loc)) for loc in unknown}
    seen = set()
    for detail in details:
        if detail["type"] == "missing" and detail["loc"] in meant:
            continue  # misspelt: the unknown key says so
        problem = _of_type(node, detail)
        if problem not in seen:
            seen.add(problem)
            yield problem


def _of_type(root: Node, detail: ErrorDetails) -> Problem:
    node, is_whole = _walk(root, detail["loc"])
    if detail["type"] == "extra_forbidden":
        near = _near(detail["loc"])
        known = ", ".join(sorted(keys_at(detail["loc"][:-1])))
        hint = f"Did you mean `{near}`?" if near else f"Known here: {known}"
        return _problem(node, f"unknown key `{node.key}`. {hint}", on_key=True)
    where = f"`{node.key}`: " if node.path and is_whole and isinstance(node.key, str) else ""
    return _problem(node, where + _words(detail))


def _words(detail: ErrorDetails) -> str:
    if detail["type"] == "missing":
        return f"`{detail['loc'][-1]}` is missing"
    if detail["type"] in ("enum", "literal_error"):
        known = re.findall(r"'([^']+)'", str(detail["ctx"]["expected"]))
        near = get_close_matches(str(detail["input"]), known, 1)
        hint = f"Did you mean `{near[0]}`?" if near else f"Known are {', '.join(known)}"
        return f"{detail['input']} is not known. {hint}"
    return _SHAPES.get(detail["type"]) or detail["msg"].removeprefix("Value error, ")


_SHAPES = {
    "tuple_type": "write a list: `[..., ...]`, or a line with `-` for each",
    "model_type": "write keys and values: `{key: value}`",
    "dict_type": "write keys and values: `{key: value}`",
    "string_type": "write text",
}


def _problem(node: Node, words: str, on_key: bool = False) -> Problem:
    mark: Mark = node.key_mark if on_key else node.mark
    return Problem(node.file, mark.line, mark.column, words)


def _walk(root: Node, path: Sequence[object]) -> tuple[Node, bool]:
    """The node at a place, and whether the whole path was there.

    Steps that are the type's own, such as the kind of a question, lead nowhere.
    """
    node, is_whole = root, True
    for step in path:
        below = node[step] or next((n for n in node if str(n.key) == str(step)), None)
        node, is_whole = (below, True) if below else (node, False)
    return node, is_whole


def _near(path: Sequence[str | int]) -> str | None:
    """The key at a place that is most like the last step of the path."""
    *place, key = path
    return next(iter(get_close_matches(str(key), sorted(keys_at(place)), 1)), None)
