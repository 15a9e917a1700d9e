"""GS1 identifiers in one spelling: an EPC URN and any Digital Link become a link at id.gs1.org.

Add a scheme here when GS1 does. Nothing is looked up: the check digit and the split between
company prefix and reference follow from the text.
"""

import re
from collections.abc import Callable, Sequence
from urllib.parse import quote, unquote

LINK = "https://id.gs1.org"
_URN = re.compile(r"urn:epc:(?:id|class|idpat):([a-z]+):(.+)", re.ASCII)
_NAMES = {
    "gtin": "01", "itip": "8006", "cpid": "8010", "sscc": "00", "gln": "414", "party": "417",
    "gsrn": "8018", "gsrnp": "8017", "grai": "8003", "giai": "8004", "gdti": "253", "gcn": "255",
    "ginc": "401", "gsin": "402",
}  # fmt: skip
"""Words of old Digital Links for the keys that a link may begin with."""

_KEYS = "|".join((*_NAMES.values(), *_NAMES))
_DIGITAL = re.compile(rf"https?://[^/]+(?:/[^?#]*?)??/({_KEYS})/([^?#]+)(?:[?#].*)?", re.ASCII)


def check_digit(digits: str) -> str:
    """The digit that GS1 appends: weights 3 and 1 from the right."""
    weighed = sum(
        int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits))
    )
    return str(-weighed % 10)


def _checked(digits: str) -> str:
    return digits + check_digit(digits)


def _gtin(company: str, item: str) -> str:
    """The indicator digit stands before the company prefix."""
    return _checked(item[:1] + company + item[1:])


def _serial(text: str) -> str:
    return quote(unquote(text), safe="'")


def _after(prefix: str, serial: Sequence[str]) -> str:
    """A serial number as a part of its own; a pattern for all serials has none."""
    return f"{prefix}/{_serial(serial[0])}" if serial and serial[0] != "*" else ""


def _plain(serial: Sequence[str]) -> str:
    return _serial(serial[0]) if serial and serial[0] != "*" else ""


_SCHEMES: dict[str, Callable[[list[str]], str]] = {
    "sgtin": lambda p: f"/01/{_gtin(p[0], p[1])}{_after('/21', p[2:])}",
    "lgtin": lambda p: f"/01/{_gtin(p[0], p[1])}{_after('/10', p[2:])}",
    "upui": lambda p: f"/01/{_gtin(p[0], p[1])}{_after('/235', p[2:])}",
    "sscc": lambda p: f"/00/{_gtin(p[0], p[1])}",
    "sgln": lambda p: (
        f"/414/{_checked(p[0] + p[1])}" + ("" if p[2] == "0" else _after("/254", p[2:]))
    ),
    "pgln": lambda p: f"/417/{_checked(p[0] + p[1])}",
    "grai": lambda p: f"/8003/0{_checked(p[0] + p[1])}{_plain(p[2:])}",
    "giai": lambda p: f"/8004/{p[0]}{_plain(p[1:])}",
    "gsrn": lambda p: f"/8018/{_checked(p[0] + p[1])}",
    "gsrnp": lambda p: f"/8017/{_checked(p[0] + p[1])}",
    "gdti": lambda p: f"/253/{_checked(p[0] + p[1])}{_plain(p[2:])}",
    "sgcn": lambda p: f"/255/{_checked(p[0] + p[1])}{_plain(p[2:])}",
    "cpi": lambda p: f"/8010/{p[0]}{_serial(p[1])}{_after('/8011', p[2:])}",
    "ginc": lambda p: f"/401/{p[0]}{_plain(p[1:])}",
    "gsin": lambda p: f"/402/{_checked(p[0] + p[1])}",
    "itip": lambda p: f"/8006/{_gtin(p[0], p[1])}{p[2]}{p[3]}{_after('/21', p[4:])}",
}


def normal(text: str) -> str:
    """An identifier in its one spelling; any other text as it is."""
    if urn := _URN.fullmatch(text):
        return _of_urn(urn[1], urn[2], text)
    if link := _DIGITAL.fullmatch(text):
        return f"{LINK}/{_NAMES.get(link[1], link[1])}/{link[2].rstrip('/')}"
    return text


def _of_urn(scheme: str, body: str, text: str) -> str:
    build, parts = _SCHEMES.get(scheme), body.split(".")
    if build is None:
        return text
    try:
        return LINK + build(_joined(scheme, parts))
    except (IndexError, ValueError):
        return text


def _joined(scheme: str, parts: list[str]) -> list[str]:
    """Serial numbers may hold points: what is too much belongs to the last part."""
    most = {"giai": 2, "ginc": 2, "gsin": 2, "sscc": 2, "pgln": 2, "itip": 5}.get(scheme, 3)
    return [*parts[: most - 1], ".".join(parts[most - 1 :])] if len(parts) > most else parts


def key_of(link: str) -> tuple[str, str]:
    """The first key of a normal link and its value, such as ("00", "340123451111111111")."""
    parts = link.removeprefix(LINK).split("/")
    return (parts[1], parts[2]) if link.startswith(LINK) and len(parts) > 2 else ("", "")
