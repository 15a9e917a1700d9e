"""Each seeded defect is found by exactly its rule, at its line and column; clean text is clean."""

from datetime import date

import pytest

from e2a.domain.lint import lint, subject
from tests.domain.lint.seeds import FILES, SEEDS, Seed

TODAY = date(2026, 6, 1)


def findings(**changed):
    texts = {stem: (f"acme/{stem}.yaml", text) for stem, text in (FILES | changed).items()}
    return lint(subject("acme", texts, TODAY))


def seeded(seed: Seed):
    assert seed.good in FILES[seed.file], "the seed has no place to stand"
    marked = FILES[seed.file].replace(seed.good, seed.bad, 1)
    places, rest = [], marked
    while "§" in rest:
        before, _, after = rest.partition("§")
        places.append((before.count("\n") + 1, len(before) - before.rfind("\n")))
        rest = before + after
    return rest, places


def test_clean_text_has_no_finding():
    assert list(map(str, findings())) == []


@pytest.mark.parametrize("seed", SEEDS, ids=str)
def test_a_seeded_defect_is_found_where_it_stands(seed):
    text, places = seeded(seed)
    found = findings(**{seed.file: text})
    assert [(f.rule, f.file, f.line, f.column) for f in found] == [
        (seed.rule, f"acme/{seed.file}.yaml", *place) for place in places
    ], "\n".join(map(str, found))
