"""An EPCIS event in the one order and spelling of the CBV 2.0 event hash.

Two documents that state the same event give the same text, whatever their order of fields, prefix
names, offsets and identifier schemes; what says how an event travelled is left out.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from e2a.sources.epcis.gs1 import normal

CBV, GS1 = "https://ref.gs1.org/cbv/", "https://gs1.org/voc/"
_PREFIXES = {"cbv": CBV, "gs1": GS1, "rdfs": "http://www.w3.org/2000/01/rdf-schema#"}
_COMMENT = frozenset({"{http://www.w3.org/2000/01/rdf-schema#}comment"})
_IGNORED = _COMMENT | {"eventID", "recordTime", "errorDeclaration", "captureID", "@context", "type"}

_QUANTITY = ("epcClass", "quantity", "uom")
_REPORT = (
    "type", "exception", "deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "time",
    "microorganism", "chemicalSubstance", "value", "component", "stringValue", "booleanValue",
    "hexBinaryValue", "uriValue", "minValue", "maxValue", "meanValue", "sDev", "percRank",
    "percValue", "uom", "coordinateReferenceSystem",
)  # fmt: skip
_METADATA = (
    "time", "startTime", "endTime", "deviceID", "deviceMetadata", "rawData", "dataProcessingMethod",
    "bizRules",
)  # fmt: skip
_ORDER = (
    "eventTime", "eventTimeZoneOffset", "certificationInfo", "epcList", "parentID", "childEPCs",
    "quantityList", "childQuantityList", "inputEPCList", "inputQuantityList", "outputEPCList",
    "outputQuantityList", "action", "transformationID", "bizStep", "disposition",
    "persistentDisposition", "readPoint", "bizLocation", "bizTransactionList", "destinationList",
    "sourceList", "sensorElementList", "ilmd",
)  # fmt: skip
_FIELDS: dict[str, tuple[str, ...]] = {
    "quantityElement": _QUANTITY,
    "persistentDisposition": ("set", "unset"),
    "readPoint": ("id",),
    "bizLocation": ("id",),
    "bizTransactionList": ("type", "bizTransaction"),
    "sourceList": ("type", "source"),
    "destinationList": ("type", "destination"),
    "sensorElement": ("sensorMetadata", "sensorReport"),
    "sensorMetadata": _METADATA,
    "sensorReport": _REPORT,
}
"""The standard's fields of each part, in its order; others are extensions and follow sorted."""

_ELEMENTS = {
    "epcList": "epc", "childEPCs": "epc", "inputEPCList": "epc", "outputEPCList": "epc",
    "quantityList": "quantityElement", "childQuantityList": "quantityElement",
    "inputQuantityList": "quantityElement", "outputQuantityList": "quantityElement",
    "sensorElementList": "sensorElement", "bizTransactionList": "", "sourceList": "",
    "destinationList": "",
}  # fmt: skip
"""Lists whose items bear another name than the list, or none."""

_TIMES = frozenset({"eventTime", "time", "startTime", "endTime"})
_WORDS = {
    "bizStep": (f"{CBV}BizStep-", "urn:epcglobal:cbv:bizstep:"),
    "disposition": (f"{CBV}Disp-", "urn:epcglobal:cbv:disp:"),
    "set": (f"{CBV}Disp-", "urn:epcglobal:cbv:disp:"),
    "unset": (f"{CBV}Disp-", "urn:epcglobal:cbv:disp:"),
    "bizTransactionList": (f"{CBV}BTT-", "urn:epcglobal:cbv:btt:"),
    "sourceList": (f"{CBV}SDT-", "urn:epcglobal:cbv:sdt:"),
    "destinationList": (f"{CBV}SDT-", "urn:epcglobal:cbv:sdt:"),
    "component": (f"{CBV}Comp-", "urn:epcglobal:cbv:comp:"),
    "sensorReport": (GS1, "urn:epcglobal:voc:"),
    "exception": (GS1, "urn:epcglobal:voc:"),
}
"""Where the standard's bare words and old URNs live; `type` follows the part it stands in."""

_FRACTION = re.compile(r"(\.\d+)")
_HALF = Decimal("0.5")
_BARE = re.compile(r"[\w-]+", re.ASCII)


def prehash(event: Mapping[str, Any], prefixes: Mapping[str, str], skip: Iterable[str] = ()) -> str:
    """The text that is hashed.

    Args:
        event: one event of a document.
        prefixes: names of namespaces, as the document's context says them.
        skip: extension fields that the document says to leave out, as `prefix:name`.

    Raises:
        ValueError: a time cannot be read.
    """
    names = {**_PREFIXES, **prefixes}
    left_out = frozenset(_full(name, names) for name in skip) | _IGNORED
    return f"eventType={event.get('type', '')}" + _part(event, _ORDER, "event", names, left_out)


def _part(
    value: Mapping[str, Any], order: tuple[str, ...], inside: str, names: Mapping[str, str],
    left_out: frozenset[str],
) -> str:  # fmt: skip
    known = [_field(name, value[name], inside, names) for name in order if name in value]
    extensions = sorted(
        _field(_full(name, names), item, inside, names)
        for name, item in value.items()
        if name not in order and _full(name, names) not in left_out
    )
    return "".join((*known, *extensions))


def _field(name: str, value: object, inside: str, names: Mapping[str, str]) -> str:
    """A field with its name; each item of a list bears its own name, or the list's again."""
    if not isinstance(value, list):
        return _item(name, value, names, inside if name == "type" else name)
    element = _ELEMENTS.get(name, name)
    items = sorted(_item(element, item, names, element or name) for item in value)
    return ("" if element == name else name) + "".join(items)


def _item(label: str, value: object, names: Mapping[str, str], field: str = "") -> str:
    if isinstance(value, Mapping):
        part = field or label
        return label + _part(value, _FIELDS.get(part, ()), part, names, _COMMENT)
    return f"{label}={_text(field or label, value, names)}"


def _full(name: str, names: Mapping[str, str]) -> str:
    """An extension's name with its namespace, `{https://ns.example.com/}name`."""
    prefix, colon, local = name.partition(":")
    return f"{{{names.get(prefix, prefix)}}}{local}" if colon else name


def _text(field: str, value: object, names: Mapping[str, str]) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return _number(value)
    text = str(value)
    if field in _TIMES:
        return _instant(text)
    return _word(text, *_WORDS[field], names) if field in _WORDS else normal(text)


def word(field: str, text: str, prefixes: Mapping[str, str]) -> str:
    """A word of the standard without its address; a vocabulary of the user's own as it is."""
    return _word(text, *_WORDS[field], {**_PREFIXES, **prefixes}).removeprefix(_WORDS[field][0])


def _word(text: str, home: str, urn: str, names: Mapping[str, str]) -> str:
    """A word of the standard as its address; a vocabulary of the user's own as it is."""
    if text.startswith(urn):
        return home + text.removeprefix(urn)
    prefix, colon, local = text.partition(":")
    if colon and names.get(prefix) in (CBV, GS1):
        return f"{names[prefix]}{local}"
    return home + text if _BARE.fullmatch(text) else text


def _number(value: float) -> str:
    return f"{Decimal(str(value)).normalize():f}"


def _instant(text: str) -> str:
    """UTC to the millisecond, half a millisecond up."""
    fraction = _FRACTION.search(text)
    moment = datetime.fromisoformat(_FRACTION.sub("", text).upper())
    if moment.tzinfo is None:
        raise ValueError("a time without its offset")
    thousandths = int(Decimal(f"0{fraction[1]}") * 1000 + _HALF) if fraction else 0
    utc = moment.astimezone(UTC) + timedelta(milliseconds=thousandths)
    return utc.strftime("%Y-%m-%dT%H:%M:%S.") + f"{utc.microsecond // 1000:03}Z"
