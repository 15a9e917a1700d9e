"""`e2a pull` as it is typed, and its job in Dagster."""

import json

import dagster as dg
import pytest
from typer.testing import CliRunner

from e2a.cli import console
from e2a.cli.main import app as command
from e2a.domain.errors import ConfigurationError
from e2a.warehouse.connection import Warehouse
from e2a_assets.pull import pull_hourly, pull_missed
from resources.clock import Clock
from resources.warehouse import WarehouseResource
from tests.pull.shop import TOKENS, order, shop
from tests.warehouse.lane import rows

PLACE: dict[str, Warehouse] = {}


class HereWarehouse(WarehouseResource):
    def warehouse(self):
        return PLACE["here"]


@pytest.fixture
def e2a(warehouse, monkeypatch):
    monkeypatch.setattr(console, "locate", lambda: warehouse)
    for name, value in TOKENS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("E2A_PULL", raising=False)
    return lambda *words: CliRunner().invoke(command, words)


def landed(app):
    return rows(app, "select delivery_id from landing.inbox")


def test_a_pull_tells_its_progress_and_what_was_missing(app, e2a):
    with shop([order(1)], [order(2)]) as server:
        done = e2a("pull", "shopify", "--tenant", "demo-3pl", "--url", server.url)
        again = e2a("pull", "shopify", "--tenant", "demo-3pl", "--url", server.url, "--json")
    assert done.stdout.startswith("2 objects on 2 pages; 2 deliveries were missing.")
    assert "page 1: 1 objects, 1 were missing" in done.stderr
    assert "shpat-secret" not in done.output
    assert json.loads(again.stdout) == {"pages": 2, "objects": 2, "landed": 0}
    assert landed(app) == [("orders/create:pull-1",), ("orders/create:pull-2",)]


def test_without_a_token_nothing_is_asked(e2a, monkeypatch):
    monkeypatch.delenv("E2A_EASYPOST_TOKEN_DEMO_3PL")
    found = e2a("pull", "easypost", "--tenant", "demo-3pl")
    assert isinstance(found.exception, ConfigurationError)


@pytest.mark.usefixtures("e2a")
def test_the_job_pulls_what_is_configured_and_one_failure_spares_the_others(
    app, warehouse, monkeypatch
):
    PLACE["here"] = warehouse
    resources = {"warehouse": HereWarehouse(), "clock": Clock()}
    with shop([order(1)]) as server:
        monkeypatch.setenv("E2A_SHOPIFY_URL_DEMO_3PL", server.url)
        monkeypatch.setenv("E2A_SHOPIFY_TOKEN_STRANGER", "x")
        monkeypatch.setenv("E2A_SHOPIFY_URL_STRANGER", server.url)
        monkeypatch.setenv("E2A_PULL", "shopify:stranger,shopify:demo-3pl")
        done = pull_missed.execute_in_process(resources=resources, raise_on_error=False)
    assert not done.success
    assert landed(app) == [("orders/create:pull-1",)]


@pytest.mark.usefixtures("e2a")
def test_the_schedule_skips_until_something_is_configured(monkeypatch):
    assert isinstance(pull_hourly(dg.build_schedule_context()), dg.SkipReason)
    monkeypatch.setenv("E2A_PULL", "shopify:demo-3pl")
    assert isinstance(pull_hourly(dg.build_schedule_context()), dg.RunRequest)
