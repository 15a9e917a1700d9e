"""The asset of a model's words on an instance of its own: by day, idempotent, and judged again."""

from datetime import date

import dagster as dg
import pytest

from e2a.analyst.scripted.answering import answers
from e2a.analyst.scripted.server import serving
from e2a.warehouse.connection import Role
from e2a_assets.partitions import ONLY_NEW, READ_TAG
from e2a_assets.sla.model_narratives import (
    Asking,
    model_narratives,
    nothing_ungrounded_is_accepted,
)
from resources.clock import AS_OF_TAG, Clock
from resources.narrator import NarratorResource
from resources.warehouse import WarehouseResource
from tests.sla.orders import LATER

DAY = "2026-04-14"
PLACE: dict[str, object] = {}


class HereWarehouse(WarehouseResource):
    def warehouse(self):
        return PLACE["here"]


@pytest.fixture
def asset(desk, built, monkeypatch):
    """Runs the asset and its check; the provider is named by the environment, as it is in life."""
    PLACE["here"] = built
    monkeypatch.setenv("AI_API_KEY", "scripted")
    monkeypatch.setenv("AI_PROVIDER_BASE_URL", desk.provider.url)
    monkeypatch.setenv("AI_SAMPLING_SEVERITY", "all")
    instance = dg.DagsterInstance.ephemeral()

    def run(day=DAY, config=None, **tags):
        return dg.materialize(
            [dg.AssetSpec(["sla", "narratives"]), model_narratives, nothing_ungrounded_is_accepted],
            selection=dg.AssetSelection.assets(model_narratives),
            partition_key=day,
            tags={AS_OF_TAG: LATER.isoformat(), **tags},
            instance=instance,
            run_config=config and dg.RunConfig({"sla__model_narratives": Asking(**config)}),
            resources={
                "warehouse": HereWarehouse(), "narrator": NarratorResource(), "clock": Clock(),
            },
            raise_on_error=False,
        )  # fmt: skip

    run.instance = instance
    return run


def told(result):
    (event,) = [
        event
        for event in result.get_asset_materialization_events()
        if event.materialization.metadata
    ]
    return {key: value.value for key, value in event.materialization.metadata.items()}


def test_a_day_is_narrated_and_a_second_run_asks_nothing(desk, asset):
    desk.breach(1, 2)
    result = asset()
    assert result.success
    assert told(result)["dagster/row_count"] == 2
    assert [check.passed for check in result.get_asset_check_evaluations()] == [True]
    calls = desk.calls
    assert told(asset())["dagster/row_count"] == 0
    assert desk.calls == calls


def test_another_day_is_left_alone_unless_the_run_is_for_what_is_new(desk, asset):
    desk.breach(1)
    other = str(date(2026, 4, 20))
    assert told(asset(other)) == {
        "dagster/row_count": 0, "of_known_answers": 0, "by_rules": "none", "waiting": 0,
    }  # fmt: skip
    result = asset(other, **{READ_TAG: ONLY_NEW})
    assert told(result)["dagster/row_count"] == 1
    days = {event.partition for event in result.get_asset_materialization_events()}
    assert days == {DAY, other}


def test_a_run_may_be_told_to_ask_again(desk, asset):
    desk.breach(1)
    asset()
    assert told(asset(config={"again": True}))["dagster/row_count"] == 1
    assert desk.explained("source, version") == [("model", 2)]


def test_without_a_key_a_run_succeeds_and_says_so(desk, asset, monkeypatch):
    monkeypatch.delenv("AI_API_KEY")
    desk.breach(1)
    result = asset()
    assert result.success
    assert told(result)["by_rules"] == "1 no_key"


def test_a_row_that_is_not_grounded_fails_the_run(desk, asset, built):
    desk.breach(1)
    asset()
    with built.connect(Role.OWNER) as owner:
        owner.execute("alter table sla.model_narratives disable trigger stays_as_it_is")
        owner.execute(
            "update sla.model_narratives set ops_slots = ops_slots || ' It took 287 minutes.', "
            "ops_note = ops_note || ' It took 287 minutes.'"
        )
        owner.execute("alter table sla.model_narratives enable trigger stays_as_it_is")
    result = asset()
    (check,) = result.get_asset_check_evaluations()
    assert not check.passed
    assert "grounding in ops_note" in check.metadata["first"].value


def test_a_provider_that_is_down_fails_no_run(desk, asset, monkeypatch):
    monkeypatch.setenv("AI_PROVIDER_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("AI_RETRY_MAX_ATTEMPTS", "0")
    desk.breach(1)
    result = asset()
    assert result.success
    assert told(result)["waiting"] == 1
    with serving(answers):
        assert desk.explained()[0][1] == "rules"
