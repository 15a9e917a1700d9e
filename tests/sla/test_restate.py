"""History is judged by another version only with two people's consent, from the consent on."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from e2a.domain.errors import BadInputError
from e2a.domain.policies import SlaPolicyText
from e2a.sla.replay.restate import Proposal, approve, listed, propose, versions_of
from e2a.warehouse.policies import policies_folder
from e2a.warehouse.reference import load, read_folder
from e2a.warehouse.scope import refresh
from tests.warehouse.lane import deliver, event, read

TENANT = "demo-3pl"
MAY = datetime(2026, 5, 1, tzinfo=UTC)
START = MAY + timedelta(days=3, hours=9)
LOADED = MAY + timedelta(days=10)
APPROVED = MAY + timedelta(days=20)
(DEMO,) = (p for p in read_folder(policies_folder()) if p.tenant.tenant == TENANT)


def policies(minutes):
    """The demo's policies, and a version of 2027 in which a pick may take so many minutes."""
    (entry,) = DEMO.sla
    changed = entry.model_dump(by_alias=True, exclude_defaults=True) | {
        "valid_from": "2027-01-01",
        "stages": {"pick": {"within_minutes": minutes}},
    }
    return DEMO.model_copy(update={"sla": (entry, SlaPolicyText.model_validate(changed))})


def picked(order, after, start=START):
    done = start + timedelta(minutes=after)
    return [
        event(f"{order}-paid", "order_paid", f"wms:{order}", occurred_at=start),
        event(f"{order}-pick", "pick_completed", f"wms:{order}", occurred_at=done),
    ]


@pytest.fixture
def warehouse_with_history(modelled):
    """Two orders of May, met under 120 minutes; a version of 60 minutes loaded afterwards."""
    events = [*picked("A", 90), *picked("B", 90, START + timedelta(days=5))]
    read(modelled, deliver(*events, at=MAY + timedelta(days=9), tenant=TENANT))
    modelled.commit()
    refresh(modelled)
    with modelled.transaction():
        load(modelled, [policies(60)], LOADED)
    yield modelled
    modelled.rollback()
    modelled.execute("delete from reference.restatements")
    modelled.execute("delete from reference.sla_policies where loaded_at > '-infinity'")
    modelled.commit()


@pytest.fixture
def proposal():
    return Proposal(TENANT, START - timedelta(hours=1), START + timedelta(days=1), "typo", "Ann")


def the_new(connection):
    (version,) = versions_of(connection, policies(60))
    return version


def verdicts(connection):
    rows = connection.execute(
        "select order_id, version, completed_at <= due_at, known_from from sla.verdicts "
        "where tenant_id = %s and stage = 'pick' and completed_at is not null order by 1, 2",
        (TENANT,),
    ).fetchall()
    connection.commit()
    return [(order.removeprefix("wms:"), met, at == APPROVED) for order, _, met, at in rows]


def test_a_proposal_changes_nothing(warehouse_with_history, proposal):
    before = verdicts(warehouse_with_history)
    proposed = propose(warehouse_with_history, proposal, the_new(warehouse_with_history), APPROVED)
    refresh(warehouse_with_history)
    assert proposed.approved_by is None
    assert verdicts(warehouse_with_history) == before == [("A", True, False), ("B", True, False)]


def test_an_approval_judges_the_range_anew_and_keeps_what_was_known(
    warehouse_with_history, proposal
):
    proposed = propose(warehouse_with_history, proposal, the_new(warehouse_with_history), APPROVED)
    approved = approve(warehouse_with_history, proposed.restatement_id[:6], "Bob", APPROVED)
    assert approved.approved_by == "Bob"
    assert verdicts(warehouse_with_history) == [
        ("A", True, False),
        ("A", False, True),
        ("B", True, False),
    ]


def test_doing_it_again_changes_nothing(warehouse_with_history, proposal):
    connection, version = warehouse_with_history, the_new(warehouse_with_history)
    first = propose(connection, proposal, version, APPROVED)
    assert propose(connection, proposal, version, APPROVED + timedelta(days=1)) == first
    approved = approve(connection, first.restatement_id, "Bob", APPROVED)
    after = verdicts(connection)
    later = approve(connection, first.restatement_id, "Eve", APPROVED + timedelta(days=1))
    assert later == approved
    assert verdicts(connection) == after
    assert listed(connection, TENANT) == [approved]


@pytest.mark.parametrize("by", ["Ann", "ann ", "", "system"])
def test_nobody_approves_their_own(warehouse_with_history, proposal, by):
    proposed = propose(warehouse_with_history, proposal, the_new(warehouse_with_history), APPROVED)
    with pytest.raises(BadInputError):
        approve(warehouse_with_history, proposed.restatement_id, by, APPROVED)
    assert listed(warehouse_with_history, TENANT)[0].approved_by is None


def test_the_database_refuses_it_too(warehouse_with_history, proposal):
    propose(warehouse_with_history, proposal, the_new(warehouse_with_history), APPROVED)
    with pytest.raises(psycopg.errors.CheckViolation):
        warehouse_with_history.execute(
            "update reference.restatements set approved_by = requested_by, approved_at = now()"
        )


def test_a_text_that_was_never_loaded_has_no_version(warehouse_with_history):
    with pytest.raises(BadInputError, match="e2a run"):
        versions_of(warehouse_with_history, policies(45))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"reason": " "}, "needs a reason"),
        ({"by": " "}, "cannot be the one who proposes"),
        ({"started_until": START - timedelta(hours=1)}, "There is nothing from"),
        ({"started_from": datetime(2026, 5, 1)}, "has no zone"),  # noqa: DTZ001 - the mistake itself
        ({"tenant": "nobody"}, "no loaded version"),
    ],
)
def test_a_proposal_that_cannot_be_is_refused(warehouse_with_history, proposal, changed, words):
    version = the_new(warehouse_with_history)
    made = {name: getattr(proposal, name) for name in Proposal.__slots__} | changed
    with pytest.raises(BadInputError, match=words):
        propose(warehouse_with_history, Proposal(**made), version, APPROVED)


def test_an_identifier_that_names_none_is_refused(warehouse_with_history):
    with pytest.raises(BadInputError, match="No restatement begins"):
        approve(warehouse_with_history, "zzz", "Bob", APPROVED)
