"""An EPCIS event as far as we read it, and what it is read with."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

from e2a.domain.deliveries import Delivery
from e2a.domain.events import Line, Reference
from e2a.sources.epcis.gs1 import key_of, normal
from e2a.sources.reading import Identifier, Loose

_GTIN, _SSCC = "01", "00"


@dataclass(frozen=True, slots=True)
class Context:
    """What a document says about all of its events.

    Attributes:
        prefixes: names of namespaces.
        skip: extension fields that are no part of an event's identity.
    """

    prefixes: Mapping[str, str]
    skip: tuple[str, ...]
    delivery: Delivery


def _spelled(name: str) -> str:
    """A field as the standard writes it: `child_epcs` is `childEPCs`."""
    return re.sub("(Id|Ids|Epcs)$", lambda end: end[1].upper().replace("S", "s"), to_camel(name))


class _Spelled(Loose):
    model_config = ConfigDict(alias_generator=_spelled)


class _Place(_Spelled):
    id: str | None = None


class _Quantity(_Spelled):
    epc_class: str
    quantity: float | None = None
    uom: str | None = None


class _Transaction(_Spelled):
    type: str = ""
    biz_transaction: str


class _Error(_Spelled):
    declaration_time: str | None = None
    reason: str | None = None
    corrective_event_ids: tuple[str, ...] = ()


class Event(_Spelled):
    """One event; what stands in no field here is part of its identity only."""

    type: str
    event_time: str
    event_id: Identifier | None = None
    action: str = "OBSERVE"
    biz_step: str | None = None
    disposition: str | None = None
    parent_id: str | None = None
    epc_list: tuple[str, ...] = ()
    child_epcs: tuple[str, ...] = ()
    quantity_list: tuple[_Quantity, ...] = ()
    child_quantity_list: tuple[_Quantity, ...] = ()
    biz_transaction_list: tuple[_Transaction, ...] = ()
    read_point: _Place = Field(default_factory=_Place)
    biz_location: _Place = Field(default_factory=_Place)
    error_declaration: _Error | None = None

    @property
    def parcels(self) -> tuple[Reference, ...]:
        """The logistic units it is about, by SSCC: what was packed, else what was moved."""
        names = (self.parent_id,) if self.parent_id else self.epc_list
        keys = (key_of(normal(name)) for name in names)
        found = dict.fromkeys(value for key, value in keys if key == _SSCC)
        return tuple(Reference(namespace="sscc", value=value) for value in found)

    @property
    def lines(self) -> tuple[Line, ...]:
        """Units by GTIN: one a serial number, and what classes count; weights count no units."""
        units: Counter[str] = Counter()
        for link, count in (*self._single(), *self._counted()):
            key, value = key_of(link)
            if key == _GTIN:
                units[value] += count
        return tuple(Line(line=g, sku=g, quantity=count) for g, count in units.items() if count > 0)

    def _single(self) -> Iterator[tuple[str, int]]:
        for name in (*self.epc_list, *self.child_epcs):
            yield normal(name), 1

    def _counted(self) -> Iterator[tuple[str, int]]:
        for item in (*self.quantity_list, *self.child_quantity_list):
            if item.quantity and item.uom is None and item.quantity.is_integer():
                yield normal(item.epc_class), int(item.quantity)

    @property
    def attributes(self) -> dict[str, Any]:
        """Where it was, and what was weighed rather than counted."""
        weighed = [
            item.model_dump()
            for item in (*self.quantity_list, *self.child_quantity_list)
            if item.uom is not None
        ]
        known = {
            "read_point": self.read_point.id,
            "location": self.biz_location.id,
            "disposition": self.disposition,
            "quantities": weighed,
        }
        return {name: value for name, value in known.items() if value}
