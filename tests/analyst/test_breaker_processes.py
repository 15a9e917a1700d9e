"""A dead provider and several processes: one breaker for all, opened once, closed by one probe."""

import multiprocessing
from collections import Counter
from dataclasses import replace

from e2a.analyst.asking import Fallback
from e2a.analyst.scripted.answering import answers
from e2a.analyst.scripted.replies import error
from e2a.warehouse.connection import Role
from tests.analyst.asking import JUDGE, breaker, narrating, request

PROCESSES = 6
FORK = multiprocessing.get_context("fork")


def ask(warehouse, url, model, times, start, said):
    """A process: its own narrator and connections, and so many questions after the start."""
    with narrating(warehouse, url, model=model, retries=0) as narrator:
        start.wait(60)
        for _ in range(times):
            answer = narrator.ask(request(), JUDGE)
            said.put(str(answer.reason) if isinstance(answer, Fallback) else "answered")


def asked(warehouse, url, model, times=1) -> Counter[str]:
    """What all processes heard, who asked at the same moment."""
    start, said = FORK.Barrier(PROCESSES), FORK.Queue()
    several = [
        FORK.Process(target=ask, args=(warehouse, url, model, times, start, said))
        for _ in range(PROCESSES)
    ]
    for one in several:
        one.start()
    heard = Counter(said.get(timeout=60) for _ in range(PROCESSES * times))
    for one in several:
        one.join()
    return heard


def cooled(warehouse, model):
    with warehouse.connect(Role.OWNER) as owner:
        owner.execute("update ops.ai_breakers set not_before = now() where model = %s", (model,))


def test_a_dead_provider_opens_one_breaker_for_all_processes_and_one_probe_closes_it(
    shared, provider
):
    model, before = "scripted/dead", provider.calls
    provider.script = lambda _: error(500)
    heard = asked(shared, provider.url, model, times=5)
    state = breaker(shared, model)
    assert (state["state"], state["openings"]) == ("open", 1)
    assert set(heard) == {"provider_error", "breaker_open"}
    # Five failures in a row open it; no more went out than were under way by then.
    assert 5 <= provider.calls - before < 5 + PROCESSES
    assert heard["provider_error"] == provider.calls - before

    provider.script, before = (lambda seen: replace(answers(seen), delay=0.5)), provider.calls
    assert asked(shared, provider.url, model) == {"breaker_open": PROCESSES}
    assert provider.calls == before

    cooled(shared, model)
    heard = asked(shared, provider.url, model)
    assert heard == {"answered": 1, "breaker_open": PROCESSES - 1}
    assert provider.calls == before + 1
    assert breaker(shared, model)["state"] == "closed"
    assert asked(shared, provider.url, model) == {"answered": PROCESSES}
    assert breaker(shared, model)["openings"] == 1


def test_a_probe_that_fails_keeps_it_shut_for_all_and_twice_as_long(shared, provider):
    model = "scripted/still-dead"
    provider.script = lambda _: error(500)
    asked(shared, provider.url, model, times=5)
    cooled(shared, model)
    before = provider.calls
    heard = asked(shared, provider.url, model)
    assert heard["breaker_open"] >= PROCESSES - 1
    assert provider.calls == before + 1
    with shared.connect(Role.OWNER) as owner:
        row = owner.execute(
            "select state, cool_seconds, openings from ops.ai_breakers "
            "where model = %s and prompt_sha = ''",
            (model,),
        ).fetchone()
    assert row == ("open", 60.0, 1)
