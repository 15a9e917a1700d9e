"""Sentences in slots for the languages that prompts know: what a careful model would write."""

OPS = "Order [[order]]: [[stage]] is late{when}. State: [[state]].{cause} Next: [[next_step]]."
OPS_LATE, OPS_DUE = " by [[late]]", "; it was due [[due]]"
OPS_CAUSE = " Reported for it: [[{cause}]]."
REASONING = "The stage [[stage]] missed its promise, and that is what the label says.{cause}"

CLIENT = {
    "English": (
        "We are sorry: your order [[order]] took [[late]] longer than we planned. [[next_step]].",
        "We are sorry: your order [[order]] was planned for [[due]] and is late. [[next_step]].",
    ),
    "German": (
        "Es tut uns leid: Ihre Bestellung [[order]] kam [[late]] später als geplant. "
        "[[next_step]].",
        "Es tut uns leid: Ihre Bestellung [[order]] war bis [[due]] geplant und ist noch nicht "
        "so weit. [[next_step]].",
    ),
    "Spanish": (
        "Lo sentimos: su pedido [[order]] tardó [[late]] más de lo previsto. [[next_step]].",
        "Lo sentimos: su pedido [[order]] estaba previsto para [[due]] y va con retraso. "
        "[[next_step]].",
    ),
    "French": (
        "Nous sommes désolés : votre commande [[order]] a pris [[late]] de plus que prévu. "
        "[[next_step]].",
        "Nous sommes désolés : votre commande [[order]] était prévue pour [[due]] et elle est en "
        "retard. [[next_step]].",
    ),
    "Hebrew": (
        "אנו מצטערים: ההזמנה שלך [[order]] התעכבה [[late]] מעבר למתוכנן. [[next_step]].",
        "אנו מצטערים: ההזמנה שלך [[order]] תוכננה עד [[due]] והיא מתעכבת. [[next_step]].",
    ),
    "Russian": (
        "Приносим извинения: ваш заказ [[order]] задержался на [[late]]. [[next_step]].",
        "Приносим извинения: ваш заказ [[order]] ожидался [[due]] и задерживается. [[next_step]].",
    ),
}
"""By the language's English name: with a known lateness, and with a promise that has passed."""

RATIONALE = {
    "English": ("[[rule]] on invoice [[invoice]]", "the adjustment is [[adjustment]]", "made of"),
    "German": ("[[rule]] auf Rechnung [[invoice]]", "die Anpassung beträgt [[adjustment]]", "aus"),
    "Spanish": ("[[rule]] en la factura [[invoice]]", "el ajuste es de [[adjustment]]", "suma de"),
    "French": (
        "[[rule]] sur la facture [[invoice]]",
        "la correction est de [[adjustment]]",
        "soit la somme de",
    ),
    "Hebrew": ("[[rule]] בחשבונית [[invoice]]", "ההתאמה היא [[adjustment]]", "המורכבת מן"),
    "Russian": ("[[rule]] в счёте [[invoice]]", "корректировка составляет [[adjustment]]", "из"),
}
"""Of an adjustment; other languages get the English one."""
