"""Money does not depend on when things become known: many invented tenants in one run (B7, B4)."""

import random
from datetime import datetime, timedelta

import pytest
import yaml
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from e2a.domain.scenarios import parse
from e2a.scenarios import run
from e2a.warehouse.scratch import scratch
from tests.scenarios.conftest import quiet

TENANTS = 8
CARD = {
    "taxes": {"vat": 19},
    "minimum": {"amount": 150},
    "charges": {
        "pick": {
            "operation": "pick", "model": "graduated", "tax": "vat",
            "tiers": [{"up_to": 40, "price": 2.4}, {"up_to": 90, "price": 2.1}, {"price": 1.85}],
        },
        "work": {"operation": "vas", "model": "per_unit", "price": 0.335},
        "bags": {"operation": "vas", "code": "bag", "model": "package", "price": 5, "size": 10},
    },
}  # fmt: skip
FINALISED = {"2026-05": "2026-06-03", "2026-06": "2026-07-03", "2026-07": "2026-08-03"}
LAST = datetime(2026, 8, 30)  # noqa: DTZ001 - local to the site, like any time of a scenario


def _events(rng):
    """Work of three months, some of it false, each known at once or up to fifty days later."""
    events = []
    for n in range(rng.randrange(8, 16)):
        at = datetime(2026, 5, 1) + timedelta(minutes=rng.randrange(90 * 24 * 60))  # noqa: DTZ001
        kind = rng.choice(["pick", "work", "bag"])
        event = {"at": at, "id": f"w{n}", "order": f"O-{n % 5}", "delay": _delay(rng)}
        if kind == "pick":
            event |= {"type": "pick_completed", "lines": {"A": rng.randrange(1, 60)}}
        else:
            event |= {"type": "vas_performed", "code": kind, "quantity": rng.randrange(1, 40)}
        events.append(event)
        if rng.random() < 0.2:
            delay = _delay(rng)
            void = {"type": "event_voided", "corrects": f"w{n}", "id": f"v{n}", "delay": delay}
            events.append({"at": at + timedelta(minutes=1), **void})
    last = {"type": "vas_performed", "code": "work", "quantity": 1, "order": "O-last"}
    return [*events, {"at": datetime(2026, 8, 20), "id": "last", "delay": timedelta(), **last}]  # noqa: DTZ001


def _delay(rng):
    return timedelta(minutes=rng.choice([0, rng.randrange(50 * 24 * 60)]))


def _scenario(seed):
    """Each tenant thrice: finalised month by month; never; never, and known in another order."""
    rng = random.Random(seed)
    events, steps, names = [], [], []
    for n in range(TENANTS):
        made = _events(rng)
        delays = [event["delay"] for event in made]
        rng.shuffle(delays)
        for twin in ("finalised", "open", "shuffled"):
            names.append(f"t{n}-{twin}")
            for event, delay in zip(made, delays, strict=True):
                known = event["at"] + (delay if twin == "shuffled" else event["delay"])
                said = {k: v for k, v in event.items() if k != "delay"}
                times = {"at": f"{event['at']}", "recorded_at": f"{min(known, LAST)}"}
                events.append({**said, **times, "tenant": names[-1]})
        done = {m: at for m, at in FINALISED.items() if rng.random() < 0.8}
        steps += [
            {"at": f"{at} 09:00", "finalise": month, "tenant": f"t{n}-finalised"}
            for month, at in done.items()
        ]
    keys = {"zone": "America/New_York", "rate_cards": CARD}
    question = {"tenant": names[0], "invoice": {"month": "2026-08"}, "expect": {}}
    return {
        "scenario": "money", "tenants": dict.fromkeys(names, keys), "events": events,
        "steps": steps, "questions": [question],
    }  # fmt: skip


DERIVED = """
select split_part(tenant_id, '.', 2), billing_period, line_key, quantity, amount
from billing.expected_invoice_lines order by 1, 2, 3
"""
BILLED = """
select split_part(i.tenant_id, '.', 2), sum(i.pre_tax), (
    select sum(e.amount) from billing.expected_invoice_lines as e where e.tenant_id = i.tenant_id
), count(*) filter (where i.status = 'finalised')
from billing.invoices as i where i.origin = 'own' group by i.tenant_id
"""


SEEDS = st.integers(min_value=0, max_value=10**6)


@settings(max_examples=1, deadline=None, phases=[Phase.generate])
@given(seed=SEEDS)
def test_any_order_of_arrival_ends_in_the_same_money(installation, seed):
    """And what was finalised early, with its corrections, in one clean re-derivation (B7)."""
    _same_money(installation, seed)


@pytest.mark.prove
@settings(max_examples=12, deadline=None, phases=[Phase.generate])
@given(seed=SEEDS)
def test_any_order_of_arrival_ends_in_the_same_money_at_length(installation, seed):
    _same_money(installation, seed)


def _same_money(installation, seed):
    text = yaml.dump(_scenario(seed), Dumper=_Plain, sort_keys=False)
    written, problems = parse("money.yaml", text)
    assert problems == []
    with scratch(installation, quiet) as place:
        run(place.connection, written, quiet)
        derived = place.connection.execute(DERIVED).fetchall()
        billed = place.connection.execute(BILLED).fetchall()
    lines = {}
    for name, *line in derived:
        lines.setdefault(name, []).append(line)
    for n in range(TENANTS):
        assert lines[f"t{n}-finalised"] == lines[f"t{n}-open"] == lines[f"t{n}-shuffled"]
    assert sum(finalised for *_, finalised in billed) > TENANTS / 2
    for name, in_all, clean, _ in billed:
        assert in_all == clean, name


class _Plain(yaml.SafeDumper):
    """Without anchors, which the language refuses."""

    def ignore_aliases(self, _data):
        return True
