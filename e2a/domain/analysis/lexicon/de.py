"""German; see the package."""

from e2a.domain.analysis.lexicon.base import Lexicon

_PART = (
    "zwei|zwo|drei|vier|fünf|sechs|sech|sieben|sieb|acht|neun|zehn|elf|zwölf|zwan|hundert|tausend"
    "|million|milliarde"
)

LEXICON = Lexicon(
    numbers=(
        rf"(?:einund|ein(?=hundert|tausend))?(?:{_PART})(?:und|{_PART}|zig|ßig)*"
        r"(?:e|en|er|te[rnms]?|ste[rnms]?|mal|fach\w*|tel|teln)?"
        r"|null|eins|einzige[rnms]?|dutzend\w*|halb|halbe[rnms]?|hälfte|viertel|doppelt\w*"
        r"|dritte[rnms]?|prozent"
    ),
    times=(
        r"sekunden?|minuten?|min|stunden?|stündig\w*|std|tag|tage|tagen|tages|täglich|wochen?"
        r"|wochenende\w*|monat\w*|jahr\w*|montag\w*|dienstag\w*|mittwoch\w*|donnerstag\w*"
        r"|freitag\w*"
        r"|samstag\w*|sonnabend\w*|sonntag\w*|januar|februar|märz|mai|juni|juli|august"
        r"|oktober|dezember|heute|morgen|übermorgen|gestern|mittags?|mitternacht|abends?"
        r"|vormittag\w*"
        r"|nachmittag\w*|\w+stündig\w*|\w+tägig\w*"
    ),
    harmless=r"guten\s(?:tag|morgen|abend)|einen\sschönen\stag",
    ordinary=r"hier|die|am|an|im|mit|fin|ans|man|so|die|dies|sale|elle|den|min",
    causes={
        "WEATHER": r"wetter\w*|unwetter\w*|sturm\w*|schnee\w*|regen|hochwasser|glatteis",
        "VOLUME": r"\w*aufkommen|hochsaison|andrang|überlast\w*|stau|rückstau|auslastung",
        "STAFFING": r"personal\w+|krank\w*|unterbesetz\w*",
        "CUSTOMS": r"zoll\w*|grenze",
        "STRIKE": r"streik\w*",
        "TRAFFIC": r"verkehr\w*|unfall\w*",
        "MECHANICAL": r"maschine\w*|panne\w*|defekt\w*|ausfall|reparatur\w*",
        "HOLIDAY": r"feiertag\w*",
        "LOSS": r"verloren\w*|gestohlen\w*|diebstahl|fehlgeleitet\w*|verlegt\w*",
        "INVENTORY_SHORTAGE STOCK_MISMATCH": (
            r"ausverkauft|nicht\s(?:auf\slager|vorrätig|lieferbar)|fehlbestand\w*|lieferengpass\w*"
            r"|bestandsdifferenz\w*|fehlende\w*\sware"
        ),
        "ADDRESS_ERROR ADDRESS_INVALID": (
            r"(?:falsche|ungültige|unvollständige|fehlerhafte)[rnms]?\s(?:adresse|anschrift)"
            r"|adressfehler\w*|adressproblem\w*"
        ),
        "PAYMENT_FAILED": (
            r"zahlung\s(?:ist\s)?fehlgeschlagen|abgelehnt\w*|zahlungsproblem\w*|unbezahlt\w*"
        ),
        "DAMAGED_PACKAGE": r"beschädig\w*|kaputt\w*|zerbrochen\w*",
        "CUSTOMER_UNAVAILABLE": (
            r"nicht\s(?:angetroffen|zu\shause|zuhause|erreichbar)|niemand\s\w*\s?da"
        ),
        "SYSTEM_ERROR": (
            r"systemfehler\w*|systemausfall\w*|technische[rnms]?\s\w+|softwarefehler\w*|störung\w*"
        ),
    },
    connectors=(
        r"weil|wegen|aufgrund|auf\sgrund|verursacht\w*|infolge|bedingt\sdurch|der\sgrund\s(?:ist"
        r"|war|für)"
    ),
    promises={
        "refund": r"erstatt\w*|rückerstatt\w*|geld\szurück|rückzahlung\w*",
        "credit": (
            r"gutschrift\w*|gutschreib\w*|gutschein\w*|rabatt\w*|entschädig\w*|nachlass"
            r"|kostenlos\w*|gratis"
        ),
        "replacement": r"ersatz\w*|neu\szusenden|erneut\szusenden|austausch\w*",
        "eta": (
            r"(?:wird|werden|soll|sollte|dürfte)\s(?:\w+\s){0,4}(?:ankommen|eintreffen|geliefert"
            r"|zugestellt"
            r"|erhalten|da\ssein|verschickt|versendet)|bald|in\skürze|demnächst|morgen"
        ),
        "cancellation": r"stornier\w*|storno|annullier\w*",
        "guarantee": (
            r"garant\w*|versprechen\swir|wir\sversprechen|sicherlich|bestimmt|genehmigt\w*"
        ),
    },
    jargon=(
        r"verstoß\w*|verstöße\w*|verletzung|ausnahme\w*|ursachenanalyse|konfidenz|richtlinie\w*"
        r"|vertragsstrafe\w*|strafe\w*|kommissionier\w*|scans?|station\w*|mandant\w*|eskal\w*"
        r"|einlagerung"
    ),
    blame=(
        r"(?:unser|unsere|unserem|unseren|mein|ihr)\s(?:fehler|schuld|versäumnis"
        r"|verschulden)|schuld|verschulden|fahrlässig\w*|haftung|haften|haftbar"
        r"|verantwortlich\w*|wir\shaben\s(?:versagt|vergessen)|zugeben|rechtlich\w*"
    ),
    money=(r"euro|dollar|geld|kosten|preis\w*|gebühr\w*"),
    apology=r"entschuldig\w*|tut\suns\sleid|tut\smir\sleid|bedauern\w*|verzeih\w*|leider",
    addressed=r"sie|ihr|ihre|ihrer|ihren|ihrem|ihres|ihnen|du|dein\w*|dir|dich|euch|eure\w*",
)
