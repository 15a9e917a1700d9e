"""L25: which promises no scenario tries."""

from collections.abc import Iterator, Sequence

from e2a.domain.lint.findings import Remark
from e2a.domain.lint.nodes import Node
from e2a.domain.lint.promises import promises
from e2a.domain.lint.subject import Subject
from e2a.domain.policies.sla import TARGETS


def untested(subject: Subject) -> Iterator[Remark]:
    """Every kind of promise should be tried by a scenario, or a slip in it shows up in production.

    A scenario tries a promise when it states a stage with the same kind of target, or names this
    tenant and asks about the stage. Nothing is said where there is no folder of scenarios.
    """
    if subject.scenarios is None:
        return
    tried = {kind for scenario in subject.scenarios for kind in _stated(scenario)}
    by_name = {stage for scenario in subject.scenarios for stage in _asked(scenario, subject)}
    for promise in promises(subject):
        kind = promise.stage, promise.kind
        if promise.kind and kind not in tried and promise.stage not in by_name:
            tried.add(kind)
            yield Remark(
                promise.node,
                f"no scenario tries {promise.stage} with `{promise.kind}`",
                "Add one to policies/scenarios",
                on_key=True,
            )


def _stated(scenario: Node) -> Iterator[tuple[object, object]]:
    """Each stage with its kind of target that a scenario's own policies promise."""
    for node in scenario.below():
        if node.key == "stages":
            for stage, text in node.members.items():
                yield from ((stage, target) for target in TARGETS if text[target])


def _asked(scenario: Node, subject: Subject) -> Sequence[object]:
    """The words of a scenario that names this tenant: the stages it asks about are among them."""
    words = [word for node in scenario.below() for word in (node.key, node.scalar)]
    return words if subject.tenant["tenant"].scalar in words else []
