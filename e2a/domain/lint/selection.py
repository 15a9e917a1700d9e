"""L08-L11, L14: which policy wins for an order, and whether each can.

The engine chooses a policy a stage: of those that select the order and are in force when the clock
starts, by precedence, then by what they name (site, service level, channel), then by the later
valid_from. These rules read the same order of preference off the text.
"""

from collections.abc import Iterator
from itertools import combinations

from e2a.domain.lint.cards import same_beginning
from e2a.domain.lint.findings import Remark, Severity
from e2a.domain.lint.subject import SELECTORS, Entry, Subject

_NOT_THE_RESULT = {"policy", "valid_from", "precedence", *SELECTORS}


def shadowed(subject: Subject) -> Iterator[Remark]:
    """A policy that never wins promises nothing.

    It is in force no earlier than a policy of higher precedence that selects all of its orders and
    promises the same stages.
    """
    for entry in subject.entries:
        hidden = {
            stage: other
            for other in subject.entries
            if other.rank > entry.rank and other.selects_all_of(entry) and _since(other, entry)
            for stage in set(other.stages) & set(entry.stages)
        }
        if hidden and set(hidden) == set(entry.stages):
            other = next(iter(hidden.values()))
            yield Remark(
                entry.node,
                f"{entry} never wins: {other} on line {other.node.mark.line} selects all its "
                "orders, has a higher precedence and is in force before it",
                "Raise its precedence, narrow the other policy, or remove it",
            )
            continue
        for stage, other in hidden.items():
            yield Remark(
                entry.stages[stage],
                f"{stage} of {entry} never wins: {other} on line {other.node.mark.line} has a "
                "higher precedence and promises it too",
                "Remove this stage, or raise the precedence of its policy",
                Severity.WARNING,
                on_key=True,
            )


def _since(earlier: Entry, later: Entry) -> bool:
    return bool(earlier.since and later.since and earlier.since <= later.since)


def duplicated(subject: Subject) -> Iterator[Remark]:
    """A policy that says what another one says already is noise.

    Either it has the same selectors and valid_from, or it is a new version that changes nothing.
    """
    for first, second in versions(subject):
        if _result(first) == _result(second):
            yield Remark(
                second.node,
                f"{second} says the same as {first} on line {first.node.mark.line}",
                "Remove one of the two",
                None if first.since == second.since else Severity.WARNING,
            )


def contradicting(subject: Subject) -> Iterator[Remark]:
    """Two policies with the same selectors, precedence and valid_from must not differ.

    Nothing but chance would decide which one judges an order. Nor may two rate cards begin at one
    instant.
    """
    yield from same_beginning(subject)
    for first, second in versions(subject):
        common = set(first.stages) & set(second.stages)
        if first.since == second.since and common and _result(first) != _result(second):
            yield Remark(
                second.node,
                f"{second} contradicts the policy on line {first.node.mark.line}: same selectors, "
                f"same valid_from, another result for {', '.join(sorted(map(str, common)))}",
                "Give one of them a later valid_from, another precedence or a selector",
            )


def versions(subject: Subject) -> Iterator[tuple[Entry, Entry]]:
    """Neighbouring versions of one policy, earlier first; those of one instant all with another."""
    for first, second in combinations(subject.entries, 2):
        if first.selectors != second.selectors or first.rank != second.rank:
            continue
        if first.since and second.since:
            early, late = sorted((first, second), key=_instant)
            if not any(_between(early, other, late) for other in subject.entries):
                yield early, late


def _instant(entry: Entry) -> float:
    return entry.since.timestamp() if entry.since else 0.0


def _between(early: Entry, other: Entry, late: Entry) -> bool:
    same = other.selectors == early.selectors and other.rank == early.rank
    return same and _instant(early) < _instant(other) < _instant(late)


def _result(entry: Entry) -> object:
    content = entry.node.plain()
    assert isinstance(content, dict)
    return {key: value for key, value in content.items() if key not in _NOT_THE_RESULT}


def no_default(subject: Subject) -> Iterator[Remark]:
    """Without a policy that selects every order, what no policy selects has no promise.

    Such an order never shows up: not as late, not as open. Policies that select by site alone and
    name every site together count as a default.
    """
    entries = subject.entries
    if not entries or any(entry.selectors == (None, None, None) for entry in entries):
        return
    covered = {entry.selectors[0] for entry in entries if entry.selectors[1:] == (None, None)}
    if not subject.sites or not set(subject.sites) <= covered:
        yield Remark(
            entries[0].node,
            "every policy of this tenant has selectors: other orders have no promise at all",
            "Add a policy without site, service_level and channel",
            Severity.WARNING,
        )


def ranges(subject: Subject) -> Iterator[Remark]:
    """Policies follow each other without holes and without leftovers.

    A default that comes into force after another policy leaves a hole before it. A new version
    that omits a stage does not end it: the older version of that stage stays in force beside it.
    """
    yield from _hole(subject)
    for early, late in versions(subject):
        leftover = sorted(str(stage) for stage in set(early.stages) - set(late.stages))
        if leftover and late.stages and early.since != late.since:
            yield Remark(
                late.node["stages"],
                f"{', '.join(leftover)} of the version on line {early.node.mark.line} "
                f"{'stays' if len(leftover) == 1 else 'stay'} in force: {late} does not replace it",
                "Repeat the stage here if it is still promised",
                Severity.WARNING,
                on_key=True,
            )


def _hole(subject: Subject) -> Iterator[Remark]:
    dated = [entry for entry in subject.entries if entry.since]
    defaults = [entry for entry in dated if entry.selectors == (None, None, None)]
    if not defaults:
        return
    start, first = min(defaults, key=_instant), min(dated, key=_instant)
    if _instant(first) < _instant(start):
        yield Remark(
            start.node["valid_from"],
            f"{first} on line {first.node.mark.line} is in force before this default: until then "
            "other orders have no promise",
            "Let the default start no later than the others",
            Severity.WARNING,
        )
