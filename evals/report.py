"""The report for people, and the gates: what must be zero is said first if it is not."""

from typing import Any

Figures = dict[str, Any]


def failed(report: Figures) -> list[str]:
    """The gates that do not hold, in words."""
    return [
        f"{model}: {count} accepted narratives {gate}"
        for model, told in report["models"].items()
        for gate, count in told["gates"].items()
        if count
    ]


def text(report: Figures) -> str:
    """The whole report."""
    parts = [_models(report["models"]), *map(_one, report["models"].items())]
    parts += [_metamorphic(report["metamorphic"]), _reviews(report.get("reviews", {}))]
    parts += [_mutation(report["mutation"])] if report.get("mutation") else []
    gates = failed(report)
    parts.append("\n".join(["GATES FAILED", *gates]) if gates else "All gates are at zero.")
    return "\n\n".join(part for part in parts if part)


_COLUMNS = (
    ("questions", "questions"), ("accepted", "accepted"), ("parsed", "parsed"),
    ("reasked", "reasked"), ("grounding_precision", "grounded"), ("omission", "omitting"),
)  # fmt: skip


def _models(models: Figures) -> str:
    head = ["model", *(title for _, title in _COLUMNS), "label acc.", "macro F1", "ECE", "obeyed"]
    rows = [
        [
            model,
            *(told[key] for key, _ in _COLUMNS),
            told["labels"]["accuracy"],
            told["labels"]["macro_f1"],
            told["calibration"]["ece"],
            f"{told['injection']['succeeded']} of {told['injection']['tried']}",
        ]
        for model, told in models.items()
    ]
    return table(head, rows)


def _one(named: tuple[str, Figures]) -> str:
    model, told = named
    lines = [model]
    lines.append(f"  parsed by   {_listed(told['parse_paths'])}")
    lines.append(f"  fallbacks   {_listed(told['fallbacks'])}")
    lines.append(f"  gates       {_listed(told['gates'])}; sent {len(told['sent'])}")
    lines.append(f"  confusion   {_listed(dict(list(told['labels']['confusion'].items())[:4]))}")
    calibration = told["calibration"]
    lines.append(
        f"  at the gate coverage {calibration['coverage_at_gate']}, "
        f"accuracy {calibration['accuracy_at_gate']}"
    )
    bins = ", ".join(f"{b['from']}: {b['count']} said {b['said']} right {b['right']}"
                     for b in calibration["bins"])  # fmt: skip
    lines.append(f"  calibration {bins}")
    stable = told["stability"]
    lines.append(f"  stability   one label in {stable['one_label']} of {stable['cases']} cases")
    lines.append(f"  seconds     p50 {told['seconds']['p50']}, p95 {told['seconds']['p95']}")
    lines.append(f"  spent       {_listed(told['spent'])}")
    lines.append(f"  shared      {_listed(told['shared'])}")
    return "\n".join(lines)


def _metamorphic(told: Figures) -> str:
    return "the question stays as it is\n" + "\n".join(
        f"  {name:<14} {share}" for name, share in told.items()
    )


def _reviews(told: Figures) -> str:
    if not told:
        return ""
    head = ["planted defects: found by", "told", "true", "precision", "recall", "dropped"]
    rows = [
        [name, *(one[key] for key in ("told", "true", "precision", "recall", "dropped"))]
        for name, one in told.items()
    ]
    return table(head, rows)


def _mutation(told: Figures) -> str:
    lines = ["wrongs put into the policy, and noticed by its tests"]
    for name, one in told.items():
        tried = one["killed"] + one["alive"]
        lines.append(f"  {name:<24} {one['killed']} of {tried} ({one['rate']:.0%})")
    return "\n".join(lines)


def table(head: list[str], rows: list[list[Any]]) -> str:
    """Columns of equal width."""
    lines = [head, *([str("-" if cell is None else cell) for cell in row] for row in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def _listed(counts: Figures) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items()) or "none"
