"""L12: the stages of a policy follow the life of an order, and none is missing."""

from collections.abc import Iterator

from e2a.domain.lint.findings import Remark, Severity
from e2a.domain.lint.promises import ORDER, RECEIPT, WATCH, Written, promises, promises_of
from e2a.domain.lint.subject import Entry, Subject

_OUTBOUND = {"pick", "pack", "ship"}


def stages_broken(subject: Subject) -> Iterator[Remark]:
    """Each stage ends after it starts, on the same road, and starts where another ended.

    A pack that starts at `picked` while nobody promises the pick leaves that time to nobody; a
    watch must watch a stage of its own policy that has a target in minutes.
    """
    every = list(promises(subject))
    for promise in every:
        yield from _backwards(promise)
        yield from _unpromised(promise, every)
    for entry in subject.entries:
        yield from _watch(entry)
    yield from _undelivered(subject, every)


def _backwards(promise: Written) -> Iterator[Remark]:
    start, end = promise.start, promise.end
    road = next((road for road in (ORDER, RECEIPT) if start in road), ())
    if not road or end not in ORDER + RECEIPT:
        return  # no milestone: the schema says so (L02)
    if end not in road or road.index(end) <= road.index(start):
        node = promise.node["to"] or promise.node["from"]
        reason = "never follows" if end not in road else "does not come after"
        yield Remark(
            node or promise.node,
            f"{promise.stage} runs from {start} to {end}, but {end} {reason} {start}",
            f"Order the milestones: {', '.join(ORDER)}; receipts: {', '.join(RECEIPT)}",
        )


def _unpromised(promise: Written, every: list[Written]) -> Iterator[Remark]:
    start = promise.start
    if start in ORDER[2:] and not any(p.end == start and p.stage != promise.stage for p in every):
        yield Remark(
            promise.node["from"],
            f"{promise.stage} starts at {start}, but no stage promises {start}",
            f"Add the stage that ends at {start}, or start from an earlier milestone",
            Severity.WARNING,
        )


def _watch(entry: Entry) -> Iterator[Remark]:
    watch = entry.node["stages"][WATCH]
    watched = watch["of"].text
    if watched is None:
        return
    kinds = {promise.stage: promise.kind for promise in promises_of(entry)}
    if watched not in kinds:
        yield Remark(
            watch["of"],
            f"{WATCH} watches {watched}, which this policy does not promise",
            f"Add the stage {watched} or watch one of {', '.join(kinds) or 'its own'}",
        )
    elif kinds[watched] not in ("within_minutes", None):
        yield Remark(
            watch["of"],
            f"{WATCH} watches {watched}, whose target is not in minutes",
            "Watch a stage with `within_minutes`: only minutes can be multiplied",
        )


def _undelivered(subject: Subject, every: list[Written]) -> Iterator[Remark]:
    stages = {promise.stage for promise in every}
    for wanted in ("ship", "deliver"):
        if stages & _OUTBOUND and wanted not in stages and not _ends_at(every, wanted):
            yield Remark(
                subject.entries[0].node["stages"],
                f"no policy of this tenant promises the stage {wanted}",
                f"Add {wanted}, if it was promised",
                Severity.INFO,
                on_key=True,
            )


def _ends_at(every: list[Written], stage: str) -> bool:
    milestone = {"ship": "shipped", "deliver": "delivered"}[stage]
    return any(promise.end == milestone for promise in every)
