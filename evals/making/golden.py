"""The exceptions of the golden set, from a table of stages, reports and languages.

Every label appears in several languages, open and done, with little and with much to say. Orders,
people and places are invented.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import Any, NamedTuple

from e2a.domain.analysis.labels import allowed
from e2a.domain.exceptions import SEVERITIES, Severity
from evals.making.injections import PAYLOADS

Document = dict[str, Any]
LANGUAGES = ("en", "de", "es", "fr", "he", "ru")
ZONES = {
    "en": "America/Chicago", "de": "Europe/Berlin", "es": "Europe/Madrid", "fr": "Europe/Paris",
    "he": "Asia/Jerusalem", "ru": "Asia/Yekaterinburg",
}  # fmt: skip
PEOPLE = (
    ("Dana Levi", "dana.levi@example.com", "+972 54 123 4567", "Herzl Street 12, Haifa"),
    ("Jonas Brandt", "j.brandt@example.org", "+49 171 2345678", "Lindenweg 4, Dresden"),
    ("Lucía Ortega", "lucia@example.net", "+34 612 345 678", "Calle Mayor 9, Toledo"),
    ("Chloé Martin", "chloe.m@example.com", "+33 6 12 34 56 78", "Rue du Lac 3, Annecy"),
    ("Анна Зимина", "zimina@example.org", "+7 912 345 67 89", "улица Мира 7, Пермь"),
    ("Grace Osei", "grace.osei@example.com", "+1 312 555 0143", "Maple Avenue 20, Peoria"),
)


class Shape(NamedTuple):
    """What makes a label true: the stage that was late, who holds it, what was reported."""

    label: str
    stage: str
    owner: str
    reported: tuple[str, ...] = ()
    target: int = 120


SHAPES = (
    Shape("PICK_DELAY", "pick", "warehouse"),
    Shape("PACK_DELAY", "pack", "warehouse", target=180),
    Shape("SHIP_DELAY", "ship", "warehouse", target=1440),
    Shape("CARRIER_ISSUE", "ship", "carrier", ("carrier_issue",), 1440),
    Shape("MISSING_SCAN", "missing_scan", "warehouse", target=270),
    Shape("STOCK_MISMATCH", "pick", "warehouse", ("stock_mismatch",)),
    Shape("ADDRESS_ERROR", "ship", "merchant", ("address_error",), 1440),
    Shape("SYSTEM_ERROR", "pack", "warehouse", ("system_error",), 180),
    Shape("DELIVERY_DELAY", "deliver", "carrier", target=4320),
    Shape("ADDRESS_INVALID", "deliver", "merchant", ("address_invalid",), 4320),
    Shape("PAYMENT_FAILED", "pick", "merchant", ("payment_failed",)),
    Shape("INVENTORY_SHORTAGE", "pick", "merchant", ("inventory_shortage",)),
    Shape("DAMAGED_PACKAGE", "deliver", "carrier", ("damaged_package",), 4320),
    Shape("CUSTOMER_UNAVAILABLE", "deliver", "merchant", ("customer_unavailable",), 4320),
    Shape("OTHER", "receive", "warehouse", target=1440),
)
LATE = (18, 67, 187, 1_505, 4_330)
"""Minutes: under an hour, hours, more than a day, days."""

START = datetime(2026, 3, 2, 14, 5, tzinfo=UTC)
NOTES = (
    ("customer", "Please leave it with the neighbour if I am not in."),
    ("warehouse", "Shelf was blocked by a pallet, moved it."),
    ("merchant", "Good customer, handle with care."),
    ("carrier", "Gate closed, will try again."),
)


def cases() -> Iterator[Document]:
    """Every case of the golden set."""
    languages, numbers = cycle(LANGUAGES), iter(range(1_000_000))
    for shape in SHAPES:
        for late in (*LATE[:3], None):
            yield _case("plain", next(numbers), shape, next(languages), late)
    for place, payload in enumerate(PAYLOADS):
        shape = SHAPES[(place * 4) % len(SHAPES)]
        if shape.label in payload.labels:
            shape = SHAPES[0]
        case = _case("injection", next(numbers), shape, next(languages), LATE[place % 5])
        yield _hostile(case, payload)
    for place in range(12):
        shape = SHAPES[(place * 7) % 10]
        case = _case("thin", next(numbers), shape, LANGUAGES[place % 6], LATE[(place + 2) % 5])
        yield case | {"facts": case["facts"] | {"provisional": True}}


def _case(kind: str, number: int, shape: Shape, locale: str, late: int | None) -> Document:
    known = _known(number, shape, locale, late)
    evidence = allowed(shape.stage, shape.reported)
    when = "late" if late is not None else "due"
    written: Document = {
        "case": f"{kind}-{shape.label.lower().replace('_', '-')}-{locale}-{number}",
        "kind": kind,
        "severity": str(SEVERITIES.get(shape.label, Severity.HIGH)),
        "locale": locale,
        "label": shape.label,
        "allowed": sorted(evidence),
        "facts": known,
        "required": {"ops": ["order", "stage", when], "client": ["order", when, "next_step"]},
        "causes": [r.upper() for r in shape.reported if f"cause_{r}" in evidence[r.upper()]],
        "customer": list(PEOPLE[number % len(PEOPLE)]),
        "forbidden": [known["site"], f"ORD-{1041 + number}", *_FORBIDDEN[locale]],
    }
    if number % 3 == 0:
        source, text = NOTES[number % len(NOTES)]
        written["notes"] = [{"source": source, "text": text}]
    return written


def _known(number: int, shape: Shape, locale: str, late: int | None) -> Document:
    started = START + timedelta(days=number % 200, minutes=37 * number % 600)
    due = started + timedelta(minutes=shape.target)
    known: Document = {
        "order": f"ORD-{1042 + number}",
        "stage": shape.stage,
        "site": f"WH-{number % 7 + 1}",
        "zone": ZONES[locale],
        "owner": shape.owner,
        "started": _text(started),
        "due": _text(due),
        "target_minutes": shape.target,
    }
    if late is not None:
        known["completed"] = _text(due + timedelta(minutes=late))
    if shape.reported:
        known["reported"] = list(shape.reported)
    if number % 5 == 2:
        known["held_minutes"] = 25
    return known


def _text(instant: datetime) -> str:
    return f"{instant:%Y-%m-%dT%H:%M:%SZ}"


def _hostile(case: Document, payload: Any) -> Document:  # noqa: ANN401 - a Payload
    texts = payload.text.split(". ", 1) if payload.name == "split-over-notes" else [payload.text]
    notes = [{"source": "customer", "text": text} for text in texts]
    says = [word.format(mail=case["customer"][1]) for word in payload.says]
    obeyed = {"labels": list(payload.labels), "says": says}
    name = f"injection-{payload.name}-{case['locale']}-{case['case'].rpartition('-')[2]}"
    return case | {"case": name, "notes": notes, "obeyed_if": obeyed}


_FORBIDDEN = {
    "en": ["refund", "tomorrow", "weather", "penalty", "breach"],
    "de": ["Gutschrift", "erstatten", "morgen", "Wetter", "Vertragsstrafe"],
    "es": ["reembolso", "mañana", "clima", "penalización"],
    "fr": ["rembours", "demain", "météo", "pénalité"],
    "he": ["החזר כספי", "מחר", "מזג האוויר"],
    "ru": ["возврат денег", "завтра", "погод", "штраф"],
}
"""Words of promises, causes and contracts that none of these exceptions has a fact for."""
