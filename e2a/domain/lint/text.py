"""L01, L02: the file is YAML, and it says only what a policy can say.

L02 asks the types of `e2a.domain.policies` themselves, so that nothing the loader refuses passes
here. What a more telling rule reported at the same place is left to that rule.
"""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from functools import cache
from typing import Annotated, Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from e2a.domain.lint.findings import Remark
from e2a.domain.lint.nodes import Key, Node
from e2a.domain.lint.subject import Subject
from e2a.domain.policies import Policies
from e2a.domain.policies.folder import disagreements
from e2a.domain.policy_text import FILES


def unparsable(subject: Subject) -> Iterator[Remark]:
    """A file must be plain YAML: it parses, no key stands twice, nothing is anchored or aliased.

    Of two equal keys YAML silently keeps the last; an alias makes one line mean several places.
    """
    return (Remark(flaw.node, flaw.problem, flaw.fix) for flaw in subject.flaws)


def against_schema(subject: Subject, said: Sequence[Remark] = ()) -> Iterator[Remark]:
    """Every key is known and every value has its type; an unknown key names its nearest neighbour.

    The types are those that the loader uses: what passes here is accepted there.
    """
    yield from _missing(subject)
    refused = False
    for stem, node in subject.files.items():
        for problem in _problems(stem, node):
            refused = True
            if not any(_concerns(problem.node, remark) for remark in said):
                yield problem
    if not refused and not said and set(subject.files) >= set(FILES):
        yield from _as_a_whole(subject)


def _missing(subject: Subject) -> Iterator[Remark]:
    place = next((node.file.rpartition("/")[0] for node in subject.files.values()), "")
    if subject.folder:
        for stem in sorted(set(FILES) - set(subject.files)):
            node = Node(f"{place or subject.folder}/{stem}.yaml")
            yield Remark(node, f"{stem}.yaml is missing", "A tenant's folder has all three files")


def _concerns(node: Node, remark: Remark) -> bool:
    ours, theirs = node.path, remark.node.path
    shorter = min(len(ours), len(theirs))
    return node.file == remark.node.file and ours[:shorter] == theirs[:shorter]


def _problems(stem: str, root: Node) -> Iterator[Remark]:
    field = Policies.model_fields[stem]
    if stem == "rates" and root.plain() == []:
        yield Remark(root, "there is no rate card", "Give it at least one")
    adapter: TypeAdapter[Any] = TypeAdapter(Annotated[field.annotation, field])  # type: ignore[arg-type]
    try:
        adapter.validate_python(root.plain())
    except ValidationError as error:
        details = error.errors(include_url=False)
        unknown = {(d["loc"][:-1], _near(str(d["loc"][-1]))) for d in details if _is_unknown(d)}
        seen = set()
        for detail in details:
            *parent, last = detail["loc"] or ("",)
            if detail["type"] == "missing" and (tuple(parent), str(last)) in unknown:
                continue  # misspelt: the unknown key says so
            remark = _remark(root, detail)
            if remark.node.path not in seen:
                seen.add(remark.node.path)
                yield remark


def _is_unknown(detail: ErrorDetails) -> bool:
    return detail["type"] == "extra_forbidden"


def _as_a_whole(subject: Subject) -> Iterator[Remark]:
    """What only the three files together can contradict."""
    documents = {stem: node.plain() for stem, node in subject.files.items()}
    for found in disagreements(Policies.model_validate(documents)):
        node, _ = _walk(subject.files[found.file], found.place.split("."))
        yield Remark(node, found.problem, found.fix)


def _remark(root: Node, detail: ErrorDetails) -> Remark:
    node, rest = _walk(root, detail["loc"])
    if _is_unknown(detail):
        near = _near(str(node.key))
        fix = f"Did you mean `{near}`?" if near else "Remove it; docs/policies.md lists the keys"
        return Remark(node, f"unknown key `{node.key}`", fix, on_key=True)
    if detail["type"] == "missing":
        return Remark(node, f"`{detail['loc'][-1]}` is missing", f"Add `{detail['loc'][-1]}:`")
    where = f"`{node.key}`: " if node.path else ""
    text = detail["msg"].removeprefix("Value error, ")
    return Remark(node, f"{where}{text}", "Correct it", on_key="[key]" in rest)


def _walk(root: Node, place: Sequence[Key]) -> tuple[Node, list[Key]]:
    """The node at a place; steps that are the type's own (a union's branch) lead nowhere."""
    node, rest = root, []
    for step in place:
        below = node[step] or next((n for n in node if str(n.key) == str(step)), node[step])
        if below:
            node = below
        else:
            rest.append(step)
    return node, rest


def _near(key: str) -> str | None:
    return next(iter(get_close_matches(key, sorted(_known_keys()), 1)), None)


@cache
def _known_keys() -> set[str]:
    document = Policies.model_json_schema()
    models = [document, *document.get("$defs", {}).values()]
    return {key for model in models for key in model.get("properties", {})}
