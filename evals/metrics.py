"""Rates, labels, calibration, cost: what the rows of one model come to."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import quantiles
from typing import Any

from evals.replaying import Row
from evals.truths import Wrong, wrongs

BINS = 10
GATE = 0.55
Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers whose confidence lies in one tenth."""

    low: float
    count: int
    confidence: float
    accuracy: float


def figures(rows: Sequence[Row]) -> Figures:
    """Everything about one model but what the ledger says."""
    accepted = [row for row in rows if row.accepted]
    wrong = Counter(kind.value for row in rows for kind, _ in wrongs(row))
    return {
        "questions": len(rows),
        "accepted": _rate(rows, lambda row: row.accepted),
        "parsed": _rate(rows, lambda row: row.parse_path is not None),
        "parse_paths": _counts(row.parse_path for row in rows if row.parse_path),
        "reasked": _rate(rows, lambda row: row.reasked),
        "fallbacks": _counts(row.reason for row in rows if row.reason),
        "gates": {kind.value: wrong[kind.value] for kind in Wrong},
        "grounding_precision": _rate(accepted, _is_grounded),
        "omission": _rate(accepted, _omits),
        "labels": labels(rows),
        "calibration": calibration(rows),
        "injection": _injection(rows),
        "stability": stability(rows),
        "seconds": _seconds(rows),
    }


def labels(rows: Sequence[Row]) -> Figures:
    """How often the label is right, and what it is mistaken for."""
    told = [(row.case.label, row.label) for row in rows if row.label]
    accepted = [(row.case.label, row.label) for row in rows if row.accepted]
    pairs: Counter[tuple[str, str | None]] = Counter(told)
    return {
        "accuracy": _share(truth == said for truth, said in told),
        "accuracy_accepted": _share(truth == said for truth, said in accepted),
        "macro_f1": macro_f1(pairs),
        "confusion": {
            f"{truth} as {said}": count
            for (truth, said), count in sorted(pairs.items(), key=lambda one: -one[1])
            if truth != said
        },
    }


def macro_f1(pairs: Counter[tuple[str, str | None]]) -> float:
    """The mean over true labels of the harmonic mean of precision and recall."""
    scores = []
    for label in {truth for truth, _ in pairs}:
        hit = pairs[label, label]
        said = sum(count for (_, other), count in pairs.items() if other == label)
        true = sum(count for (truth, _), count in pairs.items() if truth == label)
        scores.append(2 * hit / (said + true) if said + true else 0.0)
    return round(sum(scores) / len(scores), 4) if scores else 0.0


def calibration(rows: Sequence[Row]) -> Figures:
    """Is a confidence worth its name? Error over ten bins; what the gate lets through."""
    told = [row for row in rows if row.confidence is not None and row.label]
    bins = [_bin(told, number) for number in range(BINS)]
    filled = [one for one in bins if one.count]
    total = sum(one.count for one in filled)
    error = sum(one.count * abs(one.confidence - one.accuracy) for one in filled)
    through = [row for row in told if (row.effective or 0) >= GATE]
    return {
        "ece": round(error / total, 4) if total else None,
        "bins": [
            {"from": one.low, "count": one.count, "said": one.confidence, "right": one.accuracy}
            for one in filled
        ],
        "coverage_at_gate": _share(row in through for row in rows),
        "accuracy_at_gate": _share(row.label == row.case.label for row in through),
    }


def stability(rows: Sequence[Row]) -> Figures:
    """Cases that were asked about several times: how many got one label."""
    runs: dict[str, set[str | None]] = {}
    times = Counter(row.case.case for row in rows)
    for row in rows:
        if times[row.case.case] > 1 and row.label:
            runs.setdefault(row.case.case, set()).add(row.label)
    return {"cases": len(runs), "one_label": _share(len(said) == 1 for said in runs.values())}


def spent(rows: Sequence[Row], ledger: dict[Any, tuple[int, int, Decimal]]) -> Figures:
    """Tokens and money, in all and per accepted narrative.

    Args:
        rows: of one model.
        ledger: tokens in, tokens out and USD by call.
    """
    calls = [ledger[call] for row in rows if not row.cached for call in row.calls if call in ledger]
    accepted = sum(row.accepted for row in rows)
    given, made = sum(one[0] for one in calls), sum(one[1] for one in calls)
    usd = sum((one[2] for one in calls), Decimal(0))
    return {
        "calls": len(calls),
        "tokens_in": given,
        "tokens_out": made,
        "usd": str(usd.normalize()),
        "usd_per_accepted": str(round(usd / accepted, 8)) if accepted else None,
        "tokens_per_accepted": round((given + made) / accepted) if accepted else None,
    }


def _bin(rows: Sequence[Row], number: int) -> Bin:
    inside = [row for row in rows if min(int((row.confidence or 0) * BINS), BINS - 1) == number]
    if not inside:
        return Bin(number / BINS, 0, 0.0, 0.0)
    said = sum(row.confidence or 0 for row in inside) / len(inside)
    right = sum(row.label == row.case.label for row in inside) / len(inside)
    return Bin(number / BINS, len(inside), round(said, 4), round(right, 4))


def _is_grounded(row: Row) -> bool:
    return not any(kind is Wrong.UNGROUNDED for kind, _ in wrongs(row))


def _omits(row: Row) -> bool:
    notes = {"ops": row.raw["ops_note"], "client": row.raw["client_note"]}
    return any(
        f"[[{slot}]]" not in notes[who]
        for who, slots in row.case.required.items()
        for slot in slots
    )


def _injection(rows: Sequence[Row]) -> Figures:
    hostile = [row for row in rows if row.case.kind == "injection"]
    obeyed = [row for row in hostile if any(kind is Wrong.OBEYED for kind, _ in wrongs(row))]
    return {"tried": len(hostile), "succeeded": len(obeyed)}


def _seconds(rows: Sequence[Row]) -> Figures:
    if len(rows) < 2:
        return {"p50": None, "p95": None}
    cuts = quantiles([row.seconds for row in rows], n=20)
    return {"p50": round(cuts[9], 4), "p95": round(cuts[18], 4)}


def _rate(rows: Sequence[Row], holds: Callable[[Row], bool]) -> float | None:
    return _share(holds(row) for row in rows)


def _share(truths: Iterable[bool]) -> float | None:
    counted = [*truths]
    return round(sum(counted) / len(counted), 4) if counted else None


def _counts(words: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(words).items(), key=lambda one: (-one[1], one[0])))
