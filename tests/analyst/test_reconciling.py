"""The ledger beside the provider's own figures, over a real socket: agreeing, differing, silent."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import dagster as dg
import pytest
from typer.testing import CliRunner

from e2a.analyst.prices import cost_of
from e2a.analyst.reconciling import LEAST, reconcile, tolerated
from e2a.analyst.scripted.answering import answers
from e2a.analyst.scripted.replies import Reply, completion, error
from e2a.analyst.scripted.server import serving
from e2a.cli import console
from e2a.cli.ai import app as command
from e2a.warehouse.connection import Role
from e2a_assets.model_costs import model_costs
from resources.clock import Clock
from resources.warehouse import WarehouseResource
from tests.analyst.asking import JUDGE, narrating, request, rows, settings
from tests.analyst.bad_answers import TEXT


def dear(_):
    """A good answer that cost half a dollar."""
    return Reply(completion(TEXT, cost=0.5))


@pytest.fixture
def provider():
    """A provider of its own: its books are about one test."""
    with serving(answers) as running:
        yield running


def asked(shared, provider, **changes):
    """One question, and the settings by which it was asked."""
    with narrating(shared, provider.url, **changes) as narrator:
        narrator.ask(request(), JUDGE)
        return narrator.settings


def now():
    return datetime.now(UTC)


def kept(shared, provider):
    with shared.connect(Role.APP) as app:
        return app.execute(
            "select ledger_cost, provider_cost, resettled from ops.ai_reconciliations "
            "where base_url = %s",
            (provider.url,),
        ).fetchall()


def test_what_both_sides_say_agrees_and_is_kept_once_a_day(shared, provider):
    provider.script = dear
    given = asked(shared, provider)
    found = reconcile(shared, given, now())
    assert (found.state, found.ledger, found.provider) == ("agree", Decimal("0.5"), Decimal("0.5"))
    assert found.is_well
    reconcile(shared, given, now())
    assert kept(shared, provider) == [(Decimal("0.5"), Decimal("0.5"), 0)]


def test_calls_beside_the_ledger_are_a_difference(shared, provider):
    provider.script = dear
    given = asked(shared, provider)
    provider.books.usage_daily += Decimal("0.25")  # somebody else uses the key
    found = reconcile(shared, given, now())
    assert (found.state, found.difference, found.is_well) == ("differ", Decimal("0.25"), False)
    assert "ledger 0.5000 USD, provider 0.7500 USD" in found.words()


def test_two_per_cent_or_a_cent_are_no_difference():
    assert tolerated(Decimal("0.1"), Decimal("0.05")) == LEAST
    assert tolerated(Decimal(10), Decimal(9)) == Decimal("0.2")


def test_a_presumed_call_with_an_id_costs_what_the_provider_says(shared, provider):
    provider.script = dear
    given = asked(shared, provider)
    with shared.connect(Role.OWNER) as owner:  # as if its process had died after the answer
        owner.execute(
            "select analyst.book(tenant_id, purpose, day, 0, 0, 9000 - charged_tokens, "
            "2 - charged_cost, 0, 0) from ops.ai_calls where requested_model = %s",
            (given.model,),
        )
        owner.execute(
            "update ops.ai_calls set state = 'presumed', charged_cost = 2, charged_tokens = 9000, "
            "cost_source = 'reserved' where requested_model = %s",
            (given.model,),
        )
    found = reconcile(shared, given, now())
    assert (found.state, found.resettled) == ("agree", 1)
    with shared.connect(Role.APP) as app:
        row = app.execute(
            "select state, charged_cost, cost_source, subject is not null, outcome "
            "from ops.ai_calls where requested_model = %s",
            (given.model,),
        ).fetchone()
    assert row == ("settled", Decimal("0.5"), "provider", True, "answered")
    assert reconcile(shared, given, now()).resettled == 0


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (error(401), "status 401"),
        (Reply(b"\xff{}"), "no JSON"),
        (Reply({"data": []}), "no data"),
        (Reply({"data": {"usage_daily": "0.5"}}), "no usage_daily"),
        (Reply({"data": {"usage_daily": -1}}), "usage_daily out of range"),
        (Reply({"data": {"usage_daily": True}}), "no usage_daily"),
    ],
)
def test_a_figure_that_is_none_is_said_and_nothing_is_kept(
    shared, provider, monkeypatch, answer, said
):
    monkeypatch.setattr(type(provider.books), "told", lambda *_, **__: answer)
    found = reconcile(shared, settings(provider.url), now())
    assert (found.state, found.detail, found.is_well) == ("unreadable", said, False)
    assert kept(shared, provider) == []


def test_a_provider_that_is_down_is_said(shared):
    assert reconcile(shared, settings("http://127.0.0.1:9/v1"), now()).detail == "connect"


def test_without_a_key_or_with_another_kind_of_provider_there_is_nothing_to_compare(shared):
    without = replace(settings("http://127.0.0.1:9/v1"), key="")
    assert reconcile(shared, without, now()).words().startswith("no_key")
    plain = settings("http://127.0.0.1:9/v1", openrouter=False)
    assert reconcile(shared, plain, now()).is_well


@pytest.fixture
def typed(shared, provider, monkeypatch):
    monkeypatch.setattr(console, "locate", lambda: shared)
    monkeypatch.setenv("AI_API_KEY", "scripted")
    monkeypatch.setenv("AI_PROVIDER_BASE_URL", provider.url)
    monkeypatch.setenv("AI_FLAVOR", "openrouter")
    return lambda *words: CliRunner().invoke(command, words)


def test_the_command_says_it_and_its_code_is_1_when_they_differ(provider, typed):
    assert typed("reconcile").exit_code == 0
    provider.books.usage_daily = Decimal(3)
    done = typed("reconcile", "--json")
    assert (done.exit_code, json.loads(done.stdout)["provider_usd"]) == (1, "3.0")


def test_a_difference_is_a_failed_check_that_stops_nothing(shared, provider, typed, monkeypatch):
    monkeypatch.setattr(WarehouseResource, "warehouse", lambda _: shared)
    given = {"warehouse": WarehouseResource(), "clock": Clock()}

    def check():
        done = dg.materialize([model_costs], resources=given, raise_on_error=False)
        assert done.success
        (found,) = done.get_asset_check_evaluations()
        return found

    assert check().passed
    provider.books.usage_daily = Decimal(3)
    found = check()
    assert (found.passed, found.severity, found.blocking) == (
        False, dg.AssetCheckSeverity.WARN, False,
    )  # fmt: skip
    monkeypatch.delenv("AI_API_KEY")
    assert check().description.startswith("no_key")


def test_no_provider_may_be_dearer_than_what_is_held(shared, provider):
    prices = {"dear/model": (Decimal(2), Decimal("7.5")), "cheap/model": (Decimal(1), Decimal(9))}
    with narrating(
        shared, provider.url, model="dear/model", fallback_models=("cheap/model",), prices=prices
    ) as narrator:
        narrator.ask(request(), JUDGE)
        narrator.ask(request(), JUDGE)
        held = narrator.settings
    (said,) = {json.dumps(seen.body["provider"]["max_price"]) for seen in provider.seen}
    assert json.loads(said) == {"prompt": 2.0, "completion": 9.0}
    for model in held.models:
        assert cost_of(held, model, 10**6, 0).usd <= 2
        assert cost_of(held, model, 0, 10**6).usd <= 9


def test_a_provider_without_the_extras_is_sent_no_price(shared, provider):
    asked(shared, provider, openrouter=False)
    assert "provider" not in provider.seen[0].body


def test_a_request_that_no_provider_takes_at_the_price_costs_nothing(shared, provider):
    provider.script = lambda seen: (
        error(404, "not_found") if seen.body["provider"]["max_price"]["prompt"] < 5
        else answers(seen)
    )  # fmt: skip
    one = request()
    with narrating(
        shared, provider.url, model="a/b", prices={"a/b": (Decimal(1), Decimal(1))}
    ) as narrator:
        assert narrator.ask(one, JUDGE).reason == "provider_request"
    assert {row["charged_cost"] for row in rows(shared, one.subject)} == {0}
