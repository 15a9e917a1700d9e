"""Source `file`: rows of bulk files, in the typed shape plus `recorded_at` and `order_namespace`.

Add a dialect here when a file states something else than events. Reading a foreign file format
into rows belongs to a module of its own, such as `olist`.
"""

from e2a.domain.deliveries import Delivery, Events, NothingToDo, RefusedDeliveryError
from e2a.domain.dialects import BAD_ROW, DIALECT_HEADER, EVENTS, FOR_THE_GUARD
from e2a.sources.reading import as_object, decode, header, unknown
from e2a.sources.typed.batch import translate_all
from e2a.sources.typed.translate import Lane

_LANE = Lane(namespace="order", history=True)


def parse(delivery: Delivery) -> Events | NothingToDo:
    """The file's events; invoices and tenders are kept for the guard and are no events."""
    dialect = header(delivery, DIALECT_HEADER) or EVENTS
    if dialect in FOR_THE_GUARD:
        return NothingToDo(FOR_THE_GUARD[dialect])
    if dialect == BAD_ROW:
        row = as_object(decode(delivery), "A row")
        raise RefusedDeliveryError("malformed_row", str(row.get("problem")))
    if dialect != EVENTS:
        raise unknown(f"Header {DIALECT_HEADER}", dialect, (EVENTS, *FOR_THE_GUARD))
    return translate_all(decode(delivery), _LANE, delivery)
