"""A pass over the queue: claim, gather, ask beside each other, keep; nothing is held while asking.

Bounded by a number of breaches. While the provider answers some, others are prepared, judged and
kept, so that it never waits for us. Two passes at once share the queue and
never ask about the same breach. A pass that is killed leaves leases, which run out.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import psycopg

from e2a.analyst.narrator import Narrator
from e2a.analyst.prompts import Prompt, load
from e2a.domain.analysis.passing import CLOSED
from e2a.domain.analysis.reasons import FallbackReason
from e2a.sla.narration.gathering import Told, gather
from e2a.sla.narration.keeping import Outcome, keep
from e2a.sla.narration.queue import (
    ANY,
    Claimed,
    Wanted,
    claim,
    give_back,
    next_try,
    postpone,
    strike_off,
    waiting,
)
from e2a.sla.narration.telling import tell
from e2a.warehouse.as_of import ask
from e2a.warehouse.connection import Role, Warehouse

PROMPT = "breach_narrative"
CHUNK = 32
"""Breaches that are claimed together, while half as many are still in hand: all can be asked about
twice, each until its deadline, before a lease runs out."""
MOST = 500
"""Breaches a pass, unless it is told otherwise."""
Progress = Callable[[int], None]
Going = Callable[[], bool]


@dataclass(slots=True)
class Narrated:
    """What a pass did.

    Attributes:
        by_model: breaches that a model's words explain now.
        by_rules: breaches of which the rules' words stand, by reason.
        waiting: breaches that are left in the queue.
        days: UTC days of the breaches that were looked at.
    """

    by_model: int = 0
    cached: int = 0
    by_rules: Counter[str] = field(default_factory=Counter)
    waiting: int = 0
    days: set[date] = field(default_factory=set)

    @property
    def asked(self) -> int:
        """Breaches that were looked at."""
        return self.by_model + self.by_rules.total()

    def words(self) -> str:
        """The pass in one line."""
        why = ", ".join(f"{count:,} {reason}" for reason, count in sorted(self.by_rules.items()))
        rules = f", {self.by_rules.total():,} by rules ({why})" if why else ""
        known = f" ({self.cached:,} of known answers)" if self.cached else ""
        return f"{self.by_model:,} by a model{known}{rules}, {self.waiting:,} waiting"


def narrate(
    warehouse: Warehouse,
    narrator: Narrator,
    now: Callable[[], datetime],
    *,
    wanted: Wanted = ANY,
    most: int = MOST,
    as_of: datetime | None = None,
    progress: Progress = lambda done: None,
    going: Going = lambda: True,
) -> Narrated:
    """Ask a model about breaches that want words; without a key the rules' words stand.

    Args:
        warehouse: where the queue is.
        narrator: shared by the threads.
        now: the edge's clock.
        wanted: which breaches.
        most: how many breaches.
        as_of: the instant asked about; None is now.
        progress: told how many are done, after each that is.
        going: asked between claims.

    Raises:
        psycopg.OperationalError: the database went away; leases run out.
    """
    with warehouse.connect(Role.APP) as connection:
        done = Narrated()
        if narrator.settings.enabled:
            one_pass = _Pass(connection, narrator, now, wanted, as_of, done)
            one_pass.run(most, progress, going)
        else:
            done.by_rules[FallbackReason.NO_KEY] = waiting(connection, wanted)
        done.waiting = waiting(connection, wanted)
        connection.rollback()
    return done


@dataclass(slots=True)
class _Pass:
    connection: psycopg.Connection[Any]
    narrator: Narrator
    now: Callable[[], datetime]
    wanted: Wanted
    as_of: datetime | None
    done: Narrated
    prompt: Prompt = field(default_factory=lambda: load(PROMPT))
    claimed: int = 0
    is_over: bool = False

    def run(self, most: int, progress: Progress, going: Going) -> None:
        """Until the queue is empty, enough is done, or nobody wants it any more."""
        running: dict[Future[Outcome], Told] = {}
        with ThreadPoolExecutor(self.narrator.settings.hands, "narrator") as pool:
            while True:
                self._claim_more(pool, running, most, going)
                if not going():
                    unasked = [future for future in running if future.cancel()]
                    self._give_back([running.pop(future) for future in unasked])
                ready, _ = wait(running, return_when=FIRST_COMPLETED)
                if not ready:
                    return
                for future in ready:
                    del running[future]
                self._kept([future.result() for future in ready])
                progress(self.done.asked)

    def _claim_more(
        self, pool: ThreadPoolExecutor, running: dict[Future[Outcome], Told], most: int,
        going: Going,
    ) -> None:  # fmt: skip
        few = max(CHUNK // 2, self.narrator.settings.hands)
        while len(running) <= few and not self.is_over and going():
            told, taken = self._claimed(min(CHUNK, most - self.claimed))
            self.claimed += taken
            self.is_over = not taken or self.claimed >= most
            running |= {pool.submit(self._asked, one): one for one in told}

    def _give_back(self, unasked: list[Told]) -> None:
        with self.connection.transaction():
            give_back(self.connection, [one.claimed for one in unasked])

    def _asked(self, told: Told) -> Outcome:
        return tell(self.narrator, self.prompt, told)

    def _claimed(self, most: int) -> tuple[list[Told], int]:
        """Breaches to ask about, and how many rows were taken; what needs no asking is settled."""
        with self.connection.transaction():
            ask(self.connection, self.as_of)
            taken = claim(self.connection, self.wanted, most)
            wanting, settled, silent = _sorted(taken)
            strike_off(self.connection, settled)
            told = gather(self.connection, wanting)
            ready = {one.claimed.key for one in told}
            behind = [one for one in wanting if one.key not in ready]
            postpone(self.connection, [(one, "stale", next_try(one.tries)) for one in behind])
        self._kept([Outcome(one, reason=FallbackReason.SWITCHED_OFF) for one in silent])
        return told, len(taken)

    def _kept(self, outcomes: list[Outcome]) -> None:
        if not outcomes:
            return
        keep(self.connection, outcomes, self.prompt, self.now())
        for one in outcomes:
            self.done.days.add(one.claimed.breached_at.astimezone(UTC).date())
            if one.words:
                self.done.by_model += 1
                self.done.cached += one.words.is_cached
            else:
                self.done.by_rules[str(one.reason)] += 1
                self.is_over = self.is_over or one.reason in CLOSED


def _sorted(taken: Iterable[Claimed]) -> tuple[list[Claimed], list[Claimed], list[Claimed]]:
    """Those to ask about, those settled already (withdrawn, or told), those of whom nothing may."""
    wanting, settled, silent = [], [], []
    for one in taken:
        if one.facts_hash is None or (one.has_words and not one.is_again):
            settled.append(one)
        elif one.ai == "off":
            silent.append(one)
        else:
            wanting.append(one)
    return wanting, settled, silent
