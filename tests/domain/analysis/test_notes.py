"""Order notes are bounded, stripped and scrubbed; logs are redacted; facts key what is asked."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from e2a.domain.analysis.inputs import breach_inputs, facts_key
from e2a.domain.analysis.notes import (
    LONGEST,
    MOST,
    REMOVED,
    OrderNote,
    is_invisible,
    looks_personal,
    notes_for_prompt,
    redact,
    scrub,
)
from tests.domain.analysis.answers_of import facts

DANA = ("Dana Levi", "12 Herzl Street, Tel Aviv", "Dana@Levi.example", "+972 (54) 123-4567")


@pytest.mark.parametrize(
    ("text", "personal"),
    [
        ("write to dana.levi+x@mail.example.co.il now", "dana.levi+x@mail.example.co.il"),
        ("dana (at) example (dot) com", "dana"),
        ("card 4111 1111 1111 1111 ok", "4111"),
        ("card 4111-1111-1111-1111", "4111"),
        ("DE89 3704 0044 0532 0130 00", "3704"),
        ("gb82west12345698765432", "west"),
        ("+1 415 555 2671", "415"),
        ("+972-54-123-4567", "54"),
        ("+٩٧٢ ٥٤ ١٢٣ ٤٥٦٧", "٥٤"),
        ("call (415) 555-2671", "415"),
        ("call 050-234-5678", "234"),
    ],
)
def test_what_looks_personal_is_taken_out(text: str, personal: str) -> None:
    assert personal in text
    assert looks_personal(text)
    assert personal not in redact(text)
    assert not looks_personal(redact(text))


@pytest.mark.parametrize(
    "text",
    ["ORD-1042 of 2026-03-02", "SKU 4006381333931", "1234567890123456 is no card",
     "DE00 3704 0044 0532 0130 00", "meet @ noon", "187 minutes", "invoice INV-2026-000123"],
)  # fmt: skip
def test_what_is_not_personal_stays(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize(
    "text",
    ["dana LEVI", "Dana  Levi", "ask for Dana", "12 herzl street, tel aviv", "near Herzl",
     "054-123-4567", "972541234567", "54 123 4567", "DANA@LEVI.EXAMPLE"],
)  # fmt: skip
def test_what_is_known_of_a_person_is_taken_out(text: str) -> None:
    left = scrub(text, DANA).casefold()
    assert REMOVED in left
    assert not any(word in left for word in ("dana", "levi", "herzl", "tel aviv", "4567"))


def test_notes_are_few_short_visible_and_from_somebody() -> None:
    notes = [OrderNote("customer", "\u200b" + "a" * 2000), OrderNote("merchant", "  ")]
    shown = notes_for_prompt([*notes, *[OrderNote("carrier", "b")] * 9])
    assert len(shown) == MOST
    assert shown[0] == {"source": "customer", "text": "a" * LONGEST}
    assert shown[1] == {"source": "carrier", "text": "b"}


@settings(deadline=None)
@given(
    st.text(max_size=700), st.sampled_from(["Dana Levi", "+972 54-123-4567", "dana@levi.example"])
)
def test_no_note_brings_a_known_value_or_anything_invisible(text: str, known: str) -> None:
    (note,) = notes_for_prompt([OrderNote("customer", f"x {text} {known} {text}")], [known])
    assert known.casefold() not in note["text"].casefold()
    assert not any(map(is_invisible, note["text"]))
    assert len(note["text"]) <= LONGEST


def test_a_known_value_at_the_cut_does_not_get_through_in_part() -> None:
    (note,) = notes_for_prompt([OrderNote("customer", "x" * 493 + " Dana Levi")], DANA)
    assert "Dana" not in note["text"]


def test_nothing_of_an_order_enters_a_prompt_but_by_the_list() -> None:
    inputs = breach_inputs(facts(), "de", [OrderNote("customer", "Dana says hi")], DANA)
    assert set(inputs) == {"facts", "labels", "required", "language", "notes"}
    assert inputs["language"] == "German"
    assert not any(word in str(inputs) for word in ("Dana", "Herzl", "1042", "WH-2", "lumen"))


def test_notes_are_part_of_the_key_under_which_answers_are_shared() -> None:
    notes = notes_for_prompt([OrderNote("customer", "leave it at the door")])
    others = notes_for_prompt([OrderNote("customer", "ring twice")])
    assert len({facts_key(facts()), facts_key(facts(), notes), facts_key(facts(), others)}) == 3
