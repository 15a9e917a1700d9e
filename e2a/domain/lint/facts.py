"""L19: charges that no event can prove. An operation that cards can price has its facts here."""

from collections.abc import Collection, Iterator
from difflib import get_close_matches

from e2a.domain.lint.findings import Remark, Severity
from e2a.domain.lint.nodes import Node
from e2a.domain.lint.subject import Subject
from e2a.domain.policies.charges import PASSED_ON

CODES: dict[object, Collection[str]] = {
    "receiving": ("pallet", "carton"),
    "storage": ("pallet", "bin", "cubic_foot", "sku"),
    "vas": (
        "kitting", "photo", "quality_check", "gift_wrap", "custom_packaging", "relabel",
        "hourly_labour",
    ),
    "charge": (),
}  # fmt: skip
"""What the events of an operation tell apart; other operations have no code."""

COUNTED = ("receiving",)
"""Operations whose codes are all there are; those of the others are the warehouse's own words."""

STATE_A_COST = ("label", "charge")
"""Operations whose events name a cost that can be passed on."""

FLAGS = ("rush", "oversized", "hazmat", "fragile")


def not_from_facts(subject: Subject) -> Iterator[Remark]:
    """Every charge must be reproducible from what events say, or it is never billed, silently.

    A code that the operation's events do not carry, a flag that nobody sets, a cost that nobody
    states, or a credit for a stage that no policy promises would count nothing.
    """
    for card in subject.cards:
        for charge in card["charges"]:
            yield from _code(charge)
            yield from _cost(charge)
            yield from _flag(charge["flag"])
        for multiplier in card["order"]["multipliers"]:
            yield from _flag(multiplier["flag"])
        yield from _stage(subject, card["sla_credit"]["stage"])


def _code(charge: Node) -> Iterator[Remark]:
    model, code = charge["model"].scalar, charge["code"]
    operation = "storage" if model == "storage" else charge["operation"].scalar
    if model == "storage" and charge["measure"].scalar == "half_month":
        operation = "receiving"
    if operation == "storage" and model == "storage" and not code:
        yield Remark(
            charge,
            "counts of pallets, bins and cubic feet would be added up",
            "Add `code: pallet`, or another unit",
            Severity.WARNING,
        )
    if code.text is None or not isinstance(operation, str):
        return
    known = CODES.get(operation)
    if known is None:
        yield Remark(code, f"events of {operation} have no code", "Remove `code`")
    elif code.text not in known:
        yield from _unknown(code, operation, known)


def _unknown(code: Node, operation: str, known: Collection[str]) -> Iterator[Remark]:
    near = get_close_matches(str(code.text), sorted(known), 1)
    if operation in COUNTED:
        fix = f"Did you mean {near[0]}?" if near else f"Name one of {', '.join(known)}"
        yield Remark(code, f"no event of {operation} counts {code.text}", fix)
    elif near:
        yield Remark(
            code,
            f"{code.text} is close to {near[0]}, which events name",
            f"Did you mean {near[0]}?",
            Severity.WARNING,
        )


def _cost(charge: Node) -> Iterator[Remark]:
    operation = charge["operation"].text
    if charge["model"].scalar in PASSED_ON and operation and operation not in STATE_A_COST:
        yield Remark(
            charge["operation"],
            f"no event of {operation} states a cost that could be passed on",
            f"Name one of {', '.join(STATE_A_COST)}, or give a price",
        )


def _flag(flag: Node) -> Iterator[Remark]:
    if flag.text is not None and flag.text not in FLAGS:
        near = get_close_matches(flag.text, FLAGS, 1)
        yield Remark(
            flag,
            f"no source sets the flag {flag.text}",
            f"Did you mean {near[0]}?" if near else f"Name one of {', '.join(FLAGS)}",
            Severity.WARNING,
        )


def _stage(subject: Subject, stage: Node) -> Iterator[Remark]:
    promised = {name for entry in subject.entries for name in entry.stages}
    if stage.text is not None and promised and stage.text not in promised:
        yield Remark(
            stage,
            f"no policy promises {stage.text}, so no clock of it can be counted",
            f"Name one of {', '.join(sorted(map(str, promised)))}, or promise it in sla.yaml",
        )
