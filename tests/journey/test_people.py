"""`e2a forget`: the person goes, every verdict and every cent stays."""

import json

import pytest

from e2a.warehouse.connection import Role
from tests.journey.test_demo import contents

TABLES = ["orders.timeline", "sla.verdicts", "sla.clocks", "billing.expected_invoice_lines",
          "billing.billable_operations", "billing.invoices", "billing.findings", "sla.narratives",
          "landing.outcomes"]  # fmt: skip


@pytest.fixture(scope="module")
def person(demo) -> tuple[str, str]:
    """An order and the e-mail address of who placed it."""
    with demo.warehouse().connect(Role.APP) as connection:
        body = connection.execute(
            "select body from landing.inbox where tenant_id = 'demo-3pl' and source = 'shopify' "
            "and headers ->> 'x-shopify-topic' = 'orders/create' order by seq limit 1"
        ).fetchone()[0]
    order = json.loads(bytes(body))
    return order["admin_graphql_api_id"].rpartition("/")[2], order["email"]


def test_forgetting_blanks_the_person_and_changes_no_verdict(demo, person):
    order, email = person
    before = contents(demo)
    done = demo.run("forget", "--tenant", "demo-3pl", "--order", order, "--json")
    assert done.returncode == 0, done.stderr
    blanked = json.loads(done.stdout)
    assert blanked["inbox_rows"] >= 2
    assert blanked["archive_lines"] >= 2
    after = contents(demo)
    assert {name: after[name] for name in TABLES} == {name: before[name] for name in TABLES}
    with demo.warehouse().connect(Role.APP) as connection:
        left = connection.execute(
            "select count(*) from landing.inbox where encode(body, 'escape') like %s "
            "and encode(body, 'escape') like %s",
            (f"%{email}%", f"%{order}%"),
        ).fetchone()[0]
        fragments = connection.execute(
            "select count(*) from landing.order_events e join orders.identifiers i "
            "on i.tenant_id = e.tenant_id and i.name = e.order_name "
            "where i.order_id = %s and e.fragment <> '{}'",
            (f"shopify:{order}",),
        ).fetchone()[0]
    assert left == 0
    assert fragments == 0
    archive = (demo.home / "demo" / "deliveries.jsonl").read_text()
    assert not [line for line in archive.splitlines() if email in line and order in line]


def test_forgetting_twice_finds_nothing_left(demo, person):
    demo.run("forget", "--tenant", "demo-3pl", "--order", person[0])
    done = demo.run("forget", "--tenant", "demo-3pl", "--order", person[0], "--json")
    assert json.loads(done.stdout) == {"inbox_rows": 0, "events": 0, "archive_lines": 0}


def test_after_forgetting_the_demo_has_nothing_to_do(demo, person):
    """The blanked deliveries of the archive are recognised as the same deliveries."""
    demo.run("forget", "--tenant", "demo-3pl", "--order", person[0])
    done = demo.run("demo")
    assert done.returncode == 0, done.stderr
    assert "nothing to do" in done.stderr


def test_an_order_that_is_not_there_is_said(demo):
    done = demo.run("forget", "--tenant", "demo-3pl", "--order", "nobody")
    assert done.returncode == 2
    assert "has no order 'nobody'" in done.stderr
