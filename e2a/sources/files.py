"""Source `file`: rows of bulk files, in the typed shape plus `recorded_at` and `order_namespace`.

Add a dialect here when a file states something else than events. Reading a foreign file format
into rows belongs to a module of its own, such as `olist`.
"""

from e2a.domain.deliveries import Delivery, Events, NothingToDo
from e2a.sources.reading import decode, header, unknown
from e2a.sources.typed.batch import translate_all
from e2a.sources.typed.translate import Lane

DIALECT_HEADER = "e2a-dialect"
EVENTS, BILLED_INVOICE = "events", "billed-invoice"
_LANE = Lane(namespace="order", history=True)


def parse(delivery: Delivery) -> Events | NothingToDo:
    """The file's events; an invoice billed elsewhere is kept for the guard and is no event."""
    dialect = header(delivery, DIALECT_HEADER) or EVENTS
    if dialect == BILLED_INVOICE:
        return NothingToDo("billed_invoice")
    if dialect != EVENTS:
        raise unknown(f"Header {DIALECT_HEADER}", dialect, (EVENTS, BILLED_INVOICE))
    return translate_all(decode(delivery), _LANE, delivery)
