"""Texts as an honest model writes them pass: a check that rejects them would only cost money."""

from pathlib import Path

import pytest
import yaml

from e2a.domain.analysis.judging import narrative_judge
from tests.domain.analysis.answers_of import answer, facts

HONEST = yaml.safe_load((Path(__file__).parent / "honest.yaml").read_text())
NOTES = [(locale, note) for locale, notes in HONEST["client_note"].items() for note in notes]


@pytest.mark.parametrize("field", ["ops_note", "reasoning"])
def test_what_is_said_honestly_to_operations_passes(field: str) -> None:
    for text in HONEST[field]:
        assert narrative_judge(facts(), "en")(answer(**{field: text})) == [], text


@pytest.mark.parametrize(("locale", "note"), NOTES)
def test_what_is_said_honestly_to_a_customer_passes(locale: str, note: str) -> None:
    assert narrative_judge(facts(), locale)(answer(client_note=note)) == []
