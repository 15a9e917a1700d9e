"""No figure but by slot, in any script or language: tables, and texts that nobody thought of."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from e2a.domain.analysis.checks.grounding import has_figure
from e2a.domain.analysis.judging import narrative_judge
from e2a.domain.analysis.violations import Check
from tests.domain.analysis.answers_of import CLIENT_NOTES, GOOD, answer, facts

NOTES = ("reasoning", "ops_note", "client_note")
NUMERALS = [chr(n) for n in range(0x110000) if unicodedata.numeric(chr(n), None) is not None]


def checks(locale: str = "en", **changes: object) -> set[Check]:
    found = narrative_judge(facts(), locale)(answer(**changes))
    return {violation.check for violation in found}


@pytest.mark.parametrize("locale", CLIENT_NOTES)
def test_a_good_answer_is_good_in_every_language(locale: str) -> None:
    assert narrative_judge(facts(), locale)(answer(client_note=CLIENT_NOTES[locale])) == []


@pytest.mark.parametrize("field", NOTES)
@pytest.mark.parametrize(
    "said",
    ["187", "٣ boxes", "３", "二", "①", "½", "Ⅷ", "x²", "1\u200b8", "forty-two", "FORTY  TWO",
     "twofold",
     "zwölf", "siebenundachtzig", "zweihundertsieben", "doce", "veintidós", "quatre-vingt-dix",
     "douzième", "שלוש", "ושבע", "двадцать", "пятьдесят", "вдвое", "half", "twice", "third",
     "eight-y", "fi.ve", "an hour", "some days", "on Monday", "tomorrow", "eine Stunde",
     "einen Tag",
     "una hora", "mañana", "une heure", "demain", "שעה", "מחר", "час", "завтра", "in March",
     "yesterday"],
)  # fmt: skip
def test_a_figure_outside_a_slot_is_seen(field: str, said: str) -> None:
    assert Check.GROUNDING in checks(**{field: f"{GOOD[field]} It was {said} there."})


@pytest.mark.parametrize(
    ("locale", "said"),
    [("en", "No one was there once the rest had gone."), ("en", "Good morning."),
     ("de", "Guten Tag. Das Paket ist hier."), ("es", "Buenos días. Tenga en cuenta que ten."),
     ("fr", "Bonne journée. Il arrive pour vous."),
     ("ru", "Добрый день. Пожалуйста, места есть просто.")],
)  # fmt: skip
def test_ordinary_words_are_no_figures(locale: str, said: str) -> None:
    note = f"{CLIENT_NOTES[locale]} {said}"
    assert Check.GROUNDING not in checks(locale, client_note=note)


def test_every_numeral_of_every_script_is_a_figure() -> None:
    assert len(NUMERALS) > 1500
    assert all(has_figure(f"late {mark}") for mark in NUMERALS)


@settings(deadline=None)
@given(st.sampled_from(NUMERALS), st.sampled_from(NOTES), st.text(max_size=20))
def test_no_numeral_of_any_script_is_ever_accepted(mark: str, field: str, around: str) -> None:
    assert Check.GROUNDING in checks(**{field: f"{GOOD[field]} {around}{mark}"})


@settings(deadline=None)
@given(st.text(max_size=80), st.sampled_from(NOTES))
def test_what_is_accepted_has_no_digit_outside_its_slots(text: str, field: str) -> None:
    said = f"{GOOD[field]} {text}"
    if not checks(**{field: said}):
        assert not any(mark.isnumeric() for mark in text)


@pytest.mark.parametrize(
    ("field", "said", "check"),
    [
        ("client_note", "[[refund_due]]", Check.GROUNDING),
        ("client_note", "It lies at [[site]].", Check.GROUNDING),
        ("client_note", "[[ late ]]", Check.MARKUP),
        ("client_note", "[[LATE]]", Check.MARKUP),
        ("client_note", "{{ late }}", Check.MARKUP),
        ("ops_note", "[late]", Check.MARKUP),
    ],
)
def test_a_slot_is_a_known_visible_fact_or_nothing(field: str, said: str, check: Check) -> None:
    assert check in checks(**{field: f"{GOOD[field]} {said}"})


@pytest.mark.parametrize(
    ("field", "left_out"),
    [("ops_note", "[[late]]"), ("ops_note", "[[order]]"), ("client_note", "[[order]]"),
     ("client_note", "[[next_step]]")],
)  # fmt: skip
def test_what_must_be_told_is_told(field: str, left_out: str) -> None:
    assert Check.OMISSION in checks(**{field: GOOD[field].replace(left_out, "it")})


def test_details_never_repeat_what_was_said() -> None:
    secret = "XYZZY 4711 dana@example.org"
    for violation in narrative_judge(facts(), "en")(answer(client_note=secret, label=secret)):
        assert not any(word in violation.detail for word in secret.split())
