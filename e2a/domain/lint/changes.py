"""L23: what a new version of a policy forgives that the version before it did not."""

from collections.abc import Iterator
from decimal import Decimal

from e2a.domain.lint.findings import Remark, Severity
from e2a.domain.lint.nodes import Node
from e2a.domain.lint.promises import Written, promises_of
from e2a.domain.lint.selection import versions
from e2a.domain.lint.subject import Entry, Subject


def loosened(subject: Subject) -> Iterator[Remark]:
    """A new version that is easier to keep should be meant.

    A larger target, an earlier cut-off, a later warning or one more pausing reason are reported
    against the version before it in the file, and as a warning against the files of `--against`.
    """
    for early, late in versions(subject):
        if early.since != late.since:
            yield from _looser(early, late, Severity.INFO)
    for entry in subject.former.entries if subject.former else ():
        for now in subject.entries:
            if (now.selectors, now.since) == (entry.selectors, entry.since):
                yield from _looser(entry, now, Severity.WARNING)


def _looser(early: Entry, late: Entry, severity: Severity) -> Iterator[Remark]:
    before = {promise.stage: promise for promise in promises_of(early)}
    for promise in promises_of(late):
        if promise.stage in before:
            yield from _target(before[promise.stage], promise, severity)
    yield from _warned_later(early.node["at_risk"], late.node["at_risk"], severity)
    added = _pauses(late.node) - _pauses(early.node)
    if added:
        yield Remark(
            late.node["pauses"] or late.node["holds"],
            f"{', '.join(sorted(added))} pauses the clocks since this version",
            "Nothing, if this is meant",
            severity,
            on_key=True,
        )


def _target(early: Written, late: Written, severity: Severity) -> Iterator[Remark]:
    was, now = early.target, late.target
    if early.kind != late.kind or was is None or now is None:
        return
    if now > was:
        yield Remark(
            late.node[late.kind],
            f"the target of {late.stage} is loosened from {was} to {now}",
            "Nothing, if this is meant",
            severity,
        )
    cut_off_was, cut_off_now = early.node["cut_off"].text, late.node["cut_off"].text
    if cut_off_now and (cut_off_was is None or cut_off_now < cut_off_was):
        yield Remark(
            late.node["cut_off"],
            f"the cut-off of {late.stage} moves from {cut_off_was or 'the close'} to {cut_off_now}",
            "Nothing, if this is meant",
            severity,
        )


def _warned_later(early: Node, late: Node, severity: Severity) -> Iterator[Remark]:
    was, now = _first_level(early), _first_level(late)
    if was is not None and now is not None and now > was:
        yield Remark(
            late,
            f"orders are at risk from {now} of the target on, before from {was}",
            "Nothing, if this is meant",
            severity,
        )


def _first_level(node: Node) -> Decimal | None:
    if not node:
        return Decimal("0.80")
    return next(iter(node), node).number


def _pauses(node: Node) -> set[str]:
    holds = {
        str(reason)
        for reason, hold in node["holds"].members.items()
        if hold["pauses"].scalar is not False
    }
    return holds | {str(reason.scalar) for reason in node["pauses"]}
