"""The topic decides: six topics send one identical body, and only the header tells them apart.

Add a topic to the readers of its family, or to `ignored` with the reason why it states no fact.
"""

from e2a.domain.deliveries import Delivery, Events, NothingToDo
from e2a.sources.reading import as_object, decode, header, missing, unknown
from e2a.sources.shopify import (
    fulfillment_orders,
    fulfillments,
    holds,
    orders,
    regrouping,
    returns,
)
from e2a.sources.shopify.ignored import NOTHING, OTHER_FAMILIES
from e2a.sources.shopify.message import Message, Reader
from e2a.sources.typed.batch import is_typed, translate_all
from e2a.sources.typed.translate import Lane

_LANE = Lane(namespace="shopify")

READERS: dict[str, Reader] = {
    **orders.READERS,
    **fulfillments.READERS,
    **fulfillment_orders.READERS,
    **holds.READERS,
    **regrouping.READERS,
    **returns.READERS,
}


def parse(delivery: Delivery) -> Events | NothingToDo:
    """The facts of a webhook, or of a typed event sent without a topic."""
    document = decode(delivery)
    topic = header(delivery, "x-shopify-topic", "shopify-topic")
    if topic is None and is_typed(document):
        return translate_all(document, _LANE, delivery)
    if topic is None:
        raise missing("x-shopify-topic", ", the header that decides what the body means")
    return _by_topic(Message(topic.lower(), as_object(document, "The body"), delivery))


def _by_topic(message: Message) -> Events | NothingToDo:
    if reader := READERS.get(message.topic):
        return reader(message)
    if reason := NOTHING.get(message.topic):
        return NothingToDo(reason)
    family, slash, _ = message.topic.partition("/")
    if slash and family in OTHER_FAMILIES:
        return NothingToDo(f"{family} topics state no fact about an order's fulfilment")
    raise unknown("The Shopify topic", message.topic, (*READERS, *NOTHING))
