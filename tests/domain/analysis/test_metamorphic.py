"""Another name, amount, place or language changes what stands in the slots, and nothing else."""

from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from e2a.domain.analysis.facts import Audience, Facts
from e2a.domain.analysis.figures import figure
from e2a.domain.analysis.judging import narrative_judge
from e2a.domain.analysis.slots import SLOT, render
from tests.domain.analysis.answers_of import GOOD, START, facts
from tests.domain.analysis.test_rationale import RATIONALE, adjustment

OPS, CLIENT = Audience.OPS, Audience.CLIENT
names = st.from_regex(r"[A-Z]{2,4}-[0-9]{1,9}", fullmatch=True)
zones = st.sampled_from(["UTC", "Asia/Tokyo", "America/Chicago", "Asia/Jerusalem"])


def between(text: str, known: Facts, audience: Audience, locale: str) -> list[str]:
    """What stands around the figures of a rendered text, in order."""
    rendered, rest = render(text, known, audience, locale), []
    for slot in SLOT.finditer(text):
        shown = figure(known.by_id[slot[1]], known.zone, audience, locale).rstrip(".")
        at = rendered.casefold().index(shown.casefold())
        rest.append(rendered[:at])
        rendered = rendered[at + len(shown) :]
    return [*rest, rendered]


@settings(deadline=None)
@given(order=names, site=names, minutes=st.integers(60, 1439), zone=zones)
def test_renaming_scaling_and_moving_an_order_changes_only_slots(
    order: str, site: str, minutes: int, zone: str
) -> None:
    end = START + timedelta(minutes=120 + minutes)
    other = facts(
        order_id=f"shopify:{order}", site=site, zone=ZoneInfo(zone), completed_at=end,
        late=timedelta(minutes=minutes),
    )  # fmt: skip
    for note, audience in (("ops_note", OPS), ("client_note", CLIENT)):
        around = between(GOOD[note], other, audience, "en")
        assert around == between(GOOD[note], facts(), audience, "en")
    assert narrative_judge(other, "en")(GOOD) == []


def test_another_currency_changes_only_slots() -> None:
    texts = [between(RATIONALE, adjustment(currency=one), OPS, "en") for one in ("USD", "JPY")]
    assert texts[0] == texts[1]
    assert render(RATIONALE, adjustment(currency="JPY"), OPS, "en").count("¥") == 3


def test_another_locale_changes_only_slots() -> None:
    texts = [between(RATIONALE, adjustment(), OPS, one) for one in ("en", "de", "fr")]
    assert texts[0] == texts[1] == texts[2]


def test_the_order_of_facts_changes_nothing() -> None:
    known = facts()
    turned = Facts.of(reversed([*known.by_id.values()]), known.zone, required=known.required)
    assert turned.for_prompt() == known.for_prompt()


def test_an_amount_keeps_every_digit() -> None:
    exact = adjustment(
        amount=Decimal("-10.005"), billed=Decimal("30.010"), expected=Decimal("20.005")
    )
    assert "-$10.005" in render(RATIONALE, exact, OPS, "en")
