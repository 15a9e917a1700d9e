"""A deliverer that is killed again and again, and a destination that fails half of the time.

Lives end in turn at each point of a message's way: claimed, in the middle of its request,
answered and not yet noted, noted. Breaches are opened and cleared before and during a life.
"""

import multiprocessing
import os
import random
import signal
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import count
from threading import Event

import pytest

from e2a.alerts.claimed import Patience
from e2a.alerts.residing import Outside, reside
from e2a.warehouse import crashing
from e2a.warehouse.connection import Role
from e2a.warehouse.inbox import land
from tests.alerts.routing import alerts, announce
from tests.alerts.scripted import Answer, serving, until
from tests.alerts.sending import ENVIRONMENT, hook, settled
from tests.sla.orders import DUE, done, paid
from tests.warehouse.lane import deliver, rows

PATIENCE = Patience(
    attempts=99, first_wait=0.01, longest_wait=0.02, first_cool=0.02, longest_cool=0.05, look=0.05
)
IN_THE_REQUEST = "read and judged by the destination"
POINTS = ("alerts.claimed", IN_THE_REQUEST, "alerts.answered", "alerts.recorded")
JUST_AFTER = DUE + timedelta(microseconds=1)
FORKS = multiprocessing.get_context("forkserver")


def work(warehouse, point, log):
    """A deliverer until it is killed: the child process."""
    os.environ["E2A_CRASH_LOG"] = log
    crashing.arm({"E2A_CRASH": point})
    outside = Outside(ENVIRONMENT, lambda: datetime.now(UTC), lambda line: None, Event(), PATIENCE)
    reside(warehouse, outside)


class Destination:
    """Refuses half of the requests, and can kill the deliverer in the middle of one.

    Such a kill comes when the request was read and judged: the message was refused, or it was taken
    and nobody could note that.
    """

    def __init__(self, warehouse):
        self.taken, self.after_noted, self.killed = [], [], 0
        self.victim, self.spared = None, 0
        self.dice = random.Random(25)
        self.asking = warehouse.connect(Role.APP, autocommit=True)

    def __call__(self, request):
        if self._is_noted(request.key):
            self.after_noted.append(request.key)
        accepts = self.dice.random() < 0.5
        if accepts:
            data = request.json["data"]
            self.taken.append((request.key, data["kind"], data["order_id"]))
        self._kill()
        return Answer(200 if accepts else 500)

    def _is_noted(self, key):
        return self.asking.execute(
            "select from ops.outbox where idempotency_key = %s and state = 'delivered'", (key,)
        ).fetchone()

    def _kill(self):
        self.spared -= 1
        if self.victim and self.spared <= 0:
            os.kill(self.victim.pid, signal.SIGKILL)
            self.killed += 1
            self.victim.join()
            self.victim = None


class Floor:
    """Orders that are late, and some of which turn out not to have been."""

    def __init__(self, hot, connection):
        self.hot, self.connection = hot, connection
        self.numbers, self.open, self.dice = count(1), [], random.Random(7)

    def late(self, orders):
        fresh = [next(self.numbers) for _ in range(orders)]
        land(self.connection, [deliver(*paid(n)) for n in fresh])
        self.hot(JUST_AFTER)
        self.open += fresh

    def cleared(self):
        """One that was picked in time, as is heard only now."""
        n = self.open.pop(self.dice.randrange(len(self.open)))
        land(self.connection, [deliver(done("picked", 119, n))])
        self.hot(JUST_AFTER)


def live(built, floor, destination, point, log):
    """One deliverer, until it dies or has nothing left to send; whether it died as it was told."""
    passage = floor.dice.randint(1, 3)
    named = "" if point in (IN_THE_REQUEST, None) else f"{point}:{passage}"
    worker = FORKS.Process(target=work, args=(built, named, str(log)))
    worker.start()
    if point == IN_THE_REQUEST:
        destination.victim, destination.spared = worker, passage
    if point:
        floor.cleared()
    until(lambda: not worker.is_alive() or settled(floor.connection, "delivered", "retracted"))
    destination.victim, died = None, not worker.is_alive()
    worker.kill()
    worker.join()
    return died


def lives(built, floor, destination, kills, log):
    """So many deaths, over the points in turn, and one life in peace."""
    died = 0
    while died < kills:
        floor.late(3)
        floor.cleared()
        died += live(built, floor, destination, POINTS[died % len(POINTS)], log)
    assert not live(built, floor, destination, None, log)


@pytest.mark.parametrize("kills", [12, pytest.param(100, marks=pytest.mark.prove)])
def test_nothing_is_lost_or_sent_after_its_acknowledgement_and_what_cleared_is_taken_back_once(
    hot, built, modelled, tmp_path, kills
):
    FORKS.set_forkserver_preload(["tests.alerts.test_killed"])
    destination, log = Destination(built), tmp_path / "deaths"
    with serving(destination) as server:
        announce(
            modelled,
            alerts({"to": ["there"]}, destinations={"there": hook(server, per_minute=6000)}),
        )
        lives(built, Floor(hot, modelled), destination, kills, log)
    destination.asking.close()
    deaths = Counter(line.split()[0] for line in log.read_text().splitlines())
    deaths[IN_THE_REQUEST] = destination.killed
    assert deaths.total() == kills
    assert set(deaths) == set(POINTS)
    nothing_lost_nothing_again(modelled, destination, kills)
    taken_back_once(modelled, destination)


def nothing_lost_nothing_again(connection, destination, kills):
    """What was not acknowledged to a living deliverer may come again; nothing else."""
    sent = {key for key, _, _ in destination.taken}
    kept = rows(connection, "select message_id::text, kind, state, is_over from ops.outbox")
    assert {key for key, _, state, _ in kept if state == "delivered"} <= sent
    opened = [row for row in kept if row[1] == "opened"]
    assert [row for row in opened if row[2] != "delivered" and not row[3]] == []
    assert destination.after_noted == []
    assert len(destination.taken) - len(sent) <= kills


def taken_back_once(connection, destination):
    """Who heard of a breach that cleared heard once that it did, and nothing of it afterwards."""
    closed = {
        order
        for (order,) in rows(
            connection, "select order_id from sla.exceptions where status = 'CLOSED'"
        )
    }
    heard = {order for _, kind, order in destination.taken if kind == "opened"}
    keys = {(key, order) for key, kind, order in destination.taken if kind == "cleared"}
    back = Counter(order for _, order in keys)
    assert heard & closed
    assert heard & closed <= set(back) <= closed
    assert set(back.values()) == {1}
    kinds = {order: [k for _, k, o in destination.taken if o == order] for order in back}
    assert [order for order, said in kinds.items() if said != sorted(said, reverse=True)] == []
