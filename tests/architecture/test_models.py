"""The models as dbt sees them: scope at the bottom, one clock, contracts on marts."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from e2a.warehouse.models import DBT_PROJECT, ensure_manifest

MANIFEST = json.loads(ensure_manifest().read_text())
MODELS = {n["name"]: n for n in MANIFEST["nodes"].values() if n["resource_type"] == "model"}
IDS = {n["unique_id"]: name for name, n in MODELS.items()}
MARTS = sorted(name for name, n in MODELS.items() if n["fqn"][1] == "marts")
HOT = sorted(n for n, m in MODELS.items() if m["config"]["materialized"] == "hot")
SCRATCH = sorted(n for n in HOT if MODELS[n]["config"]["scope"] == "scratch")
STAGING = sorted(name for name, n in MODELS.items() if n["fqn"][1] == "staging")
CLOCKS = re.compile(
    r"\b(now|clock_timestamp|statement_timestamp|transaction_timestamp|random|gen_random_uuid"
    r"|timeofday)\s*\(|\bcurrent_(timestamp|date|time)\b|\blocaltime(stamp)?\b"
)
AS_OF = re.compile(r"\b(as_of|as_known|clock_state)\s*\(|e2a\.(as_of|known_at)\b")


def _readers(schema: str, table: str) -> set[str]:
    source = f"source.e2a.{schema}.{table}"
    return {name for name, node in MODELS.items() if source in node["depends_on"]["nodes"]}


def _parents(name: str) -> set[str]:
    return {IDS[n] for n in MODELS[name]["depends_on"]["nodes"] if n in IDS}


def _sources(name: str) -> set[str]:
    return {n for n in MODELS[name]["depends_on"]["nodes"] if n.startswith("source.")}


def _without_comments(text: str) -> str:
    return re.sub(r"\{#.*?#\}|--[^\n]*", "", text, flags=re.DOTALL)


def _views_below(name: str) -> Iterator[str]:
    """The model and the views that its SQL sees through, down to what is stored."""
    yield name
    for parent in _parents(name):
        if parent not in HOT:
            yield from _views_below(parent)


def _reads_what_is_kept(name: str) -> bool:
    """Whether events, names or stored marts are read, and not only what the pass itself wrote."""
    below = list(_views_below(name))
    kept = set(HOT) - set(SCRATCH)
    sources = {source.split(".")[2] for view in below for source in _sources(view)}
    parents = {parent for view in below for parent in _parents(view)}
    return bool(sources & {"landing", "orders"} or parents & kept)


def test_there_are_models_to_look_at():
    assert len(MARTS) > 5
    assert SCRATCH
    assert set(HOT) - set(SCRATCH)
    assert STAGING


def test_no_mart_and_no_staging_model_reads_the_scope_of_orders():
    readers = _readers("ops", "batch_orders")
    assert {MODELS[name]["fqn"][1] for name in readers} == {"intermediate"}


def test_the_scope_of_orders_narrows_what_is_kept_at_the_bottom_and_nowhere_else():
    """The other readers look the order's name up for what the pass itself wrote."""
    readers = _readers("ops", "batch_orders")
    assert {n for n in readers if _reads_what_is_kept(n)} == {
        "int_orders__events",
        "int_billing__prices",
    }


def test_every_model_above_the_events_reads_scratch_and_not_history():
    """But for billing, which goes on from its own stored operations."""
    between = {
        n
        for n, m in MODELS.items()
        if m["fqn"][1:3] in (["intermediate", "orders"], ["intermediate", "sla"])
    }
    assert {n for n in between if _reads_what_is_kept(n)} == {
        "int_orders__events",
        "int_orders__corrections",
    }


def test_the_scope_of_periods_is_read_at_the_bottom_and_nowhere_else():
    assert _readers("ops", "touched_periods") == {"int_billing__invoice_lines"}


def test_no_model_names_a_table_of_ops_but_through_a_source():
    loose = {
        name for name, node in MODELS.items()
        if re.search(r"\bops\.\w+", _without_comments(node["raw_code"]))
    }  # fmt: skip
    assert loose == set()


@pytest.mark.parametrize("name", HOT)
def test_what_is_stored_does_not_depend_on_the_instant_asked_about(name):
    for below in _views_below(name):
        assert not AS_OF.search(_without_comments(MODELS[below]["raw_code"])), below


@pytest.mark.parametrize("name", sorted(MODELS))
def test_no_model_reads_a_clock_or_a_dice(name):
    assert not CLOCKS.search(_without_comments(MODELS[name]["raw_code"]))


def test_one_macro_reads_the_clock_and_no_other():
    reading = {
        path.name for path in (DBT_PROJECT / "macros").rglob("*.sql")
        if CLOCKS.search(_without_comments(path.read_text()))
    }  # fmt: skip
    assert reading == {"as_of.sql"}


@pytest.mark.parametrize("setting", ["e2a.as_of", "e2a.known_at"])
def test_the_setting_of_an_instant_is_read_in_one_place(setting):
    files = [*(DBT_PROJECT / "macros").rglob("*.sql"), *(DBT_PROJECT / "models").rglob("*.sql")]
    found = [p.name for p in files for _ in range(_without_comments(p.read_text()).count(setting))]
    assert found == ["as_of.sql"]


def test_only_the_states_of_clocks_ask_about_an_instant_of_knowledge():
    asking = {n for n, m in MODELS.items() if "as_known(" in _without_comments(m["raw_code"])}
    assert asking == {"clock_states"}


@pytest.mark.parametrize("name", MARTS)
def test_a_mart_has_an_enforced_contract_that_describes_every_column(name):
    node: dict[str, Any] = MODELS[name]
    assert node["config"]["contract"]["enforced"] is True
    assert node["description"]
    assert node["columns"]
    assert [c for c, text in node["columns"].items() if not text["description"].strip()] == []
    assert [c for c, text in node["columns"].items() if not text["data_type"]] == []


def test_every_group_has_an_owner_and_every_model_a_group():
    groups = {g["name"]: g for g in MANIFEST["groups"].values()}
    assert [g for g, node in groups.items() if not node["owner"].get("email")] == []
    assert [name for name, node in MODELS.items() if node["group"] not in groups] == []


def test_every_model_has_a_description():
    assert [name for name, node in MODELS.items() if not node["description"].strip()] == []


def test_a_step_refreshes_what_a_model_reads_before_the_model():
    steps = {name: MODELS[name]["config"].get("step") for name in HOT}
    above: dict[str, set[str]] = {
        name: {p for view in _views_below(name) for p in _parents(view) if p in HOT} for name in HOT
    }
    by_step = [
        (below, name) for name, parents in above.items() for below in parents
        if steps[name] is not None and steps[below] is not None and steps[below] >= steps[name]
    ]  # fmt: skip
    assert by_step == []


def test_every_stored_model_that_a_step_refreshes_says_its_step():
    without = {n for n in HOT if MODELS[n]["config"].get("step") is None}
    assert all(MODELS[n]["config"]["scope"] == "periods" for n in without)


@pytest.mark.parametrize("name", SCRATCH)
def test_scratch_has_no_key_and_types_every_column(name):
    node = MODELS[name]
    assert node["fqn"][1] == "intermediate"
    assert not node["config"].get("unique_key")
    assert [c for c, column in node["columns"].items() if not column["data_type"]] == []


@pytest.mark.parametrize("name", sorted(set(HOT) - set(SCRATCH)))
def test_what_is_kept_has_a_key_that_starts_with_the_tenant(name):
    assert MODELS[name]["config"]["unique_key"][0] == "tenant_id"


def test_every_table_is_hot_and_the_rest_are_views():
    kinds = {node["config"]["materialized"] for node in MODELS.values()}
    assert kinds == {"hot", "view"}


@pytest.mark.parametrize("name", STAGING)
def test_staging_reads_sources_only(name):
    assert _parents(name) == set()
    assert _sources(name)


@pytest.mark.parametrize("name", MARTS)
def test_marts_do_not_read_what_landed(name):
    assert not {s for s in _sources(name) if s.startswith("source.e2a.landing.")}


def test_only_staging_reads_what_landed():
    readers = {
        name for name in MODELS if any(".landing." in source for source in _sources(name))
    }  # fmt: skip
    assert readers == set(STAGING)


def test_staging_models_of_all_sources_differ_only_in_their_source():
    texts = {re.sub(r"shopify|wms|carrier|file", "X", MODELS[name]["raw_code"]) for name in STAGING}
    assert len(texts) == 1
