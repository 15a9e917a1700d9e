"""A deliverer that is killed again and again, and a destination that fails half of the time."""

import multiprocessing
import os
import random
import signal
from datetime import UTC, datetime
from threading import Event

import pytest

from e2a.alerts.claimed import Patience
from e2a.alerts.residing import Outside, reside
from e2a.warehouse.connection import Role
from tests.alerts.routing import alerts, announce, outbox
from tests.alerts.scripted import Answer, serving, until
from tests.alerts.sending import ENVIRONMENT, hook, put, settled
from tests.warehouse.lane import rows

PATIENCE = Patience(
    attempts=99, first_wait=0.01, longest_wait=0.02, first_cool=0.02, longest_cool=0.05, look=0.05
)
FORKS = multiprocessing.get_context("forkserver")


def work(warehouse):
    """A deliverer until it is killed: the child process."""
    outside = Outside(ENVIRONMENT, lambda: datetime.now(UTC), lambda line: None, Event(), PATIENCE)
    reside(warehouse, outside)


class Destination:
    """Refuses half of the requests, and kills the deliverer in the middle of some.

    A kill comes when the request was read and judged: the message was refused, or it was taken and
    nobody could note that.
    """

    def __init__(self, warehouse, kills):
        self.taken, self.after_noted = [], []
        self.kills, self.killed, self.worker = kills, 0, None
        self.dice = random.Random(25)
        self.asking = warehouse.connect(Role.APP, autocommit=True)

    def __call__(self, request):
        key = request.key
        noted = self.asking.execute(
            "select state from ops.outbox where idempotency_key = %s and state = 'delivered'",
            (key,),
        ).fetchone()
        if noted:
            self.after_noted.append(key)
        accepts = self.dice.random() < 0.5
        if accepts:
            self.taken.append(key)
        if self.killed < self.kills and self.worker and self.dice.random() < 0.3:
            os.kill(self.worker.pid, signal.SIGKILL)
            self.killed += 1
            self.worker.join()
            self.worker = None
        return Answer(200 if accepts else 500)


def rounds(app, shared, kills):
    numbers = range(1, 2 * kills + 21)
    destination = Destination(shared, kills)
    with serving(destination) as server:
        announce(
            app, alerts({"to": ["there"]}, destinations={"there": hook(server, per_minute=6000)})
        )
        put(app, "there", *numbers)
        while not settled(app):
            live(app, shared, destination)
    destination.asking.close()
    return destination


def live(app, shared, destination):
    """One deliverer, until it was killed or nothing is left to send."""
    destination.worker = worker = FORKS.Process(target=work, args=(shared,))
    worker.start()
    until(lambda: not worker.is_alive() or settled(app))
    if worker.is_alive():
        destination.worker = None
        worker.kill()
        worker.join()


@pytest.mark.parametrize("kills", [20, pytest.param(100, marks=pytest.mark.prove)])
def test_nothing_is_lost_and_nothing_is_sent_after_its_acknowledgement_was_noted(
    app, shared, kills
):
    FORKS.set_forkserver_preload(["tests.alerts.test_killed"])
    destination = rounds(app, shared, kills)
    keys = {str(key) for (key,) in rows(app, "select message_id from ops.outbox")}
    assert destination.killed == kills
    assert set(destination.taken) == keys
    assert destination.after_noted == []
    assert len(destination.taken) - len(keys) <= kills
    assert {state for (state,) in outbox(app, "state")} == {"delivered"}
