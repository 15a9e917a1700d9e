"""The proof: green over what the lanes did, red over what somebody did behind their back."""

import pytest

from e2a.domain.errors import RefusedError
from e2a.warehouse.truth import check_green, differences, last_truth, mend, prove, whole_is_due
from tests.sla.orders import done, paid, put
from tests.warehouse.lane import NOW, deliver, read, rows
from tests.warehouse.truth.attack import (
    A_CENT_MORE,
    A_ROW_LESS,
    A_ROW_MORE,
    AN_ORDER_OF_NOBODY,
    LATE_BY_A_SECOND,
    live_through,
    plant,
)


@pytest.fixture
def proving(shadowed, modelled):
    """Prove what `modelled` holds."""
    return lambda **more: prove(shadowed, lambda line: None, **more)


def unproven(connection):
    return rows(connection, "select order_id, differs from ops.unproven_orders order by 1")


def counted(truth, table):
    (found,) = [t for t in truth.tables if t.table_name == table]
    return found


def test_what_the_lanes_stored_is_what_a_rebuild_gives_and_is_struck_off(proving, modelled):
    live_through(modelled)
    assert len(unproven(modelled)) == 3
    truth = proving(chunk=2)
    assert truth.is_green
    assert (truth.orders, truth.left_orders, truth.left_periods) == (3, 0, 0)
    compared = {t.table_name: t.compared for t in truth.tables}
    assert all(compared[name] for name in (
        "orders.timeline", "sla.verdicts", "sla.clocks", "sla.clock_segments",
        "billing.billable_operations", "billing.priced_operations",
        "billing.expected_invoice_lines",
    ))  # fmt: skip
    assert unproven(modelled) == []
    again = proving()
    assert (again.is_green, again.orders) == (True, 3)  # of a month that is not closed
    assert last_truth(modelled) == again


def test_one_second_one_row_less_and_one_row_more_are_found_shown_and_mended(
    proving, modelled, built
):
    live_through(modelled)
    assert proving().is_green
    plant(built, LATE_BY_A_SECOND, A_ROW_LESS, A_ROW_MORE, A_CENT_MORE)
    truth = proving()
    assert not truth.is_green
    found = {(d.table_name, d.kind) for d in differences(modelled, truth.id)}
    assert found == {
        ("sla.verdicts", "differing"), ("sla.clock_segments", "missing"),
        ("billing.billable_operations", "extra"), ("billing.expected_invoice_lines", "differing"),
    }  # fmt: skip
    assert truth.differences == 3 + counted(truth, "billing.expected_invoice_lines").differing
    assert all(differs for _, differs in unproven(modelled))
    (shifted,) = [d for d in differences(modelled, truth.id) if d.table_name == "sla.verdicts"]
    assert (shifted.key["order_id"], shifted.columns()) == ("wms:1", ["due_at"])
    with pytest.raises(RefusedError, match=f"Proof {truth.id} found .* rows that differ"):
        check_green(modelled)
    modelled.rollback()
    assert mend(built) >= 3
    assert proving().is_green
    check_green(modelled)
    assert unproven(modelled) == []


@pytest.mark.prove
def test_an_order_of_which_only_stored_rows_are_left_is_found_by_a_whole_proof(
    proving, modelled, built
):
    live_through(modelled)
    plant(built, AN_ORDER_OF_NOBODY)
    assert proving().is_green
    truth = proving(whole=True)
    assert [(d.kind, d.key["order_id"]) for d in differences(modelled, truth.id)] == [
        ("extra", "nobody")
    ]
    mend(built)
    assert proving().is_green


def test_an_order_with_news_that_nobody_has_derived_is_left_to_the_next_night(proving, modelled):
    live_through(modelled)
    read(modelled, deliver(done("picked", 25, 1, id="earlier")))
    truth = proving()
    assert (truth.is_green, truth.left_orders) == (True, 1)
    put(modelled, *paid(9))
    assert [order for order, _ in unproven(modelled)] == ["wms:1", "wms:9"]
    assert proving().is_green


def test_a_whole_proof_is_due_once_a_week_and_after_models_changed(proving, modelled):
    assert whole_is_due(modelled, NOW)
    modelled.rollback()
    truth = proving(whole=True)
    assert not whole_is_due(modelled, truth.started_at)
    modelled.execute(
        "insert into ops.builds (tenant_id, fingerprint, built_at) "
        "values ('*', 'changed', now() + interval '1 minute')"
    )
    assert whole_is_due(modelled, truth.started_at)
    modelled.rollback()
