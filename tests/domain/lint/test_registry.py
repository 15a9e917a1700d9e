"""Ids are stable, explained and documented."""

from pathlib import Path

from e2a.domain.lint import RULES
from tests.domain.lint.seeds import SEEDS

PAGE = Path(__file__).parents[3] / "docs" / "policy-lint.md"


def test_every_id_from_l01_to_l25_is_a_rule():
    assert [rule.id for rule in RULES] == [f"L{number:02}" for number in range(1, 26)]


def test_every_rule_that_errs_has_a_seeded_defect():
    assert {rule.id for rule in RULES} - {seed.rule for seed in SEEDS} == {"L24", "L25"}
    assert len(SEEDS) >= 30


def test_the_page_says_what_the_registry_says():
    lines = PAGE.read_text().splitlines()
    rows = [f"| {r.id} | {r.title} | {r.severity} | {r.doc} |" for r in RULES]
    assert [line for line in lines if line.startswith("| L")] == rows
