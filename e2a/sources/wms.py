"""Source `wms`: our own typed shape, one event, an array, or {"events": [...]}.

The shape is `e2a.sources.typed`, documented in docs/sources.md. Only what is peculiar to the
warehouse road belongs here.
"""

from e2a.domain.deliveries import Delivery, Events, NothingToDo
from e2a.sources.reading import decode
from e2a.sources.typed.batch import translate_all
from e2a.sources.typed.translate import Lane

_LANE = Lane(namespace="wms")


def parse(delivery: Delivery) -> Events | NothingToDo:
    """The warehouse's events; its order numbers are names in the namespace `wms`."""
    return translate_all(decode(delivery), _LANE, delivery)
