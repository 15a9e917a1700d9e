"""A model's words stand beside the rules' while the facts stand, and not a moment longer."""

import threading
from dataclasses import replace

import psycopg
import pytest

from e2a.analyst.scripted.answering import answers
from e2a.analyst.scripted.faults import FAULTS
from e2a.domain.analysis.sampling import RATES
from e2a.sla.narration.again import Again, again
from e2a.sla.narration.auditing import audit
from e2a.warehouse.connection import Role
from tests.sla.narration.conftest import EVER_LATER, saying
from tests.sla.orders import done, put, reported


def test_an_accepted_answer_stands_beside_the_rules_words_with_figures_by_code(desk):
    desk.breach(1)
    before = desk.rows("select n::text from sla.narratives as n")
    done = desk.ask()
    assert (done.by_model, done.waiting) == (1, 0)
    ((source, ops, client, status, model, sha, evidence, calls),) = desk.explained(
        "source, ops_note, client_note, client_note_status, narrator, length(prompt_sha), "
        "evidence, cardinality(call_ids)"
    )
    assert (source, status, model, sha, calls) == ("model", "draft", "scripted/slots", 64, 1)
    assert "was due Tue, Apr 14, 2026, 9:00" in ops
    assert client.startswith("We are sorry: your order 1 was planned for Tue, Apr 14, 2026")
    assert set(evidence) == {"order", "stage", "due", "state", "next_step"}
    assert desk.rows("select n::text from sla.narratives as n") == before


def test_a_second_pass_asks_nothing_and_changes_nothing(desk):
    desk.breach(1, 2)
    desk.ask()
    calls = desk.calls
    kept = desk.rows("select m::text from sla.model_narratives as m")
    desk.explain()
    assert desk.ask().asked == 0
    assert desk.calls == calls
    assert desk.rows("select m::text from sla.model_narratives as m") == kept


def test_orders_that_differ_in_figures_only_share_one_call(desk):
    desk.breach(1, 2, 3)
    done = desk.ask(settings=replace(desk.settings, at_once=1))
    assert (done.by_model, done.cached, desk.calls) == (3, 2, 1)
    notes = [note for (note,) in desk.explained("client_note")]
    assert ["order 1 " in notes[0], "order 2 " in notes[1], "order 3 " in notes[2]] == [True] * 3


def test_an_answer_with_a_figure_of_its_own_is_not_taken_and_the_rules_words_stand(desk):
    desk.provider.script = saying(ops_note="Picking [[order]] took 287 minutes. [[stage]], [[due]]")
    desk.breach(1)
    assert desk.ask().by_rules == {"grounding": 1}
    ((source, reason, note),) = desk.explained("source, fallback_reason, ops_note")
    assert (source, reason) == ("rules", "grounding")
    assert note.startswith("Pick of order 1 at MEM1 was due")
    calls = desk.calls
    assert desk.ask().asked == 0
    assert desk.calls == calls == 2  # asked once more with the objections, and never again


def test_an_answer_that_is_unsure_is_not_taken(desk):
    desk.provider.script = saying(confidence=0.5499999)
    desk.breach(1)
    assert desk.ask().by_rules == {"low_confidence": 1}
    ((kept,),) = desk.rows("select count(*) from sla.model_narratives where source = 'model'")
    assert kept == 0


def test_an_answer_exactly_as_sure_as_it_must_be_is_taken(desk):
    desk.provider.script = saying(confidence=0.55)
    desk.breach(1)
    assert desk.ask().by_model == 1


def test_changed_facts_bring_the_rules_words_back_at_once_and_are_asked_about_anew(desk):
    desk.breach(1)
    desk.ask()
    put(desk.app, done("picked", 185))
    desk.explain(EVER_LATER)
    assert desk.explained() == [("wms:1", "rules", "not_asked")]
    assert desk.ask(EVER_LATER).by_model == 1
    ((source, version, note),) = desk.explained("source, version, client_note")
    assert (source, version) == ("model", 2)
    assert "1 hour 5 minutes longer than we planned" in note


def test_facts_that_the_rules_have_not_told_yet_are_not_told_by_a_model(desk):
    desk.breach(1)
    put(desk.app, done("picked", 185))
    done_ = desk.ask(EVER_LATER)
    assert (done_.asked, done_.waiting, desk.calls) == (0, 1, 0)


def test_a_breach_that_was_cleared_is_not_asked_about(desk):
    desk.breach(1)
    put(desk.app, done("picked", 110))
    desk.explain(EVER_LATER)
    done_ = desk.ask(EVER_LATER)
    assert (done_.asked, done_.waiting, desk.calls) == (0, 0, 0)


def test_without_a_key_nothing_is_asked_and_nothing_is_written(desk):
    desk.breach(1)
    done_ = desk.ask(settings=replace(desk.settings, key=""))
    assert done_.by_rules == {"no_key": 1}
    assert (done_.waiting, desk.calls) == (1, 0)
    assert desk.rows("select from sla.model_narratives") == []
    assert desk.ask().by_model == 1  # the key comes later, and nothing was lost


@pytest.mark.parametrize("fault", ["server", "rate_limit_in_200", "hang_up"])
def test_a_failure_that_may_pass_leaves_the_breach_for_later(desk, fault):
    desk.provider.script = FAULTS[fault]
    desk.breach(1)
    done_ = desk.ask(settings=replace(desk.settings, retries=0))
    assert (done_.by_model, done_.waiting) == (0, 1)
    ((_, source, reason),) = desk.explained()
    assert source == "rules"
    assert reason in ("provider_error", "rate_limited", "transport")
    desk.provider.script = answers
    assert desk.ask().asked == 0  # its pause is not over


def test_over_budget_it_waits_for_tomorrow(desk):
    desk.breach(1)
    done_ = desk.ask(settings=replace(desk.settings, max_daily_tokens=10))
    assert done_.by_rules == {"budget": 1}
    ((hours,),) = desk.rows(
        "select extract(epoch from not_before - date_trunc('day', now() at time zone 'UTC' "
        "+ interval '1 day') at time zone 'UTC')::int from sla.unnarrated"
    )
    assert abs(hours) < 60


def test_a_severity_that_is_not_sampled_is_decided_once_for_all(desk):
    desk.breach(1)  # picking late is MEDIUM
    less = replace(desk.settings, sampling=RATES["important_only"])
    assert desk.ask(settings=less).by_rules == {"sampled_out": 1}
    assert desk.ask().asked == 0
    assert desk.explained() == [("wms:1", "rules", "sampled_out")]


def test_a_tenant_without_ai_is_not_asked_about(desk):
    desk.app.execute("update reference.ai_policies set ai = 'off' where tenant_id = 'demo-3pl'")
    desk.app.commit()
    desk.breach(1)
    assert desk.ask().by_rules == {"switched_off": 1}
    assert bytes(desk.provider.received) == b""


def test_two_passes_at_once_ask_about_each_breach_once(desk):
    desk.provider.script = lambda seen: replace(answers(seen), delay=0.05)
    desk.breach(*range(1, 9), events=[reported("inventory_shortage", 90, n=8)])
    done_ = []
    passes = [threading.Thread(target=lambda: done_.append(desk.ask())) for _ in range(3)]
    for one in passes:
        one.start()
    for one in passes:
        one.join()
    assert sum(one.by_model for one in done_) == 8
    assert desk.rows("select count(*), max(version) from sla.model_narratives") == [(8, 1)]
    assert desk.calls == 2  # one for each of the two kinds of facts


def test_who_dies_while_asking_loses_his_lease_and_somebody_else_asks(desk):
    desk.breach(1)
    desk.app.execute(
        "update sla.unnarrated set not_before = now() + interval '10 minutes', tries = 1"
    )
    desk.app.commit()
    assert desk.ask().asked == 0
    desk.app.execute("update sla.unnarrated set not_before = now() - interval '1 second'")
    desk.app.commit()
    assert desk.ask().by_model == 1


def test_asking_again_keeps_the_words_until_there_are_new_ones(desk):
    desk.breach(1)
    desk.ask()
    assert again(desk.app, Again(other_than="another prompt")) == 1
    assert desk.explained("source, version") == [("model", 1)]
    desk.provider.script = saying(confidence=0.1)
    assert desk.ask().asked == 1
    assert desk.explained("source")[0] == ("model",)


def test_a_prompt_that_changes_asks_nothing_by_itself(desk):
    desk.breach(1)
    desk.ask()
    ((sha,),) = desk.explained("prompt_sha")
    assert again(desk.app, Again(other_than=sha)) == 0


def test_what_was_answered_cannot_be_changed_or_deleted(desk):
    desk.breach(1)
    desk.ask()
    for statement in (
        "update sla.model_narratives set ops_note = 'x'",
        "delete from sla.model_narratives",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            desk.app.execute(statement)
        desk.app.rollback()


def test_an_audit_finds_a_note_that_its_slots_do_not_say(desk, built):
    desk.breach(1)
    desk.ask()
    assert audit(desk.app).faults == ()
    with built.connect(Role.OWNER) as owner:
        owner.execute("alter table sla.model_narratives disable trigger stays_as_it_is")
        owner.execute("update sla.model_narratives set client_note = client_note || ' 99'")
        owner.execute("alter table sla.model_narratives enable trigger stays_as_it_is")
    found = audit(desk.app)
    assert found.judged == 1
    assert found.faults == ("demo-3pl/wms:1: the client note is not what its slots say",)


def test_the_worst_and_newest_come_first_within_the_bounds(desk):
    desk.breach(1, 2, 3)
    desk.app.execute("update sla.unnarrated set severity = 'HIGH' where order_id = 'wms:2'")
    desk.app.commit()
    done_ = desk.ask(most=1)
    assert (done_.by_model, done_.waiting) == (1, 2)
    assert [row[0] for row in desk.explained() if row[1] == "model"] == ["wms:2"]
