"""Scenarios into a scratch database, by the loader and the store that everything else uses."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import psycopg

from e2a.billing.invoices import draft
from e2a.domain.deliveries import Delivery, Events
from e2a.domain.events import EARLIEST_PLAUSIBLE
from e2a.domain.policies import Policies
from e2a.domain.scenarios import Written
from e2a.domain.scenarios.facts import Arrival
from e2a.domain.scenarios.tenant import TenantKeys
from e2a.scenarios.acting import act
from e2a.warehouse.canonical import InboxRow, Understood, understand
from e2a.warehouse.reference import load
from e2a.warehouse.reference.promises import policy_version
from e2a.warehouse.scope import refresh
from e2a.warehouse.store import store

PARSER = "scenario"
CHUNK = 25
"""Scenarios a transaction: the live lanes of the same server wait for none of them for long."""

EARLIEST, LATEST = EARLIEST_PLAUSIBLE.date(), date(2100, 1, 1)
BEFORE, AFTER = timedelta(days=31), timedelta(days=400)

Connection = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class _Judged:
    """A tenant of a scenario, as it is or as if one of its policies had always been there."""

    written: Written
    tenant: str
    name: str
    keys: TenantKeys


def name_of(written: Written, tenant: str, simulated: str | None = None) -> str:
    """The tenant's name in the database."""
    name = f"{written.scenario.scenario}.{tenant}"
    return f"{name}~{simulated}" if simulated else name


@dataclass(slots=True)
class Loaded:
    """Everything loaded and judged.

    Attributes:
        events: how many there were.
        steps: (scenario, place of the step, how it was refused) of each step.
    """

    events: int = 0
    steps: list[tuple[Written, int, str | None]] = field(default_factory=list)


def load_all(connection: Connection, scenarios: Sequence[Written]) -> Loaded:
    """Load and judge everything, step by step where scenarios have steps, and draft invoices."""
    loaded, seqs = Loaded(), count(1)
    for phase in range(1 + max((len(w.scenario.steps) for w in scenarios), default=0)):
        going_on = [w for w in scenarios if phase <= len(w.scenario.steps)]
        for start in range(0, len(going_on), CHUNK):
            judged = [j for w in going_on[start : start + CHUNK] for j in _judged(w)]
            with connection.transaction():
                for one in judged if phase == 0 else ():
                    _load_policies(connection, one)
                rows = [row for one in judged for row in _rows(one, phase, seqs)]
                store(connection, rows, PARSER)
            loaded.events += len(rows)
        refresh(connection)
        stepping = [w for w in going_on if phase < len(w.scenario.steps)]
        loaded.steps += [_stepped(connection, w, phase) for w in stepping]
    billed = [w for w in scenarios if w.scenario.bills]
    if billed:
        draft(connection, max(map(all_recorded_at, billed)))
    return loaded


def _in_order(written: Written) -> list[tuple[datetime, int]]:
    """The steps by their instants, with their places."""
    zone_of, steps = written.facts.zone_of_tenant, written.scenario.steps
    return sorted((step.at.instant(zone_of(step.tenant)), n) for n, step in enumerate(steps))


def _stepped(
    connection: Connection, written: Written, phase: int
) -> tuple[Written, int, str | None]:
    at, place = _in_order(written)[phase]
    step = written.scenario.steps[place]
    tenant = name_of(written, written.scenario.tenant_of(step.tenant))
    return written, place, act(connection, tenant, step, at)


def _judged(written: Written) -> Iterator[_Judged]:
    for tenant, keys in written.scenario.all_tenants.items():
        yield _Judged(written, tenant, name_of(written, tenant), keys)
        for policy in _simulated(written, tenant):
            name = name_of(written, tenant, policy)
            yield _Judged(written, tenant, name, keys.simulating(policy))


def _simulated(written: Written, tenant: str) -> set[str]:
    """The policies that questions about the tenant try out."""
    scenario = written.scenario
    asked = (q for q in scenario.questions if scenario.tenant_of(q.tenant) == tenant)
    return {name for q in asked if (name := getattr(q, "simulate", None)) is not None}


def _load_policies(connection: Connection, judged: _Judged) -> None:
    horizon = _horizon(judged.written)
    always = datetime.combine(horizon[0], datetime.min.time(), UTC)
    for instant, policies in judged.keys.loads(judged.name):
        load(connection, [policies], instant or always, horizon)
    _load_restatements(connection, judged)


def _load_restatements(connection: Connection, judged: _Judged) -> None:
    keys, policies = judged.keys, judged.keys.all_policies(judged.name)
    for place, restated in enumerate(keys.restatements):
        start, end, approved = (
            moment.instant(keys.first_zone)
            for moment in (restated.start, restated.end, restated.approved_at)
        )
        for version in _versions(policies, keys, restated.policy):
            connection.execute(
                "insert into reference.restatements values "
                "(%s, %s, %s, %s, %s, 'scenario', 'requester', %s, 'approver', %s)",
                (
                    judged.name, f"{place}-{version}", version, start, end, approved, approved,
                ),
            )  # fmt: skip


def _versions(policies: Policies, keys: TenantKeys, policy: str) -> set[str]:
    return {
        policy_version(policies, entry.text(), site)
        for entry in keys.policies if entry.policy == policy
        for site in policies.sites_of(entry)
    }  # fmt: skip


def _horizon(written: Written) -> tuple[date, date]:
    """The dates that the instants need: a month before the first, a year after the last."""
    arrivals = written.facts.arrivals
    asked = [getattr(question, "as_of", None) for question in written.scenario.questions]
    dates = [
        *(arrival.recorded_at.date() for arrival in arrivals),
        *(arrival.event.occurred_at.date() for arrival in arrivals),
        *(moment.stated.date() for moment in asked if moment is not None),
    ]
    near = [day for day in dates if EARLIEST <= day <= LATEST]
    return min(near, default=EARLIEST) - BEFORE, max(near, default=EARLIEST) + AFTER


def _rows(judged: _Judged, phase: int, seqs: Iterator[int]) -> Iterator[Understood]:
    """Each event as an inbox row of its own, received when it was recorded (C19)."""
    instants = [at for at, _ in _in_order(judged.written)]
    for arrival in judged.written.facts.arrivals:
        if arrival.tenant == judged.tenant and bisect_left(instants, arrival.recorded_at) == phase:
            yield _row(judged.name, arrival, next(seqs))


def _row(tenant: str, arrival: Arrival, seq: int) -> Understood:
    delivery = Delivery(tenant, arrival.source, f"{PARSER}-{seq}", arrival.recorded_at, b"")
    return understand(
        InboxRow(seq, delivery, arrival.recorded_at), lambda _: Events((arrival.event,))
    )


def all_recorded_at(written: Written) -> datetime:
    """The instant from which on nothing more became known."""
    instants = [arrival.recorded_at for arrival in written.facts.arrivals]
    instants += [at for at, _ in _in_order(written)]
    for keys in written.scenario.all_tenants.values():
        instants += [r.approved_at.instant(keys.first_zone) for r in keys.restatements]
    return max(instants, default=datetime.min.replace(tzinfo=UTC))
