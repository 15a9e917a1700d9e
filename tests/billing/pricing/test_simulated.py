"""The simulator's right lines, told from the chosen lives alone, and the engine's: the same."""

import json

import pytest

from e2a.domain.deliveries import Source
from e2a.simulator import Plan, simulate
from e2a.sources import archive
from e2a.sources.registry import PARSER_VERSION, parse
from e2a.warehouse.drain import Reader, drain
from e2a.warehouse.inbox import land
from e2a.warehouse.scope import refresh
from tests.warehouse.lane import rows

TENANTS = ("demo-3pl", "nordic-beauty")

LINES = """
select
    e.charge_code, trim_scale(e.quantity)::text, trim_scale(e.unit_price)::text,
    round(e.amount, 2)::text,
    substring((
        select i.name from orders.identifiers as i
        where
            i.tenant_id = e.tenant_id and i.name ~ '^wms:'
            and i.order_id = substring(e.line_key from '^order/(.*)@')
    ) from 5)
from billing.expected_invoice_lines as e
where e.tenant_id = %s and e.billing_period = '2026-03-01'
"""


@pytest.fixture
def landed(modelled, tmp_path):
    """Sixty orders of each merchant over two weeks of March, through every source and model."""
    plan = Plan(120, 14, 7, TENANTS)
    simulate(plan, tmp_path)
    land(modelled, archive.deliveries(tmp_path / "deliveries.jsonl", plan.as_of))
    for source in Source:
        drain(modelled, Reader(source, parse, PARSER_VERSION))
    refresh(modelled)
    modelled.execute("select ops.refresh_expected_invoice_lines()")
    return modelled, tmp_path


def plain(text):
    return text.rstrip("0").rstrip(".") if "." in text else text


@pytest.mark.parametrize("tenant", TENANTS)
def test_expected_lines_are_what_the_simulator_counted_but_for_what_it_planted(landed, tenant):
    connection, folder = landed
    billed = (folder / "billed" / f"{tenant}-2026-03.csv").read_text().splitlines()[1:]
    columns = [line.split(",") for line in billed]
    billed = {(c[4], plain(c[5]), plain(c[6]) or None, c[7], c[9] or None) for c in columns}
    found = rows(connection, LINES, tenant)
    differing = {(line[0], line[4]) for line in set(found) ^ billed}
    planted = json.loads((folder / "truth.json").read_text())["tenants"][tenant]["billing_errors"]
    duplicates = sum(error["kind"] == "duplicate" for error in planted)
    assert len(found) == len(set(found)) > 5
    assert len(differing) == len(planted) - duplicates
    assert {charge for charge, _ in differing} <= {error["charge_code"] for error in planted}
