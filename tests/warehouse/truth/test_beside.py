"""Nothing waits for a proof: the lanes go on while it is in the middle of a chunk."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from threading import Event, Thread
from time import monotonic, sleep

from e2a.warehouse.connection import Role
from e2a.warehouse.truth import prove
from e2a.warehouse.watermark import health
from tests.sla.orders import done, paid, put
from tests.warehouse.lane import rows
from tests.warehouse.truth.attack import live_through, settle_lines

PATIENCE = 60


@contextmanager
def stopped_in_a_chunk(shadowed):
    """A proof that holds its snapshot of the live database; it ends when the block does."""
    shadow = replace(shadowed, database=f"{shadowed.database}_shadow")
    holder, reached, truths = shadow.connect(Role.OWNER), Event(), []

    def hold(compared, orders):
        if not reached.is_set():  # the next chunk stops when it empties this table
            holder.execute("lock table landing.order_events in access exclusive mode")
            reached.set()

    proof = Thread(target=lambda: truths.append(prove(shadowed, lambda line: None, hold, chunk=1)))
    proof.start()
    try:
        assert reached.wait(PATIENCE)
        wait_until_it_waits(holder)
        yield truths
    finally:
        holder.close()
        proof.join(PATIENCE)


def wait_until_it_waits(connection):
    end = monotonic() + PATIENCE
    query = (
        "select exists (select from pg_stat_activity "
        "where datname = current_database() and wait_event_type = 'Lock')"
    )
    while not connection.execute(query).fetchone()[0]:
        assert monotonic() < end, "the proof waits for nothing"
        sleep(0.01)


def test_orders_are_derived_and_rows_become_readable_while_a_proof_reads(shadowed, modelled):
    live_through(modelled)
    with stopped_in_a_chunk(shadowed) as truths:
        put(modelled, *paid(7), done("picked", 45, 7))  # read below the watermark, and derived
        derived = rows(modelled, "select count(*) from sla.clocks where order_id = 'wms:7'")
        found = health(modelled, datetime.now(UTC))
        modelled.rollback()
        assert derived[0][0] > 0
        assert sum(lane.held_up for lane in found.lanes) == 0
        settle_lines(modelled)
    (truth,) = truths
    assert truth.is_green
    assert truth.orders == 4  # the new one was taken at the end
    assert truth.left_periods == 0
    assert rows(modelled, "select count(*) from ops.unproven_orders") == [(0,)]
