"""L04, L05, L22: numbers that cannot be meant. Add a bound here when a policy gets a new number."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise, permutations

from e2a.domain.lint.findings import Remark, Severity
from e2a.domain.lint.nodes import Node
from e2a.domain.lint.promises import promises_of
from e2a.domain.lint.subject import Subject

DAYS = 60
"""No warehouse promises more than two months; a larger number is a wrong unit or a slip."""

LEAST = {"by_close_of_day": Decimal(0)}
"""Numbers that may be zero: the same working day. All others must be above it."""
MOST = {
    "within_minutes": Decimal(DAYS * 24 * 60),
    "by_close_of_day": Decimal(DAYS),
    "carrier_days": Decimal(DAYS),
    "factor": Decimal(10),
}
"""More is questionable; six times as much, about a year, is an error."""
_UNITS = ("_seconds", "_minutes", "_hours", "_days")


def absurd_thresholds(subject: Subject) -> Iterator[Remark]:
    """A target of zero or less can never be kept and one of more than 60 days is never tested.

    The same goes for a stage that may take longer than the promise that contains it, such as a
    pick of 10 hours within a hand-over of 8.
    """
    for node in subject.sla.below():
        yield from _bounds(node)
    for entry in subject.entries:
        for outer, inner in permutations(promises_of(entry), 2):
            if outer.kind == inner.kind == "within_minutes" and outer.contains(inner):
                allowed, wanted = outer.target, inner.target
                if allowed and wanted and 0 < allowed < wanted <= MOST["within_minutes"]:
                    yield Remark(
                        inner.node["within_minutes"],
                        f"{inner.stage} may take {wanted} minutes, but lies within {outer.stage}, "
                        f"which allows {allowed}",
                        f"Lower it to at most {allowed}, or give {outer.stage} more",
                        Severity.WARNING,
                    )


def _bounds(node: Node) -> Iterator[Remark]:
    key, value = str(node.key), node.number
    if value is None or not (key in MOST or key.endswith(_UNITS)):
        return
    if value < LEAST.get(key, Decimal(0)) or (value == 0 and key not in LEAST):
        yield Remark(
            node,
            f"{key} is {value}, a target that no order can keep",
            f"Give a number {'of at least' if key in LEAST else 'above'} 0",
        )
    elif value > MOST.get(key, value):
        yield Remark(
            node,
            f"{key} is {value}, more than {MOST[key]}",
            "Check the unit that the key names",
            Severity.WARNING if value <= 6 * MOST[key] else None,
        )
    elif key == "factor" and value < 1:
        yield Remark(
            node,
            f"factor {value} makes the watch speak before the promise that it watches is due",
            "Give a factor of 1 or more",
            Severity.WARNING,
        )


def levels(subject: Subject) -> Iterator[tuple[Node, list[Node]]]:
    """Each policy's at-risk levels with the node that holds them."""
    for entry in subject.entries:
        node = entry.node["at_risk"]
        yield node, list(node) if node.kind == "list" else [node]


def unordered_ladder(subject: Subject) -> Iterator[Remark]:
    """At-risk levels are a ladder: each must be higher than the one before it.

    A level that repeats or falls back would be announced at the same time as, or before, a lower
    rung.
    """
    for _, rungs in levels(subject):
        for below, above in pairwise(rungs):
            was, level = below.number, above.number
            if was is not None and level is not None and level <= was:
                yield Remark(
                    above,
                    f"at-risk level {level} does not rise above {was}",
                    "List the levels in ascending order, each once",
                )


def level_outside_range(subject: Subject) -> Iterator[Remark]:
    """An at-risk level is a share of the target: above 0, at most 1 (C14).

    80 would never be reached, and 0 would put every order at risk the moment it arrives.
    """
    for _, rungs in levels(subject):
        for rung in rungs:
            value = rung.number
            if value is not None and not 0 < value <= 1:
                percent = value / 100
                hint = f"Write {percent}" if 1 < value <= 100 else "Give a share such as 0.80"
                yield Remark(rung, f"at-risk level {value} is not above 0 and at most 1", hint)
