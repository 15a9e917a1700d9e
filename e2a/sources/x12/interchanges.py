"""An interchange's transactions by kind; those that state no work are nothing to do."""

from e2a.domain.deliveries import Delivery, Events, NothingToDo, RefusedDeliveryError
from e2a.domain.errors import BadInputError
from e2a.domain.x12 import Transaction, transactions
from e2a.sources.reading import together
from e2a.sources.x12 import carrier_status, ship_notice, shipping_advice
from e2a.sources.x12.message import Message, Reader

READERS: dict[str, Reader] = {
    "214": carrier_status.read,
    "856": ship_notice.read,
    "945": shipping_advice.read,
}
_ELSEWHERE = {
    "204": "a load tender is held against a freight invoice: `e2a invoices import --tender`",
    "210": "a freight invoice belongs to the guard: `e2a invoices import --format x12-210`",
    "997": "an acknowledgement of receipt",
    "999": "an acknowledgement of receipt",
}


def parse(delivery: Delivery) -> Events | NothingToDo:
    """The facts of all transactions of an interchange.

    Raises:
        RefusedDeliveryError: it is no X12, or a transaction lacks what its kind needs.
    """
    try:
        found = transactions(delivery.body.replace(b"\0", b""), "The body")
    except BadInputError as error:
        raise RefusedDeliveryError("malformed_x12", str(error)) from None
    said = [_one(transaction, delivery) for transaction in found]
    return together(said, "the interchange holds no transaction")


def _one(transaction: Transaction, delivery: Delivery) -> Events | NothingToDo:
    reader = READERS.get(transaction.kind)
    if reader is not None:
        return reader(Message(transaction, delivery))
    kind = transaction.kind[:8]
    return NothingToDo(_ELSEWHERE.get(kind, f"an X12 {kind} states nothing about work done"))
