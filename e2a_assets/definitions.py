"""The one place that assembles: every asset, check, job, schedule, sensor and resource."""

from typing import Any

import dagster as dg
from dagster_dbt import DbtCliResource

from e2a.warehouse.models import DBT
from e2a.warehouse.policies import policies_folder
from e2a.warehouse.reference import read_folder
from e2a_assets.billing.guard import guard_assets
from e2a_assets.billing.invoices import invoice_assets
from e2a_assets.billing.rationales import every_rationale_adds_up, rationales
from e2a_assets.freshness import watched
from e2a_assets.held import retry_held
from e2a_assets.jobs import invoicing, jobs, nightly
from e2a_assets.landing.checks import landing_checks
from e2a_assets.landing.events import landing_assets
from e2a_assets.model_costs import model_costs, reconcile_models, reconcile_models_daily
from e2a_assets.pull import pull_hourly, pull_missed
from e2a_assets.reference import calendars_reach_far_enough, identity_specs, policies
from e2a_assets.retention import keep_inbox, keep_inbox_daily
from e2a_assets.sla.exceptions import every_standing_breach_has_one_episode, exceptions
from e2a_assets.sla.model_narratives import model_narratives, nothing_ungrounded_is_accepted
from e2a_assets.sla.narratives import every_breach_has_one_narrative, narratives
from e2a_assets.transform import project, transform
from e2a_assets.truth import stored_rows_are_what_a_rebuild_gives, truth
from e2a_assets.upkeep import keep_dagster, keep_dagster_daily
from resources.clock import Clock
from resources.narrator import NarratorResource
from resources.warehouse import WarehouseResource
from sensors.dead_letters import dead_letters
from sensors.hot_lane import hot_lane
from sensors.new_events import new_events


def billing_zones() -> list[str]:
    """The distinct billing zones of all tenants, from policies/."""
    return sorted({p.tenant.billing_zone for p in read_folder(policies_folder())})


def build_defs(**resources: Any) -> dg.Definitions:  # noqa: ANN401 - any resource may be replaced
    """A fresh set of definitions; a test replaces resources by name."""
    return dg.Definitions(
        assets=watched(
            policies,
            *landing_assets,
            *identity_specs,
            transform,
            truth,
            exceptions,
            narratives,
            model_narratives,
            *invoice_assets,
            *guard_assets,
            rationales,
            model_costs,
        ),
        asset_checks=[
            calendars_reach_far_enough,
            *landing_checks,
            stored_rows_are_what_a_rebuild_gives,
            every_standing_breach_has_one_episode,
            every_breach_has_one_narrative,
            nothing_ungrounded_is_accepted,
            every_rationale_adds_up,
        ],
        jobs=[*jobs, retry_held, keep_inbox, keep_dagster, pull_missed, reconcile_models],
        schedules=[
            *(made(zone) for zone in billing_zones() for made in (nightly, invoicing)),
            keep_inbox_daily,
            keep_dagster_daily,
            reconcile_models_daily,
            pull_hourly,
        ],
        sensors=[hot_lane, new_events, dead_letters],
        resources={
            "warehouse": WarehouseResource(),
            "clock": Clock(),
            "narrator": NarratorResource(),
            "dbt": DbtCliResource(project_dir=project, dbt_executable=str(DBT)),
            **resources,
        },
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What `workspace.yaml` loads."""
    return build_defs()
