"""Slots: figures come from facts alone, per audience and locale, and never through a template."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from e2a.domain.analysis.breach_facts import STEPS
from e2a.domain.analysis.facts import BOTH, Audience, Fact, FactKind, Facts, Money
from e2a.domain.analysis.figures import figure
from e2a.domain.analysis.labels import EXPLAINS
from e2a.domain.analysis.lexicon import matches
from e2a.domain.analysis.slots import SlotError, render, render_words
from e2a.domain.analysis.words import LANGUAGES, words_of
from e2a.domain.errors import BadInputError
from e2a.domain.exceptions import STAGE_CODES
from e2a.domain.findings import Rule
from tests.domain.analysis.answers_of import CLIENT_NOTES, facts

ZONE = ZoneInfo("America/Chicago")


def shown(kind: FactKind, value: object, locale: str = "en", who: Audience = Audience.OPS) -> str:
    fact = Fact("it", kind, value, "a fact")  # type: ignore[arg-type]
    return figure(fact, ZONE, who, locale)


@pytest.mark.parametrize(
    ("kind", "value", "locale", "expected"),
    [
        (FactKind.DURATION, timedelta(minutes=67), "en", "1 hour 7 minutes"),
        (FactKind.DURATION, timedelta(minutes=67), "de", "1 Stunde 7 Minuten"),
        (FactKind.DURATION, timedelta(days=2, hours=3, minutes=9), "ru", "2 дня 3 часа"),
        (FactKind.DURATION, timedelta(seconds=40.9), "en", "40 seconds"),
        (FactKind.DURATION, timedelta(0), "fr", "0\xa0seconde"),
        (FactKind.DURATION, timedelta(minutes=187), "ru", "3 часа 7 минут"),
        (FactKind.COUNT, 1234, "de", "1.234"),
        (FactKind.COUNT, Decimal("1.2345"), "en", "1.2345"),
        (FactKind.MONEY, Money(Decimal("1234.50"), "EUR"), "de", "1.234,50\xa0€"),
        (FactKind.MONEY, Money(Decimal("-0.005"), "USD"), "en", "-$0.005"),
        (FactKind.NAME, "[[due]] {{ 7 * 7 }}", "en", "[[due]] {{ 7 * 7 }}"),
        (FactKind.WORD, "stage:pick", "de", "Kommissionierung"),
        (FactKind.CAUSE, "cause:DAMAGED_PACKAGE", "es", "paquete dañado"),
    ],
)
def test_a_fact_is_written_as_its_locale_writes_it(
    kind: FactKind, value: object, locale: str, expected: str
) -> None:
    assert shown(kind, value, locale) == expected


def test_an_instant_is_on_the_clock_of_its_zone_and_names_it() -> None:
    summer = datetime(2026, 7, 1, 19, 5, tzinfo=UTC)
    assert shown(FactKind.INSTANT, summer) == "Wed, Jul 1, 2026, 2:05\u202fPM CDT"
    assert shown(FactKind.INSTANT, summer, "de") == "Mi., 1. Juli 2026, 14:05 CDT"
    to_client = shown(FactKind.INSTANT, summer, who=Audience.CLIENT)
    assert to_client == "Wed, Jul 1, 2026, 2:05\u202fPM Central Daylight Time"


def test_a_customer_reads_no_internal_word() -> None:
    assert shown(FactKind.WORD, "stage:pick", who=Audience.CLIENT) == "preparation in our warehouse"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("audience", Audience)
def test_every_word_that_a_fact_may_have_stands_in_every_language(
    language: str, audience: Audience
) -> None:
    steps = {*STEPS.values(), "do_next", "nothing"}
    wanted = {f"stage:{stage}" for stage in STAGE_CODES} | {f"rule:{rule}" for rule in Rule}
    wanted |= {f"cause:{cause}" for cause in EXPLAINS} | {f"step:{step}" for step in steps}
    wanted |= {f"state:{state}" for state in ("done", "implied", "open")}
    wanted |= {f"owner:{owner}" for owner in ("warehouse", "merchant", "carrier")}
    assert set(words_of(language, audience)) == wanted


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_code_writes_to_customers_passes_the_checks_of_tone(language: str) -> None:
    for key, text in words_of(language, Audience.CLIENT).items():
        if not key.startswith("rule:"):
            found = matches(text, language)
            assert (found.has_jargon, found.has_blame, found.promises) == (False, False, set()), (
                text
            )


def test_a_slot_that_is_no_fact_or_hidden_is_an_error_that_names_the_known_ones() -> None:
    with pytest.raises(SlotError, match="Known are: completed, due, late"):
        render("[[refund]]", facts(), Audience.CLIENT, "en")
    with pytest.raises(SlotError, match=r"\[\[site\]\] is no fact that client may read"):
        render("at [[site]]", facts(), Audience.CLIENT, "en")


def test_what_a_value_looks_like_is_never_read_again() -> None:
    names = facts(order_id="shopify:[[late]]{{ 7*7 }}{% raw %}")
    assert render("[[order]]", names, Audience.OPS, "en") == "[[late]]{{ 7*7 }}{% raw %}"


def test_a_sentence_begins_with_a_capital_and_ends_with_one_full_stop() -> None:
    text = render("[[stage]] was late. [[next_step]].", facts(), Audience.OPS, "en")
    assert text == "Pick was late. Nothing is left to do."
    assert render("[[due]].", facts(zone=ZoneInfo("UTC")), Audience.OPS, "ru").endswith("UTC.")


@pytest.mark.parametrize("locale", ["xx", "de_ZZ_1", "", "../etc", "it"])
def test_a_locale_without_figures_or_words_is_refused_by_name(locale: str) -> None:
    with pytest.raises(BadInputError):
        render("[[stage]]", facts(), Audience.OPS, locale)


def test_checks_of_words_see_names_but_no_figures() -> None:
    seen = render_words("[[order]] [[late]] [[stage]]", facts(), Audience.OPS, "en")
    assert seen.split() == ["ORD-1042", "pick"]


spans = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=400))


@given(late=spans, locale=st.sampled_from(LANGUAGES))
def test_every_figure_of_a_rendered_note_comes_from_a_fact(late: timedelta, locale: str) -> None:
    known = facts(late=late)
    text = render(CLIENT_NOTES[locale], known, Audience.CLIENT, locale)
    for fact_id in ("order", "late"):
        text = text.replace(figure(known.by_id[fact_id], known.zone, Audience.CLIENT, locale), "")
    assert not re.search(r"\d", text)


def test_facts_refuse_what_would_be_a_figure_nobody_can_trust() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        Fact("due", FactKind.INSTANT, datetime(2026, 1, 1), "when")  # noqa: DTZ001
    with pytest.raises(ValueError, match="is a count"):
        Fact("items", FactKind.COUNT, True, "how many")
    with pytest.raises(ValueError, match="is not the id"):
        Fact("Late By", FactKind.COUNT, 1, "how many")
    twice = Fact("items", FactKind.COUNT, 1, "how many", BOTH)
    with pytest.raises(ValueError, match="two facts items"):
        Facts.of([twice, twice], ZONE)
    with pytest.raises(ValueError, match="required of client"):
        Facts.of([twice], ZONE, required={Audience.CLIENT: frozenset({"eta"})})
