"""`python -m evals.making`: writes golden/, answers/ and policies/ anew; review the difference."""

from pathlib import Path

import yaml

from evals.cases import load
from evals.making.answers import MODELS, answers, text_of
from evals.making.golden import cases
from evals.making.reviews import REVIEWERS, reviews

HERE = Path(__file__).parents[1]


def main() -> None:
    """Write everything."""
    write_golden(HERE / "golden")
    golden = load(HERE / "golden")
    for model in MODELS:
        text = text_of(answers(model, golden))
        (HERE / "answers" / f"{model}.jsonl").write_text(text, "utf-8")
    for reviewer in REVIEWERS:
        (HERE / "policies" / "reviews" / f"{reviewer}.jsonl").write_text(
            text_of(reviews(reviewer)), "utf-8"
        )


def write_golden(folder: Path) -> None:
    """The cases, in one file a kind, so that a person can read them."""
    kinds: dict[str, list[dict[str, object]]] = {}
    for case in cases():
        kinds.setdefault(case["kind"], []).append(case)
    for kind, several in kinds.items():
        text = yaml.safe_dump(
            several, sort_keys=False, allow_unicode=True, width=110, default_flow_style=None
        )
        (folder / f"{kind}.yaml").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
