"""Facts as JSON and back, so that an accepted answer can be judged again by what it was told.

Every kind of value has its text here; a new kind of fact needs one. What the facts are belongs to
`breach_facts` and `adjustment_facts`.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from e2a.domain.analysis.facts import Audience, Fact, FactKind, Facts, Money, Value


def to_json(facts: Facts) -> dict[str, Any]:
    """Facts as a JSON object; exact: `from_json` gives equal facts."""
    return {
        "zone": facts.zone.key,
        "facts": [_fact(facts.by_id[fact_id]) for fact_id in sorted(facts.by_id)],
        "label_evidence": {label: list(ids) for label, ids in facts.label_evidence.items()},
        "causes": sorted(facts.causes),
        "remedies": sorted(facts.remedies),
        "required": {str(who): sorted(ids) for who, ids in facts.required.items()},
        "parts": {part: str(amount) for part, amount in facts.parts.items()},
        "whole": facts.whole,
        "is_thin": facts.is_thin,
    }


def from_json(said: Mapping[str, Any]) -> Facts:
    """The facts that `to_json` wrote.

    Raises:
        ValueError: they are none.
    """
    return Facts.of(
        [
            Fact(
                one["id"], FactKind(one["kind"]), _value(FactKind(one["kind"]), one["value"]),
                one["says"], frozenset(map(Audience, one["visible"])),
            )
            for one in said["facts"]
        ],
        ZoneInfo(said["zone"]),
        label_evidence={label: tuple(ids) for label, ids in said["label_evidence"].items()},
        causes=frozenset(said["causes"]),
        remedies=frozenset(said["remedies"]),
        required={Audience(who): frozenset(ids) for who, ids in said["required"].items()},
        parts={part: Decimal(amount) for part, amount in said["parts"].items()},
        whole=said["whole"],
        is_thin=said["is_thin"],
    )  # fmt: skip


def _fact(fact: Fact) -> dict[str, Any]:
    return {
        "id": fact.id,
        "kind": str(fact.kind),
        "value": _text(fact.value),
        "says": fact.says,
        "visible": sorted(map(str, fact.visible)),
    }


def _text(value: Value) -> Any:  # noqa: ANN401 - what JSON has
    match value:
        case timedelta():
            return [value.days, value.seconds, value.microseconds]
        case datetime():
            return value.isoformat()
        case Money(amount, currency):
            return [str(amount), currency]
        case Decimal():
            return str(value)
    return value


def _value(kind: FactKind, said: Any) -> Value:  # noqa: ANN401 - what JSON has
    match kind:
        case FactKind.DURATION:
            return timedelta(*said)
        case FactKind.INSTANT:
            return datetime.fromisoformat(said)
        case FactKind.MONEY:
            return Money(Decimal(said[0]), said[1])
        case FactKind.COUNT:
            return said if isinstance(said, int) else Decimal(said)
    return str(said)
