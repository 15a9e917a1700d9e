"""The resident narrator: what the radar finds is in a model's words within seconds.

It listens for news of the rules and looks every `look` seconds besides, since a notification may be
lost and a pause may end. Several may run: they share the queue. While the database is away it tries
to come back; without a key it waits, and the rules' words stand.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event

import psycopg

from e2a.analyst.narrator import Narrator, open_narrator
from e2a.domain.errors import DatabaseUnavailableError
from e2a.sla.narration.queue import Wanted
from e2a.sla.narration.running import MOST, narrate
from e2a.sla.narratives import CHANNEL
from e2a.warehouse.connection import Role, Warehouse

FRESH = timedelta(hours=24)
"""What the rules explained longer ago is left to the night, or to somebody who asks for it."""
LONGEST_PAUSE = 5.0


@dataclass(frozen=True, slots=True)
class Outside:
    """What the edge hands in: a clock, a terminal, the wish to stop, and how patient to be."""

    now: Callable[[], datetime]
    say: Callable[[str], None]
    stopped: Event
    most: int = MOST
    look: float = 5.0


def reside(warehouse: Warehouse, outside: Outside) -> None:
    """Narrate until `stopped` is set."""
    pause = 0.2
    while not outside.stopped.is_set():
        try:
            with (
                warehouse.connect(Role.APP, autocommit=True) as ears,
                open_narrator(warehouse) as narrator,
            ):
                ears.execute(f"listen {CHANNEL}")
                pause = 0.2
                _attend(warehouse, narrator, ears, outside)
        except (psycopg.Error, DatabaseUnavailableError) as error:
            outside.say(f"narrate    {' '.join(str(error).split())[:300]}")
            outside.stopped.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE)


def _attend(
    warehouse: Warehouse, narrator: Narrator, ears: psycopg.Connection[tuple[object, ...]],
    outside: Outside,
) -> None:  # fmt: skip
    if not narrator.settings.enabled:
        outside.say("narrate    no key is set: rules write (no_key); AI_API_KEY changes that")
    while not outside.stopped.is_set():
        if narrator.settings.enabled:
            done = narrate(
                warehouse, narrator, outside.now, wanted=Wanted(noted_within=FRESH),
                most=outside.most, going=lambda: not outside.stopped.is_set(),
            )  # fmt: skip
            if done.asked:
                outside.say(f"narrate    {done.words()}")
        _rest(ears, outside)


def _rest(ears: psycopg.Connection[tuple[object, ...]], outside: Outside) -> None:
    """Until there is news, or for `look` seconds; a wish to stop is heard within half a second."""
    waited = 0.0
    while waited < outside.look and not outside.stopped.is_set():
        for _ in ears.notifies(timeout=min(0.5, outside.look), stop_after=1):
            return
        waited += 0.5
