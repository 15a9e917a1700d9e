"""Facts and answers that the tests of this folder share."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from e2a.domain.analysis.breach_facts import Beside, facts_of_breach
from e2a.domain.analysis.facts import Facts
from e2a.domain.narrative import BreachFacts

START = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)


def breach(**changes: Any) -> BreachFacts:
    """Section 9 of the specification: order 1042, picking, promised in 120 minutes, took 187."""
    said: dict[str, Any] = {
        "tenant_id": "lumen", "order_id": "shopify:ORD-1042", "stage": "pick", "instance": 1,
        "version": 1, "known_from": START, "zone": ZoneInfo("America/Chicago"), "site": "WH-2",
        "owner": "warehouse", "started_at": START, "due_at": START + timedelta(minutes=120),
        "completed_at": START + timedelta(minutes=187), "is_provisional": False,
        "late": timedelta(minutes=67), "reported": (),
    }  # fmt: skip
    return BreachFacts(**said | changes)


BESIDE = Beside(target=timedelta(minutes=120))


def facts(beside: Beside = BESIDE, **changes: Any) -> Facts:
    return facts_of_breach(breach(**changes), beside)


def opened(**changes: Any) -> Facts:
    """The same while the stage is not done."""
    return facts(completed_at=None, **changes)


GOOD: dict[str, Any] = {
    "reasoning": "The [[stage]] ended after its promise by [[late]]. No report speaks for more.",
    "label": "PICK_DELAY",
    "confidence": 0.8,
    "ops_note": "[[stage]] of order [[order]] at [[site]] was due [[due]] and was done"
    " [[completed]], [[late]] late. [[next_step]].",
    "client_note": "Your order [[order]] took [[late]] longer in our warehouse than we had"
    " planned. We are sorry for the wait. [[next_step]].",
}

CLIENT_NOTES = {
    "en": GOOD["client_note"],
    "de": "Ihre Bestellung [[order]] hat in unserem Lager [[late]] länger gebraucht als geplant."
    " Wir bitten um Entschuldigung. [[next_step]].",
    "es": "Su pedido [[order]] ha tardado [[late]] más de lo previsto en nuestro almacén."
    " Lo sentimos. [[next_step]].",
    "fr": "Votre commande [[order]] a pris [[late]] de plus que prévu dans notre entrepôt."
    " Nous sommes désolés. [[next_step]].",
    "he": "ההזמנה שלך [[order]] התעכבה במחסן שלנו [[late]] מעבר למתוכנן."
    " אנחנו מצטערים. [[next_step]].",
    "ru": "Ваш заказ [[order]] задержался на нашем складе на [[late]]. Просим извинить нас."
    " [[next_step]].",
}
"""The same note in every language of notes."""


def answer(**changes: Any) -> dict[str, Any]:
    return GOOD | changes
