"""The engine `dbt` is the oracle of the functions: both give the same rows."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from e2a.domain.errors import ConfigurationError
from e2a.radar.building import DbtStepper, engine_of
from e2a.radar.following import follow
from e2a.warehouse.connection import Role
from e2a.warehouse.inbox import land
from e2a.warehouse.scope import leased
from e2a.warehouse.step import Stepper
from e2a.warehouse.warm_dbt import WarmDbt
from tests.radar.test_set_aside import READER, big, held, planted  # noqa: F401 - a fixture
from tests.sla.orders import LATER, after, done, episodes, paid, reported
from tests.warehouse.lane import deliver, event, rows

STORED = ("orders.timeline", "sla.clocks", "sla.verdicts", "billing.priced_operations")


@pytest.fixture(scope="module")
def warm(built):
    """dbt, parsed once."""
    return WarmDbt(built)


@pytest.fixture
def engines(built, modelled, warm):
    """Steps by either engine: `step(build)`; no build is the functions."""
    with built.connect(Role.APP) as work, ThreadPoolExecutor(1) as beside:

        def step(build=None):
            if build is None:
                return Stepper(work, [READER], follow, beside).step(LATER)
            lanes = DbtStepper(work, [READER], follow, beside, lambda: None, build)
            return lanes.step(LATER)

        yield step


def arrivals():
    return [
        deliver(*paid(1), *paid(2), *paid(3), done("picked", 30, 2), done("picked", 140, 3)),
        deliver(reported("stock_mismatch", 5, n=2), big(2, "3"),
                event("hold", "hold_placed", "wms:1", hold_id="h", occurred_at=after(10))),
    ]  # fmt: skip


def standing(connection):
    return {
        table: rows(connection, f"select to_jsonb(t) from {table} as t order by to_jsonb(t)::text")
        for table in STORED
    } | {"episodes": episodes(connection)}


def test_both_engines_give_the_same_rows(engines, built, modelled, warm):
    land(modelled, arrivals())
    by_dbt = engines(warm.build_hot)
    found = standing(modelled)
    assert (by_dbt.read.rows, by_dbt.orders) == (2, 3)
    assert all(found.values())
    with built.connect(Role.OWNER) as owner:
        owner.execute("insert into ops.touched_orders select distinct tenant_id, order_id "
                      "from orders.identifiers")  # fmt: skip
        for table in STORED:
            owner.execute(f"delete from {table}")
    assert engines().orders == 3
    assert standing(modelled) == found


def test_no_step_is_taken_while_another_lane_derives_orders(engines, built, warm, modelled):
    land(modelled, arrivals())
    with leased(built):
        assert engines(warm.build_hot) is None


def test_what_dbt_cannot_derive_goes_to_the_functions(engines, modelled, planted, warm):  # noqa: F811
    land(modelled, [deliver(*paid(1)), deliver(big(1))])
    step = engines(warm.build_hot)
    assert (step.orders, step.held) == (1, 1)
    assert [row[0] for row in held(modelled)] == ["big/1"]
    assert rows(modelled, "select count(*) from ops.touched_orders") == [(0,)]


def test_calls_leave_nothing_behind_in_dbt(warm):
    """Every call grows a list of dbt's module, which makes each slower than the one before."""
    from dbt.adapters.base import impl

    before = len(impl.DEFAULT_BASE_BEHAVIOR_FLAGS)
    warm.build_hot()
    assert len(impl.DEFAULT_BASE_BEHAVIOR_FLAGS) == before


def test_an_engine_that_is_none_is_refused():
    with pytest.raises(ConfigurationError, match="E2A_HOT_ENGINE is 'spark'"):
        engine_of("spark")
    assert engine_of(None) is engine_of("functions")
