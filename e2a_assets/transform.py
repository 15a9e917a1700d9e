"""TRANSFORM: dbt_project's models as assets, over the orders that have news.

One `dbt build` a pass. The scope is claimed before and struck off after it, so a pass that dies is
taken again; a pass over changed models, or over some of the models only, takes every order. Over
many orders, changed models are deployed first and then run in committed chunks side by side. So
they are where a model failed in a pass: dbt cannot tell whose facts it fails by, chunks set them
aside.
"""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import dagster as dg
from dagster_dbt import (
    DagsterDbtTranslator,
    DagsterDbtTranslatorSettings,
    DbtCliInvocation,
    DbtCliResource,
    DbtProject,
    dbt_assets,
    get_asset_key_for_model,
)
from dagster_dbt.errors import DagsterDbtCliRuntimeError

from e2a.warehouse.connection import Warehouse
from e2a.warehouse.models import DBT_PROJECT, ensure_manifest, fingerprint
from e2a.warehouse.rebuild import (
    CHUNK,
    derive_touched,
    needs_everything,
    orders_known,
    rebuild,
    remember,
)
from e2a.warehouse.scope import claimed, leased, nothing
from resources.warehouse import WarehouseResource

project = DbtProject(project_dir=DBT_PROJECT, profiles_dir=DBT_PROJECT)
ensure_manifest()

BUILD = ["build", "--exclude", "resource_type:unit_test"]


@cache
def _manifest() -> dict[str, Any]:
    """What this process has loaded."""
    return dict(json.loads(project.manifest_path.read_text()))


@cache
def current_fingerprint() -> str:
    """That of the models that this process has loaded."""
    return fingerprint(_manifest())


@dbt_assets(
    manifest=project.manifest_path,
    project=project,
    dagster_dbt_translator=DagsterDbtTranslator(
        DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True)
    ),
)
def transform(
    context: dg.AssetExecutionContext, dbt: DbtCliResource, warehouse: WarehouseResource
) -> Iterator[Any]:
    """Every model and data test of dbt_project, over the orders that have news."""
    place, partial, mark = warehouse.warehouse(), context.is_subset, current_fingerprint()
    whole = needs_everything(place, mark)
    if not partial and (context.retry_number or (whole and orders_known(place) > CHUNK)):
        yield from _in_chunks(context, dbt, place, whole)
    else:
        with claimed(place, everything=partial or whole, partial=partial) as scope:
            context.log.info("%d orders in scope", scope.orders)
            yield from _at_once(context, dbt, may_repeat=not partial)
    if not partial:
        remember(place, mark)


def _at_once(
    context: dg.AssetExecutionContext, dbt: DbtCliResource, *, may_repeat: bool
) -> Iterator[Any]:
    """Build the scope by dbt itself; a model that fails has the step taken again, in chunks."""
    invocation = dbt.cli(BUILD, context=context)
    try:
        yield from invocation.stream().fetch_row_counts()
    except DagsterDbtCliRuntimeError as error:
        if not may_repeat or not _model_failed(invocation):
            raise
        raise dg.RetryRequested(max_retries=1) from error


def _model_failed(invocation: DbtCliInvocation) -> bool:
    try:
        results = invocation.get_artifact("run_results.json")["results"]
    except FileNotFoundError:  # it did not come to running anything
        return False
    failed = [one["unique_id"] for one in results if one["status"] == "error"]
    return any(name.startswith("model.") for name in failed)


def _in_chunks(
    context: dg.AssetExecutionContext, dbt: DbtCliResource, place: Warehouse, whole: bool
) -> Iterator[Any]:
    with leased(place):
        nothing(place)
        dbt.cli(["run"]).wait()
        if whole:
            rebuild(place, lambda done, orders: context.log.info("%d of %d orders", done, orders))
        else:
            derive_touched(place)
        nothing(place)
        yield from dbt.cli(BUILD, context=context).stream().fetch_row_counts()


@cache
def hot_models() -> tuple[dg.AssetKey, ...]:
    """The stored models that a step refreshes; scratch tables hold nothing that stays."""
    nodes = _manifest()["nodes"].values()
    names = [
        node["name"] for node in nodes
        if node["config"].get("materialized") == "hot" and node["config"]["scope"] != "scratch"
    ]  # fmt: skip
    return tuple(get_asset_key_for_model([transform], name) for name in sorted(names))
