"""The facts of one breach: which there are, to whom they may be told, what a text must say.

A new kind of evidence becomes a fact here. Customers, addresses and payments are no facts: nothing
of them can be named in a slot, so nothing of them is ever sent or shown.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from e2a.domain.analysis.facts import OPS_ONLY, Audience, Fact, FactKind, Facts
from e2a.domain.analysis.labels import allowed, code
from e2a.domain.narrative import BreachFacts

STEPS = {
    "ADDRESS_ERROR": "fix_address", "ADDRESS_INVALID": "fix_address",
    "STOCK_MISMATCH": "count_stock", "INVENTORY_SHORTAGE": "count_stock",
    "PAYMENT_FAILED": "settle_payment", "DAMAGED_PACKAGE": "inspect_parcel",
    "CUSTOMER_UNAVAILABLE": "arrange_delivery", "MISSING_SCAN": "find_scan",
    "CARRIER_ISSUE": "ask_carrier",
}  # fmt: skip
"""What is to be done about a reported reason."""

_STAGE_STEPS = {"deliver": "ask_carrier", "missing_scan": "find_scan"}


@dataclass(frozen=True, slots=True)
class Beside:
    """What is known of a breach beside `BreachFacts`; all of it optional.

    Attributes:
        target: the promised span of the stage, in working time where the promise counts so.
        held: for how long its clock stood still.
        eta: when the carrier expects to deliver; allows the words of an arrival.
        remedies: what a person or a policy granted: `refund`, `credit`, `replacement`.
    """

    target: timedelta | None = None
    held: timedelta | None = None
    holds: int = 0
    eta: datetime | None = None
    carrier: str | None = None
    remedies: frozenset[str] = frozenset()


def facts_of_breach(breach: BreachFacts, beside: Beside = Beside()) -> Facts:
    """The facts of a breach, what they allow, and what each audience must be told."""
    evidence = allowed(breach.stage, breach.reported)
    causes = frozenset(
        label
        for label in map(code, breach.reported)
        if label in evidence and f"cause_{label.lower()}" in evidence[label]
    )
    facts = [*_who(breach, beside), *_when(breach, beside), *_words(breach, causes)]
    return Facts.of(
        facts,
        breach.zone,
        label_evidence=evidence,
        causes=causes,
        remedies=beside.remedies | ({"eta"} if beside.eta else frozenset()),
        required=_required(breach),
        is_thin=breach.is_provisional,
    )


def next_step(breach: BreachFacts, causes: Sequence[str]) -> str:
    """What is to be done, of the closed list of steps."""
    if breach.is_provisional:
        return "find_scan"
    if breach.completed_at:
        return "nothing"
    known = next((STEPS[cause] for cause in causes if cause in STEPS), None)
    return known or _STAGE_STEPS.get(breach.stage, "do_next")


def _required(breach: BreachFacts) -> dict[Audience, frozenset[str]]:
    when = "late" if breach.completed_at else "due"
    return {
        Audience.OPS: frozenset({"order", "stage", when}),
        Audience.CLIENT: frozenset({"order", when, "next_step"}),
    }


def _who(breach: BreachFacts, beside: Beside) -> Iterator[Fact]:
    order = breach.order_id.partition(":")[2] or breach.order_id
    yield Fact("order", FactKind.NAME, order, "the number of the order")
    if breach.site:
        yield Fact("site", FactKind.NAME, breach.site, "the warehouse's code", OPS_ONLY)
    if beside.carrier:
        yield Fact("carrier", FactKind.NAME, beside.carrier, "the carrier's name", OPS_ONLY)


def _when(breach: BreachFacts, beside: Beside) -> Iterator[Fact]:
    instants: list[tuple[str, datetime | None, str, dict[str, Any]]] = [
        (
            "started",
            breach.started_at,
            "when the clock started",
            {"visible": OPS_ONLY},
        ),
        ("due", breach.due_at, "until when the stage was promised", {}),
        ("completed", breach.completed_at, "when the stage was completed", {}),
        ("eta", beside.eta, "when the carrier expects to deliver", {}),
    ]
    for name, instant, says, more in instants:
        if instant:
            yield Fact(name, FactKind.INSTANT, instant, says, **more)
    yield from _spans(breach, beside)


def _spans(breach: BreachFacts, beside: Beside) -> Iterator[Fact]:
    if breach.completed_at:
        took = breach.completed_at - breach.started_at
        yield Fact("late", FactKind.DURATION, breach.late, "how long after the promise it was done")
        yield Fact("took", FactKind.DURATION, took, "from the clock's start to the end", OPS_ONLY)
    if beside.target:
        yield Fact("target", FactKind.DURATION, beside.target, "how long it may take", OPS_ONLY)
    if beside.held:
        says = "for how long the clock stood still"
        yield Fact("held", FactKind.DURATION, beside.held, says, OPS_ONLY)
    if beside.holds:
        yield Fact("holds", FactKind.COUNT, beside.holds, "how often it was on hold", OPS_ONLY)


def _words(breach: BreachFacts, causes: frozenset[str]) -> Iterator[Fact]:
    state = "implied" if breach.is_provisional else "done" if breach.completed_at else "open"
    step = next_step(breach, [code(reason) for reason in breach.reported if code(reason) in causes])
    yield Fact("stage", FactKind.WORD, f"stage:{breach.stage}", "the stage that was late")
    yield Fact("state", FactKind.WORD, f"state:{state}", "how the stage stands")
    yield Fact("owner", FactKind.WORD, f"owner:{breach.owner}", "who holds the stage", OPS_ONLY)
    yield Fact("next_step", FactKind.WORD, f"step:{step}", "what is to be done, a whole clause")
    for cause in sorted(causes):
        says = "a problem that was reported for this order before the stage ended"
        yield Fact(f"cause_{cause.lower()}", FactKind.CAUSE, f"cause:{cause}", says)
