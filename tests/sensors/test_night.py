"""The night: proof first, then money; several ticks and runs on one instance, failures between."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from e2a.billing.invoices.finalising import finalise
from e2a.domain.errors import RefusedError
from e2a.warehouse.connection import Role
from e2a.warehouse.truth import last_truth, mend
from e2a_assets.billing.invoices import draft_invoices, invoices
from e2a_assets.jobs import invoicing, monthly_invoices
from e2a_assets.truth import stored_rows_are_what_a_rebuild_gives, truth
from resources.clock import Clock
from tests.warehouse.lane import rows
from tests.warehouse.truth.attack import A_ROW_LESS, LATE_BY_A_SECOND, live_through, plant

ZONE = "Europe/Berlin"


@pytest.fixture
def instance():
    with dg.DagsterInstance.ephemeral() as made:
        yield made


@pytest.fixture
def night(shadowed, modelled, here, instance):
    """The part of the night that a difference concerns, as a run; returns its result."""
    return lambda: dg.materialize(
        [truth, stored_rows_are_what_a_rebuild_gives, draft_invoices],
        instance=instance, resources={"warehouse": here, "clock": Clock()},
        raise_on_error=False,
    )  # fmt: skip


@pytest.fixture
def tick(here, instance):
    """An evaluation of the zone's invoice schedule; its requests, or why there are none."""
    schedule = invoicing(ZONE)
    given = {"warehouse": here, "clock": Clock()}
    assets = [truth, draft_invoices, invoices]
    made = dg.Definitions(assets, jobs=[monthly_invoices], resources=given)

    def evaluate(at):
        context = dg.build_schedule_context(
            instance, scheduled_execution_time=at, repository_def=made.get_repository_def(),
            resources=given,
        )  # fmt: skip
        found = schedule.evaluate_tick(context)
        return found.skip_message or [request.run_key for request in found.run_requests]

    return evaluate


def the_check(result):
    (evaluation,) = result.get_asset_check_evaluations()
    return evaluation


def drafts(connection):
    return rows(connection, "select count(*) from billing.invoices")[0][0]


def test_a_difference_blocks_invoicing_until_it_is_mended(
    night, tick, modelled, built, here, instance
):
    live_through(modelled)
    plant(built, LATE_BY_A_SECOND, A_ROW_LESS)
    red = night()
    assert not red.success
    evaluation = the_check(red)
    assert not evaluation.passed
    shown = evaluation.metadata["differing_rows"].value.records
    assert [(r.data["table"], r.data["kind"]) for r in shown] == [
        ("sla.clock_segments", "missing"), ("sla.verdicts", "differing"),
    ]  # fmt: skip
    assert shown[1].data["columns"] == "due_at"
    assert drafts(modelled) == 0

    tonight = datetime.now(UTC) + timedelta(hours=1)
    assert "found 2 rows that differ from a rebuild" in tick(tonight)
    by_hand = monthly(here, instance)
    assert not by_hand.success
    assert drafts(modelled) == 0

    assert not night().success  # a second night changes nothing by itself
    assert mend(built) == 2
    green = night()
    assert green.success
    assert the_check(green).passed
    assert drafts(modelled) == 1
    assert len(tick(tonight)) == 2  # the month that runs, and the one before
    assert monthly(here, instance).success

    say_red(modelled)
    ((tenant, invoice),) = rows(modelled, "select tenant_id, invoice_id from billing.invoices")
    with pytest.raises(RefusedError, match="so nothing is invoiced"):
        finalise(modelled, tenant, invoice, by="eva", now=datetime.now(UTC))


def say_red(connection):
    connection.execute(
        "insert into ops.truths (tenant_id, whole, started_at, finished_at, differences) "
        "values ('*', false, now(), now(), 1)"
    )
    connection.commit()


def monthly(here, instance):
    """Somebody materialises a month by itself."""
    return dg.materialize(
        [invoices], instance=instance, partition_key="2026-04", raise_on_error=False,
        resources={"warehouse": here, "clock": Clock()},
    )  # fmt: skip


def test_invoices_wait_for_the_proof_of_their_night_and_are_asked_for_once(
    night, tick, modelled, built
):
    evening = datetime.now(UTC).replace(hour=20)
    assert tick(evening) == "the proof of this night has not come to its end"
    live_through(modelled)
    assert night().success
    proven = last_truth(modelled).finished_at
    tomorrow = proven + timedelta(days=1)
    assert tick(tomorrow) == "the proof of this night has not come to its end"
    with built.connect(Role.APP) as connection:  # one that was interrupted proves nothing
        connection.execute(
            "insert into ops.truths (tenant_id, whole, started_at) values ('*', false, %s)",
            (tomorrow,),
        )
    assert tick(tomorrow) == "the proof of this night has not come to its end"
    first, second = tick(proven), tick(proven + timedelta(seconds=30))
    assert first == second  # run keys of the day: Dagster starts each once
    assert monthly_invoices.name == "monthly_invoices"
