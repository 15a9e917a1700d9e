"""Nobody is sent a note to a customer that no person has decided about; each decision is kept."""

from datetime import UTC, datetime

import psycopg
import pytest

from e2a.alerts.outbox import follow
from e2a.domain.errors import BadInputError, RefusedError
from e2a.sla.narration.acceptance import acceptance
from e2a.sla.narration.deciding import Decision, approve, edit, reject
from e2a.sla.narration.reading import Filter, listed, shown
from e2a.sla.narratives import narrate as rules
from e2a.warehouse.as_of import ask
from e2a.warehouse.connection import Role
from tests.alerts.routing import alerts, announce
from tests.sla.narration.conftest import EVER_LATER
from tests.sla.orders import LATER, done, put

AT = datetime(2026, 4, 14, 18, tzinfo=UTC)


def by(exception, who="ann", reason="reads well", **more):
    return Decision(exception, who, reason, AT, as_of=LATER, **more)


def sendable(desk):
    return desk.rows("select client_note, decided_by from sla.client_notes")


def decisions(desk):
    return desk.rows(
        "select decided, by_person, reason, client_note = draft from sla.narrative_decisions "
        "order by decision"
    )


def test_a_draft_is_in_nothing_that_is_sent(desk, one):
    assert sendable(desk) == []
    announce(desk.app, alerts())
    with desk.warehouse.connect(Role.OWNER) as owner:  # as the trigger notes a change
        owner.execute(
            "insert into ops.untold select tenant_id, exception_id from sla.exceptions "
            "on conflict do nothing"
        )
    with desk.app.transaction():
        desk.app.execute("create temp table if not exists moved (tenant_id text, order_id text)")
        ask(desk.app, LATER)
        assert follow(desk.app).messages == 1
    ((payload,),) = desk.rows("select payload::text from ops.outbox")
    ((draft,),) = desk.explained("client_draft")
    assert draft not in payload
    assert "planned for" not in payload
    desk.app.execute("delete from reference.alert_policies")
    desk.app.commit()


def test_an_approved_note_may_be_sent_as_it_was_read(desk, one):
    read = shown(desk.app, one)["narrative"]
    approve(desk.app, by(one, seen=read["seen"]))
    assert sendable(desk) == [(read["client_note"], "ann")]
    assert decisions(desk) == [("approved", "ann", "reads well", True)]
    assert shown(desk.app, one)["narrative"]["client_note_status"] == "approved"


def test_what_is_approved_is_not_approved_again_but_may_be_rejected(desk, one):
    approve(desk.app, by(one))
    with pytest.raises(RefusedError, match="approved: it cannot be approved"):
        approve(desk.app, by(one))
    reject(desk.app, by(one, "bob", "we called"))
    assert sendable(desk) == []
    with pytest.raises(RefusedError, match="rejected: it cannot be approved"):
        approve(desk.app, by(one))


def test_an_edit_that_passes_the_checks_is_sent_and_the_draft_is_kept(desk, one):
    ((draft,),) = desk.explained("client_draft")
    text = draft.replace("We are sorry: your", "We are so sorry! Your")
    made = edit(desk.app, by(one, reason="warmer"), text)
    assert sendable(desk) == [(text, "ann")]
    assert 0 < made["distance"] < 0.15
    assert desk.rows("select draft, client_note from sla.narrative_decisions") == [(draft, text)]


@pytest.mark.parametrize(
    ("words", "check"),
    [
        ("We will refund you.", "promise"),
        ("It is a breach of the policy.", "tone"),
        ("It took 287 minutes.", "grounding"),
        ("It was the weather.", "cause"),
    ],
)
def test_an_edit_that_does_not_pass_is_refused_or_stands_on_record(desk, one, words, check):
    ((draft,),) = desk.explained("client_draft")
    with pytest.raises(RefusedError, match=check):
        edit(desk.app, by(one), f"{draft} {words}")
    made = edit(desk.app, by(one, reason="agreed by phone"), f"{draft} {words}", is_anyway=True)
    assert check in made["overridden"]


@pytest.mark.parametrize(
    "words", ["Write to dana@example.com.", "Call +1 415 555 2671.", "See #9."]
)
def test_nobody_can_let_personal_data_or_an_id_stand(desk, one, words):
    ((draft,),) = desk.explained("client_draft")
    with pytest.raises(RefusedError, match="does not pass"):
        edit(desk.app, by(one), f"{draft} {words}", is_anyway=True)
    assert decisions(desk) == []


def test_words_about_facts_that_have_changed_are_not_approved(desk, one):
    put(desk.app, done("picked", 185))
    with pytest.raises(RefusedError, match="have changed since"):
        approve(desk.app, Decision(one, "ann", "ok", AT, as_of=EVER_LATER))
    rules(desk.app, EVER_LATER)
    approve(desk.app, Decision(one, "ann", "ok", AT, as_of=EVER_LATER))
    assert desk.rows("select source from sla.client_notes") == [("rules",)]


def test_an_approval_ends_when_its_facts_do(desk, one):
    approve(desk.app, by(one))
    put(desk.app, done("picked", 185))
    rules(desk.app, EVER_LATER)
    assert sendable(desk) == []
    assert desk.explained("client_note_status") == [("draft",)]


def test_words_that_changed_since_they_were_read_are_not_approved(desk):
    desk.breach(1)
    ((exception,),) = desk.rows("select exception_id::text from sla.exceptions")
    read = shown(desk.app, exception)["narrative"]["seen"]
    desk.ask()  # the rules' words were read, a model's came meanwhile
    with pytest.raises(RefusedError, match="not the ones that you have read"):
        approve(desk.app, by(exception, seen=read))


def test_a_decision_has_a_person_and_a_reason(desk, one):
    with pytest.raises(BadInputError, match="no reason"):
        approve(desk.app, by(one, reason=" "))
    with pytest.raises(BadInputError, match="cannot be the actor"):
        approve(desk.app, by(one, "system"))


def test_decisions_cannot_be_rewritten(desk, one):
    approve(desk.app, by(one))
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        desk.app.execute("update sla.narrative_decisions set by_person = 'eve'")
    desk.app.rollback()


def test_acceptance_is_counted_by_kind_of_message_and_writer(desk):
    desk.breach(1, 2, 3, 4)
    desk.ask()
    rows, count = listed(desk.app, Filter(status="draft"))
    assert count == 4
    ids = [row["exception_id"] for row in rows]
    approve(desk.app, by(ids[0]))
    edit(desk.app, by(ids[1]), rows[1]["client_note"].replace("We are sorry", "We are very sorry"))
    reject(desk.app, by(ids[2]))
    ((row),) = acceptance(desk.app)
    counted = {k: row[k] for k in ("label", "source", "as_is", "edited", "rejected", "drafts")}
    assert counted == {
        "label": "PICK_DELAY", "source": "model", "as_is": 1, "edited": 1, "rejected": 1,
        "drafts": 1,
    }  # fmt: skip
    assert 0 < row["edit_distance"] < 0.1
    assert row["as_is_share"] == pytest.approx(1 / 3, abs=0.001)
