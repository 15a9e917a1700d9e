"""However facts arrive, the same verdicts stand at the end, and what was known stays known.

Hypothesis draws lives; all of them are lived side by side, by six tenants with the same promises:

    at once     all facts in one store and one refresh, in order of recording
    shuffled    any order, in three batches with a refresh each, repetitions included
    prefix-n    what was recorded by an instant, then the rest
    delayed     at once, with other delays (lives in which the first record decides are left out)
    undelayed   at once, the same lives with their own delays

A failure is made smaller, many variants a round, and printed as a list of facts.
"""

from collections.abc import Callable, Iterator, Sequence

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from e2a.warehouse import scope
from tests.properties import engine, living
from tests.properties.engine import Connection
from tests.properties.lives import Life, Said, lives
from tests.properties.living import ASKED, Rows

PREFIXES = [f"life-prefix-{place}" for place in range(len(ASKED))]
TENANTS = ["life-at-once", "life-shuffled", *PREFIXES, "life-delayed", "life-undelayed"]
BATCHES = 3
SLICE, WHOLE = 60, 1500
A_ROUND = 250


def drawn(examples: int) -> list[Life]:
    """So many lives, the same ones each time."""
    found: list[Life] = []

    @settings(
        max_examples=examples, derandomize=True, database=None, deadline=None,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(lives())
    def draw(life: Life) -> None:
        found.append(life)

    draw()
    return found


@pytest.fixture
def promised(judged) -> Connection:
    living.promise(judged, TENANTS)
    judged.commit()
    return judged


def test_facts_converge_however_they_arrive(promised):
    _prove(promised, drawn(SLICE))


@pytest.mark.prove
def test_many_facts_converge_however_they_arrive(promised):
    everything = drawn(WHOLE)
    for start in range(0, len(everything), A_ROUND):
        _prove(promised, everything[start : start + A_ROUND])


def _prove(connection: Connection, found: Sequence[Life]) -> None:
    wrong = differences(connection, found)
    if wrong:
        life = smallest(
            found[wrong[0][0]], lambda some: {n for n, _ in differences(connection, some)}
        )
        words = [words for _, words in differences(connection, [life])] or [wrong[0][1]]
        facts = "\n".join(map(_readable, life.facts))
        pytest.fail(
            f"{len(wrong)} of {len(found)} lives; the first, of seed {life.seed}, made small:\n"
            f"{facts}\n{words[0]}"
        )


def differences(connection: Connection, found: Sequence[Life]) -> list[tuple[int, str]]:
    """(place of the life, what differs) over all properties, from an emptied database."""
    _forget(connection)
    for round in range(BATCHES):
        _live(connection, found, round)
        if round == 0:
            before = [
                living.known(connection, t, at) for t, at in zip(PREFIXES, ASKED, strict=True)
            ]
    at_once = living.stored(connection, "life-at-once")
    wrong = _unlike("shuffled", at_once, living.stored(connection, "life-shuffled"))
    for tenant, at, then in zip(PREFIXES, ASKED, before, strict=True):
        wrong += _unlike(f"{tenant} at the end", at_once, living.stored(connection, tenant))
        now = {"clock_states": living.known(connection, tenant, at)}
        wrong += _unlike(f"as known at {at}", {"clock_states": then}, now)
    left_out = ("known_from", "version", "known_until", "recorded_at", "first_known_at",
                "last_known_at", "first_recorded_at")  # fmt: skip
    wrong += _unlike("delayed", *(_latest(connection, t, left_out) for t in TENANTS[-2:]))
    _again(connection, found)
    wrong += _unlike("stored twice", at_once, living.stored(connection, "life-at-once"))
    _whole_pass(connection)
    wrong += _unlike("a whole pass", at_once, living.stored(connection, "life-at-once"))
    return sorted(wrong)


def _live(connection: Connection, found: Sequence[Life], round: int) -> None:
    facts = []
    for number, life in enumerate(found):
        parts = _parts(life, round)
        facts += [f for tenant, said in parts.items() for f in living.facts(tenant, number, said)]
    engine.put(connection, facts)
    connection.commit()
    scope.refresh(connection)


def _parts(life: Life, round: int) -> dict[str, list]:
    """What each tenant hears of a life in a round."""
    parts = {"life-shuffled": living.shuffled(life, BATCHES)[round]}
    for tenant, at in zip(PREFIXES, ASKED, strict=True):
        parts[tenant] = [
            f for f in life.facts if (f.recorded_at > at) == (round == 1) and round < 2
        ]
    if round == 0:
        parts["life-at-once"] = list(life.facts)
        if life.is_plain:
            parts["life-delayed"] = living.delayed(life)
            parts["life-undelayed"] = list(life.facts)
    return parts


def _again(connection: Connection, found: Sequence[Life]) -> None:
    engine.put(
        connection,
        [f for n, life in enumerate(found) for f in living.facts("life-at-once", n, life.facts)],
    )
    connection.commit()
    scope.refresh(connection)


def _whole_pass(connection: Connection) -> None:
    with connection.transaction():
        scope.fill(connection, everything=True)
        scope.refresh_models(connection)
        scope.strike_off(connection)


def _latest(connection: Connection, tenant: str, without: Sequence[str]) -> Rows:
    found = living.stored(connection, tenant, without)
    del found["sla.verdicts"]
    return found


def _unlike(what: str, expected: Rows, got: Rows) -> list[tuple[int, str]]:
    wrong: dict[int, str] = {}
    for table, rows in expected.items():
        for row in sorted(set(rows) ^ set(got[table])):
            side = "expected" if row in rows else "got     "
            number = living.number_of(row)
            wrong[number] = wrong.get(number, f"{what}:") + f"\n  {side} {table} {row}"
    return list(wrong.items())


def smallest(life: Life, failing: Callable[[Sequence[Life]], set[int]]) -> Life:
    """The life with facts left out, as long as something still differs."""
    while True:
        facts = life.facts
        fewer = [Life(tuple(_without(facts, left)), life.seed) for left in facts]
        still = failing(fewer)
        if not still:
            return life
        life = fewer[min(still)]


def _without(facts: Sequence[Said], left: Said) -> Iterator[Said]:
    return (f for f in facts if f is not left and not (f.is_repeat and f.says(left)))


def _readable(fact) -> str:
    more = {k: v for k, v in fact.fields.items() if k != "event_type" and v not in (None, [])}
    times = f"{fact.occurred_at:%d %H:%M:%S} known {fact.recorded_at:%d %H:%M:%S}"
    return f"  {fact.id:>3} {fact.source:8} {fact.fields['event_type']:18} {times} {more}"


def _forget(connection: Connection) -> None:
    """A pass over orders of which no fact is left takes away what was derived from them."""
    connection.rollback()
    connection.execute(
        "insert into ops.touched_orders (tenant_id, order_id) select distinct tenant_id, order_id "
        "from orders.identifiers where tenant_id like 'life-%' on conflict do nothing"
    )
    for table in ("landing.order_events", "landing.outcomes", "landing.quarantine",
                  "orders.aliases", "orders.identifiers", "orders.shipments"):  # fmt: skip
        connection.execute(f"delete from {table} where tenant_id like 'life-%'")
    connection.commit()
    scope.refresh(connection)
