"""Ids are stable, explained and documented."""

from pathlib import Path

from e2a.domain.lint import ELSEWHERE, RULES
from tests.domain.lint.seeds import SEEDS

PAGE = Path(__file__).parents[3] / "docs" / "policy-lint.md"


def test_every_id_from_l01_to_l25_is_a_rule_or_answered_elsewhere():
    ids = [*(rule.id for rule in RULES), *ELSEWHERE]
    assert sorted(ids) == [f"L{number:02}" for number in range(1, 26)]


def test_every_rule_that_errs_has_a_seeded_defect():
    assert {rule.id for rule in RULES} - {seed.rule for seed in SEEDS} == {"L25"}
    assert len(SEEDS) >= 30


def test_the_page_says_what_the_registry_says():
    lines = PAGE.read_text().splitlines()
    rows = [f"| {r.id} | {r.title} | {r.severity} | {r.doc} |" for r in RULES]
    rows += [f"| {name} | {words} |" for name, words in ELSEWHERE.items()]
    assert [line for line in lines if line.startswith("| L")] == rows
