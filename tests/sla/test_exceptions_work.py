"""What people do to exceptions, and that no client can do otherwise."""

from itertools import product

import psycopg
import pytest

from e2a.domain.errors import BadInputError
from e2a.domain.exceptions import MOVES, IllegalMoveError, Severity, Status
from e2a.sla.exceptions import Filter, find, listed, move, shown, sync
from e2a.warehouse.connection import Role
from tests.sla.orders import LATER, after, done, episodes, history, paid, put, reported, the_one

SYSTEM_ONLY = {(Status.CLOSED, Status.OPEN)}
PATHS = {
    Status.OPEN: (),
    Status.ACKNOWLEDGED: (Status.ACKNOWLEDGED,),
    Status.IN_PROGRESS: (Status.IN_PROGRESS,),
    Status.RESOLVED: (Status.IN_PROGRESS, Status.RESOLVED),
    Status.CLOSED: (Status.IN_PROGRESS, Status.RESOLVED, Status.CLOSED),
}


@pytest.fixture
def work(modelled):
    """A database with one late order, whose exception is open."""
    put(modelled, *paid())
    sync(modelled, LATER)
    return modelled


def stand(connection, status):
    for to in PATHS[status]:
        move(connection, the_one(connection), to, "ann", LATER)
    return the_one(connection)


def test_who_did_what_when_and_why_is_kept(work):
    move(work, the_one(work), Status.ACKNOWLEDGED, "ann", after(181), "looking for it")
    move(work, the_one(work), Status.IN_PROGRESS, "bob", after(185))
    move(work, the_one(work), Status.RESOLVED, "bob", after(190), "found on the wrong shelf")
    move(work, the_one(work), Status.CLOSED, "ann", after(200))
    seen = shown(work, the_one(work), LATER)
    moves = [
        (m["from_status"], m["to_status"], m["actor"], m["note"], m["moved_at"])
        for m in seen["moves"]
    ]
    assert moves == [
        (None, "OPEN", "system", None, LATER),
        ("OPEN", "ACKNOWLEDGED", "ann", "looking for it", after(181)),
        ("ACKNOWLEDGED", "IN_PROGRESS", "bob", None, after(185)),
        ("IN_PROGRESS", "RESOLVED", "bob", "found on the wrong shelf", after(190)),
        ("RESOLVED", "CLOSED", "ann", None, after(200)),
    ]
    closed = seen["exception"]
    assert (closed["assignee"], closed["closed_because"]) == ("bob", "resolved")


@pytest.mark.parametrize(("now", "to"), product(Status, Status))
def test_the_database_allows_the_same_moves_as_the_rules(work, now, to):
    """A client that writes the status itself is refused what a person is refused."""
    stand(work, now)
    legal = to in MOVES[now] or (now, to) in SYSTEM_ONLY
    closing = to is Status.CLOSED
    statement = (
        "update sla.exceptions set status = %s, moved_by = 'eve', closed_at = %s, "
        "closed_because = %s"
    )
    given = (to, LATER if closing else None, "resolved" if closing else None)
    if legal:
        work.execute(statement, given)
        work.rollback()
    elif now is not to:
        with pytest.raises(psycopg.errors.CheckViolation, match=f"from {now} to {to}"):
            work.execute(statement, given)
        work.rollback()
    if to not in MOVES[now]:
        with pytest.raises(IllegalMoveError):
            move(work, the_one(work), to, "eve", LATER)
    before = len(history(work))
    assert before == len(PATHS[now]) + 1, "what was refused left no trace"


def test_a_status_that_is_written_by_hand_is_recorded_all_the_same(work):
    with work.transaction():
        work.execute("update sla.exceptions set status = 'IN_PROGRESS', moved_by = 'eve'")
    assert history(work) == [("OPEN", "system"), ("IN_PROGRESS", "eve")]


@pytest.mark.parametrize(
    "statement",
    [
        "update sla.exception_moves set actor = 'somebody else'",
        "delete from sla.exception_moves",
        "insert into sla.exception_moves select * from sla.exception_moves",
        "delete from sla.exceptions",
        "update sla.exceptions set promise = 'pack#1'",
        "update sla.exceptions set opened_at = now()",
        "update sla.excusals set approver = 'ann'",
        "delete from sla.excusals",
    ],
)
def test_the_application_may_not_rewrite_what_was_done(work, statement):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        work.execute(statement)


@pytest.mark.parametrize(
    "statement",
    ["update sla.exception_moves set actor = 'somebody else'", "delete from sla.exception_moves"],
)
def test_not_even_the_owner_changes_a_move(built, work, statement):
    with (
        built.connect(Role.OWNER) as owner,
        pytest.raises(psycopg.errors.CheckViolation, match="never changed"),
    ):
        owner.execute(statement)


def test_an_exception_opens_as_open(work):
    with pytest.raises(psycopg.errors.CheckViolation, match="opens as OPEN, not RESOLVED"):
        work.execute(
            "insert into sla.exceptions (tenant_id, exception_id, order_id, promise, reason_code, "
            "severity, status, breached_at, opened_at, judged_at, moved_by, moved_at) values "
            "('demo-3pl', gen_random_uuid(), 'wms:9', 'pick#1', 'PICK_DELAY', 'LOW', 'RESOLVED', "
            "now(), now(), now(), 'eve', now())"
        )


def test_bi_reads_exceptions_and_moves_and_writes_neither(built, work):
    with built.connect(Role.READER, autocommit=True) as reader:
        assert reader.execute("select status from sla.exceptions").fetchall() == [("OPEN",)]
        assert reader.execute("select actor from sla.exception_moves").fetchall() == [("system",)]
        reader.execute("set default_transaction_read_only = off")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute("update sla.exceptions set status = 'ACKNOWLEDGED'")


def test_the_system_is_nobodys_name(work):
    with pytest.raises(BadInputError, match="cannot be the actor"):
        move(work, the_one(work), Status.ACKNOWLEDGED, "system", LATER)


def test_an_exception_is_found_by_the_beginning_of_its_id_and_only_for_its_tenant(work):
    tenant, id = the_one(work)
    assert find(work, str(id)[:8]) == find(work, str(id).upper(), tenant) == (tenant, id)
    with pytest.raises(BadInputError, match="There is no exception"):
        find(work, str(id), "nordic-beauty")
    with pytest.raises(BadInputError, match="is not an identifier"):
        find(work, "%")
    with pytest.raises(BadInputError, match="There is no exception"):
        move(work, ("nordic-beauty", id), Status.ACKNOWLEDGED, "ann", LATER)
    assert episodes(work, "status") == [("OPEN",)]


def test_the_list_is_what_is_left_to_do_the_worst_and_oldest_first(work):
    put(work, *paid(2), done("picked", 150, 2), reported("stock_mismatch", 170))
    put(work, *paid(), reported("system_error", 171, "s"), tenant="nordic-beauty")
    sync(work, LATER)
    rows, count = listed(work, Filter(tenant="demo-3pl"))
    assert [row["reason_code"] for row in rows] == ["STOCK_MISMATCH", "PICK_DELAY"]
    assert count == 2
    rows, count = listed(work, Filter(limit=1))
    assert ([row["reason_code"] for row in rows], count) == (["SYSTEM_ERROR"], 3)
    assert listed(work, Filter(stage="pick"))[1] == 1
    assert listed(work, Filter(stage="pick", closed_too=True))[1] == 2
    assert listed(work, Filter(status=Status.CLOSED))[0][0]["order_id"] == "wms:2"
    assert listed(work, Filter(severity=Severity.HIGH))[1] == 1


def test_an_exception_is_shown_with_its_facts(work):
    facts = shown(work, the_one(work), LATER)["facts"]
    assert (facts["state"], facts["due_at"], facts["late_seconds"]) == (
        "breached",
        after(120),
        3600,
    )
    put(work, reported("stock_mismatch", 5))
    sync(work, LATER)
    report = next(
        shown(work, (tenant, id), LATER)["facts"]
        for tenant, id, promise in episodes(work, "tenant_id, exception_id, promise")
        if promise.startswith("reported:")
    )
    assert (report["reason"], report["reports"]) == ("stock_mismatch", 1)
