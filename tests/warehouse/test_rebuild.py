"""A whole pass in chunks, side by side, says what one pass says."""

import pytest

from e2a.warehouse.connection import Role
from e2a.warehouse.held import aside
from e2a.warehouse.held.aside import ModelsFailError
from e2a.warehouse.rebuild import orders_known, rebuild
from e2a.warehouse.scope import leased, refresh, waiting
from tests.warehouse.beyond import big, defect, held
from tests.warehouse.lane import at, deliver, event, read, rows

TABLES = (
    "orders.timeline", "sla.verdicts", "sla.clocks", "sla.clock_segments",
    "billing.billable_operations", "billing.priced_operations",
)  # fmt: skip


def _orders(app, count):
    steps = (("order_created", 0), ("order_paid", 5), ("pick_completed", 300))
    read(
        app,
        *(
            deliver(
                event(
                    f"{n}-{kind}",
                    kind,
                    f"wms:R-{n}",
                    occurred_at=at(minutes - 600 + n),
                    lines=[{"line": "A", "quantity": 2}],
                ),
                at=at(minutes - 599 + n),
            )
            for n in range(count)
            for kind, minutes in steps
        ),
    )


def _kept(app):
    return {t: rows(app, f"select t::text from {t} as t order by 1") for t in TABLES}


def test_a_rebuild_in_chunks_by_two_workers_equals_one_pass(built, modelled):
    _orders(modelled, 11)
    refresh(modelled)
    expected = _kept(modelled)
    assert all(expected.values())
    with built.connect(Role.OWNER) as owner:
        for table in TABLES:
            owner.execute(f"delete from {table}")
    told = []
    with leased(built):
        done = rebuild(built, lambda *progress: told.append(progress), chunk=3, workers=2)
    assert done == orders_known(built) == 11
    assert sorted(told)[-1] == (11, 11)
    assert len(told) == 4
    assert _kept(modelled) == expected


def test_a_rebuild_strikes_off_what_it_saw_and_running_it_again_changes_nothing(built, modelled):
    _orders(modelled, 4)
    with leased(built):
        rebuild(built, chunk=2)
        first = _kept(modelled)
        rebuild(built, chunk=3)
    assert waiting(modelled) == 0
    modelled.rollback()
    assert _kept(modelled) == first


def test_a_chunk_of_which_most_orders_fail_is_said_and_leaves_them_touched(built, modelled):
    _orders(modelled, 3)
    with built.connect(Role.OWNER, autocommit=True) as owner:
        owner.execute("alter table sla.clocks add constraint nothing check (false) not valid")
        try:
            with pytest.raises(ModelsFailError, match="2 of 3 orders or more"):
                rebuild(built, chunk=5, workers=1)
        finally:
            owner.execute("alter table sla.clocks drop constraint nothing")
    assert waiting(modelled) == 3
    assert held(modelled) == []


def test_what_no_model_can_take_is_set_aside_and_the_rebuild_goes_on(built, modelled):
    _orders(modelled, 5)
    read(modelled, deliver(big("R-2"), event("note", "pick_started", "wms:R-2")))
    with leased(built), defect(built):
        assert rebuild(built, chunk=3) == 5
    assert [row[:2] for row in held(modelled)] == [("big/R-2", aside.REASON)]
    assert len(_kept(modelled)["orders.timeline"]) == 5
    assert waiting(modelled) == 0
