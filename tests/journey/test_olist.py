"""Real orders against a few lines of pandas over the same files (data README, section 5)."""

import json
from collections import Counter
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from e2a.warehouse.as_of import ask
from e2a.warehouse.connection import Role
from tests.journey.conftest import OLIST

ZONE = ZoneInfo("America/Sao_Paulo")
INSTANTS = [
    "2017-05-01T12:00:00Z",
    "2018-02-18T02:30:00Z",  # the hour that Sao Paulo lived twice
    "2018-06-01T00:00:00Z",
    "2018-10-20T00:00:00Z",
    "2026-01-01T00:00:00Z",
]


def instants(column: pd.Series) -> pd.Series:
    """Local wall time as UTC: the first occurrence in a fold, the end of a gap."""
    local = column.dt.tz_localize(ZONE, ambiguous=[True] * len(column), nonexistent="shift_forward")
    return local.dt.tz_convert("UTC")


def rows(olist, query: str, as_of: str = INSTANTS[-1]) -> list[tuple]:
    """What BI sees as of an instant."""
    with olist.warehouse().connect(Role.READER) as connection:
        ask(connection, datetime.fromisoformat(as_of))
        return connection.execute(query).fetchall()


@pytest.fixture(scope="session")
def orders() -> pd.DataFrame:
    if not OLIST.is_dir():
        pytest.skip(f"no Olist data at {OLIST}")
    raw = pd.read_csv(OLIST / "olist_orders_dataset.csv").set_index("order_id")
    items = pd.read_csv(OLIST / "olist_order_items_dataset.csv")
    limit = pd.to_datetime(items.groupby("order_id").shipping_limit_date.max())
    times = {
        "bought": raw.order_purchase_timestamp,
        "approved": raw.order_approved_at,
        "shipped": raw.order_delivered_carrier_date,
        "delivered": raw.order_delivered_customer_date,
    }
    frame = pd.DataFrame({name: instants(pd.to_datetime(c)) for name, c in times.items()})
    frame["limit"] = instants(limit.reindex(frame.index))
    promised_day = pd.to_datetime(raw.order_estimated_delivery_date) + pd.Timedelta(days=1)
    frame["promise"] = instants(promised_day)
    sellers = items.groupby("order_id").seller_id.agg(
        lambda ids: ids.iloc[0] if ids.nunique() == 1 else "several"
    )
    frame["seller"] = sellers.reindex(frame.index).fillna("-")
    frame["units"] = items.groupby("order_id").size().reindex(frame.index)
    left = raw.order_status.isin(["canceled", "unavailable"])
    frame["left"] = left & raw.order_delivered_customer_date.isna()
    return frame


def counts(orders: pd.DataFrame, at: pd.Timestamp) -> dict[str, int]:
    """What has happened by an instant, as a person would count it in a spreadsheet."""
    bought, active = orders.bought <= at, ~orders.left
    delivered, shipped = orders.delivered <= at, orders.shipped <= at
    handed = (orders.approved <= at) & orders.limit.notna()
    return {
        "orders": bought.sum(),
        "delivered late": (active & delivered & (orders.delivered > orders.promise)).sum(),
        "open past promise": (bought & active & ~delivered & (at > orders.promise)).sum(),
        "deliver met": (active & delivered & (orders.delivered <= orders.promise)).sum(),
        "deliver left": (bought & orders.left).sum(),
        "handed over late": (handed & active & shipped & (orders.shipped > orders.limit)).sum(),
        "hand-over open past limit": (handed & active & ~shipped & (at > orders.limit)).sum(),
        "hand-over met": (handed & active & shipped & (orders.shipped <= orders.limit)).sum(),
        "shipped": shipped.sum(),
        "billed operations": (shipped & orders.units.notna()).sum(),
        "items billed": int(orders.units[shipped].sum()),
    }


@pytest.mark.parametrize("instant", INSTANTS)
def test_the_numbers_of_olist_equal_those_of_pandas(olist, orders, instant):
    expected = counts(orders, pd.Timestamp(instant))
    found = olist.summary("--tenant", "olist", "--as-of", instant)["tenants"]["olist"]
    deliver, ship = found["stages"]["deliver"], found["stages"]["ship"]
    late = {
        "orders": found["orders"],
        "deliver met": deliver["met"],
        "deliver left": deliver["cancelled"],
        "hand-over met": ship["met"],
        "shipped": found["milestones"]["shipped"],
        "billed operations": found["billable_operations"]["billed"],
    }
    assert late == {name: expected[name] for name in late}
    assert deliver["breached"] == expected["delivered late"] + expected["open past promise"]
    breached = expected["handed over late"] + expected["hand-over open past limit"]
    assert ship["breached"] == breached
    not_closed = expected["orders"] - expected["deliver met"] - expected["delivered late"]
    assert deliver["open"] == not_closed - expected["deliver left"]


def test_the_scorecard_by_month_and_seller_equals_that_of_pandas(olist, orders):
    """C15 and C17: the month is that of the deadline in the site's zone, the share is unrounded."""
    at = pd.Timestamp(INSTANTS[2])
    decided = (orders.delivered <= at) | (at > orders.promise)
    promised = orders[(orders.bought <= at) & ~orders.left & decided]
    met = (promised.delivered <= at) & (promised.delivered <= promised.promise)
    month = promised.promise.dt.tz_convert(ZONE).dt.strftime("%Y-%m-01")
    expected = met.groupby([month, promised.seller]).agg(["sum", "count"])
    found = {
        (str(row[0]), row[1]): (row[2], row[2] + row[3], row[4])
        for row in rows(
            olist,
            "select due_month, seller, met, breached, on_time_ratio from sla.on_time_monthly "
            "where tenant_id = 'olist' and stage = 'deliver'",
            as_of=INSTANTS[2],
        )
    }
    assert {key: counts[:2] for key, counts in found.items()} == {
        key: (row["sum"], row["count"]) for key, row in expected.iterrows()
    }
    assert all(abs(float(ratio) - good / of) < 1e-11 for good, of, ratio in found.values())


def test_every_verdict_of_olist_has_its_versions(olist):
    """A clock's latest version is its clock; known-from is the history's own (C19)."""
    [(versions, clocks, loose)] = rows(
        olist,
        "select count(*), count(*) filter (where known_until is null), "
        "count(*) filter (where known_until <= known_from) "
        "from sla.verdicts where tenant_id = 'olist'",
    )
    [(stored,)] = rows(olist, "select count(*) from sla.clocks where tenant_id = 'olist'")
    assert (clocks, loose) == (stored, 0)
    assert versions > clocks


def test_the_bill_of_olist_equals_that_of_pandas(olist, orders):
    """4.50 a shipped order and 1.25 a unit in it, rounded once a line, lines by month."""
    found = olist.summary("--tenant", "olist", "--as-of", INSTANTS[-1])["tenants"]["olist"]
    billed = orders[orders.shipped.notna() & orders.units.notna()]
    months = billed.shipped.dt.tz_convert(ZONE).dt.strftime("%Y-%m")
    total = 4.5 * len(billed) + 1.25 * billed.units.sum()
    assert found["expected_invoice_lines"]["lines"] == 2 * months.nunique()
    assert float(found["expected_invoice_lines"]["totals"]["BRL"]) == pytest.approx(total)


@pytest.fixture(scope="session")
def payments(olist) -> list[dict]:
    """What the guard finds when payments are held against items: tenant `olist-payments`."""
    listed = ("adjustments", "list", "--tenant", "olist-payments", "--all", "--json")
    return json.loads(olist.run(*listed, "--limit", "100000").stdout)


def cents(column: pd.Series) -> pd.Series:
    return (column * 100).round().astype(int)


def test_the_audit_of_payments_against_items_equals_that_of_pandas(payments):
    """Order by order and to the cent: who paid another sum, who paid for nothing."""
    items = pd.read_csv(OLIST / "olist_order_items_dataset.csv")
    paid = pd.read_csv(OLIST / "olist_order_payments_dataset.csv")
    owed = (cents(items.price) + cents(items.freight_value)).groupby(items.order_id).sum()
    given = cents(paid.payment_value).groupby(paid.order_id).sum()
    missing = owed.reindex(given.index, fill_value=0) - given
    nothing_owed = ~missing.index.isin(owed.index)
    expected = {
        (f"olist:{order}", "wrong_rate" if order in owed.index else "never_performed"): difference
        for order, difference in missing[nothing_owed | (missing != 0)].items()
    }
    found = {
        (finding["reference"], finding["rule"]): int(Decimal(finding["discrepancy"]) * 100)
        for finding in payments
    }
    assert found == expected
    assert Counter(rule for _, rule in found) == {"never_performed": 775, "wrong_rate": 42}


def test_seventy_two_orders_turn_on_the_end_of_the_promised_day(orders):
    """Trap 13: the promise is a day, not its midnight."""
    midnight = orders.promise - pd.Timedelta(days=1)
    assert ((orders.delivered > midnight) & (orders.delivered <= orders.promise)).sum() == 72


def test_landing_olist_again_lands_nothing(olist):
    done = olist.run("land", "olist", str(OLIST), "--no-run")
    assert "Landed 0 deliveries; 8,135 were here already" in done.stdout
