"""YAML that remembers where it stands: a tree of nodes, each with its line and column.

The tree never fails: what is not there is a falsy node, and what cannot be read is a flaw beside
the tree (the L01 findings). What a value should be is for the families of rules to say.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple, Protocol, TypeAlias

import yaml

from e2a.domain.policy_text import _ExactLoader as ExactLoader

Key: TypeAlias = object
"""What a mapping is keyed by, or a position in a list."""


class _YamlMark(Protocol):
    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...


class Mark(NamedTuple):
    """A place in a file, counted from 1."""

    line: int
    column: int


START = Mark(1, 1)
_PLAIN = ("tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")


@dataclass(frozen=True, slots=True)
class Node:
    """A value and where it and its key stand; containers hold their nodes under keys or indexes."""

    file: str
    path: tuple[Key, ...] = ()
    mark: Mark = START
    key_mark: Mark = START
    scalar: object = None
    members: Mapping[Key, "Node"] = field(default_factory=dict)
    kind: str = "missing"

    def __bool__(self) -> bool:
        """Whether it was written at all."""
        return self.kind != "missing"

    def __getitem__(self, key: Key) -> "Node":
        """What stands under a key or index; a missing node stands where this one does."""
        return self.members.get(key) or Node(self.file, (*self.path, key), self.mark, self.key_mark)

    def __iter__(self) -> Iterator["Node"]:
        """The nodes directly below."""
        return iter(self.members.values())

    @property
    def key(self) -> Key:
        """The last step of the path."""
        return self.path[-1] if self.path else None

    @property
    def number(self) -> Decimal | None:
        """The value, if it is a number."""
        if isinstance(self.scalar, bool) or not isinstance(self.scalar, int | Decimal):
            return None
        value = Decimal(self.scalar)
        return value if value.is_finite() else None

    @property
    def text(self) -> str | None:
        """The value, if it is text."""
        return self.scalar if isinstance(self.scalar, str) else None

    def below(self) -> Iterator["Node"]:
        """This node and every node under it."""
        yield self
        for node in self:
            yield from node.below()

    def plain(self) -> object:
        """The value as the loader would construct it."""
        if self.kind == "mapping":
            return {key: node.plain() for key, node in self.members.items()}
        if self.kind == "list":
            return [node.plain() for node in self]
        return self.scalar


@dataclass(frozen=True, slots=True)
class Flaw:
    """What keeps a place of a file from being read."""

    node: Node
    problem: str
    fix: str


class _Loader(ExactLoader):
    """The policies' own loader, without anchors and aliases: they make one line mean two places."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        anchor = getattr(event, "anchor", None)
        if anchor:
            problem = f"the anchor or alias `{anchor}` hides what is said here; write it out"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)
        return super().compose_node(parent, index)


def read(file: str, text: str) -> tuple[Node, list[Flaw]]:
    """The tree of a file and what is wrong with it as YAML; falsy if it does not parse."""
    flaws: list[Flaw] = []
    try:
        loader = _Loader(text)
        root = loader.get_single_node()
    except yaml.YAMLError as error:
        return Node(file), [_unparsable(file, error)]
    except RecursionError:
        return Node(file), [Flaw(Node(file), "the YAML nests too deeply", "Flatten the file")]
    if root is None:
        return Node(file), flaws
    return _Reader(file, loader, flaws).node(root, (), _mark(root.start_mark)), flaws


def _unparsable(file: str, error: yaml.YAMLError) -> Flaw:
    mark = getattr(error, "problem_mark", None)
    problem = str(getattr(error, "problem", None) or str(error).splitlines()[0])
    return Flaw(Node(file, mark=_mark(mark)), f"not plain YAML: {problem}", "Correct that line")


def _mark(mark: _YamlMark | None) -> Mark:
    return Mark(mark.line + 1, mark.column + 1) if mark else START


@dataclass(slots=True)
class _Reader:
    """Turns composed YAML nodes into ours, collecting flaws."""

    file: str
    loader: ExactLoader
    flaws: list[Flaw]

    def node(self, raw: yaml.Node, path: tuple[Key, ...], key_mark: Mark) -> Node:
        place = (self.file, path, _mark(raw.start_mark), key_mark)
        if isinstance(raw, yaml.ScalarNode):
            return Node(*place, self.scalar(raw), {}, "scalar")
        if raw.tag not in _PLAIN:
            self.flaw(place[2], f"the tag `{raw.tag}` is not plain YAML", "Remove the tag")
        if isinstance(raw, yaml.MappingNode):
            return Node(*place, None, self.mapping(raw, path), "mapping")
        items: dict[Key, Node] = {
            i: self.node(v, (*path, i), _mark(v.start_mark)) for i, v in enumerate(raw.value)
        }
        return Node(*place, None, items, "list")

    def mapping(self, raw: yaml.MappingNode, path: tuple[Key, ...]) -> dict[Key, Node]:
        members: dict[Key, Node] = {}
        for raw_key, raw_value in raw.value:
            key = self.scalar(raw_key) if isinstance(raw_key, yaml.ScalarNode) else None
            mark = _mark(raw_key.start_mark)
            if key is None:
                self.flaw(mark, "a key must be one word", "Write `key: value`")
                continue
            if key in members:
                first = members[key].key_mark.line
                self.flaw(
                    mark, f"the key `{key}` stands on line {first} already", "Keep one of the two"
                )
            members[key] = self.node(raw_value, (*path, key), mark)
        return members

    def scalar(self, raw: yaml.Node) -> object:
        try:
            return self.loader.construct_object(raw)
        except (yaml.YAMLError, ValueError, OverflowError) as error:
            problem = str(getattr(error, "problem", None) or error)
            self.flaw(
                _mark(raw.start_mark), f"`{raw.value}` cannot be read: {problem}", "Correct it"
            )
            return str(raw.value)

    def flaw(self, mark: Mark, problem: str, fix: str) -> None:
        self.flaws.append(Flaw(Node(self.file, mark=mark), problem, fix))
