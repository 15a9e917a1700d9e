"""Why an adjustment is right, in a model's words: every amount by code, every part exactly."""

import json
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal

import pytest

from e2a.analyst.narrator import open_narrator
from e2a.analyst.scripted.answering import answers, good_answer
from e2a.analyst.scripted.faults import FAULTS
from e2a.analyst.scripted.replies import Reply, completion
from e2a.analyst.scripted.server import serving
from e2a.analyst.settings import Settings
from e2a.billing.guard.listing import Filter, listed
from e2a.billing.guard.rationales import audit, rationalise
from e2a.warehouse.connection import Role
from tests.billing.guard.audited import P15_CARD


@pytest.fixture
def desk(merchant, built):
    """A merchant of whom one rate was billed too high, and a narrator over a scripted provider."""
    acme = merchant(P15_CARD)
    acme.work("additional", 80)
    acme.bill(("pick_additional", 80, "0.55"))
    acme.audit()
    with serving(answers) as provider:
        yield Desk(acme, built, provider)


class Desk:
    def __init__(self, acme, warehouse, provider):
        self.acme, self.warehouse, self.provider = acme, warehouse, provider
        self.settings = Settings(
            key="scripted", base_url=provider.url, model="scripted/slots", timeout=5.0,
            max_daily_tokens=10**7, max_daily_cost=Decimal(100), retries=0,
        )  # fmt: skip

    @contextmanager
    def narrator(self, **more):
        with open_narrator(self.warehouse, replace(self.settings, **more)) as narrator:
            yield narrator

    def ask(self, **more):
        with self.narrator(**more) as narrator:
            return rationalise(self.warehouse, narrator, self.acme.tenant)

    def reasons(self, columns="source, fallback_reason, reason"):
        return self.acme.rows(
            f"select {columns} from billing.adjustment_reasons where tenant_id = %s order by step",
            self.acme.tenant,
        )


def test_the_models_words_stand_beside_the_templates_with_amounts_by_code(desk):
    ((source, _, template),) = desk.reasons()
    assert source == "rules"
    assert desk.ask().by_model == 1
    ((source, fallback, reason),) = desk.reasons()
    assert (source, fallback) == ("model", None)
    for amount in ("INV-1", "-$4.00", "$40.00", "$44.00"):
        assert amount in reason, reason
    assert desk.acme.rows(
        "select reason from billing.adjustments where tenant_id = %s", desk.acme.tenant
    ) == [(template,)]
    sent = bytes(desk.provider.received)
    for figure in (b"INV-1", b"44.00", b"40.00", b"0.55", b"pick_additional"):
        assert figure not in sent


def test_a_second_pass_asks_nothing(desk):
    desk.ask()
    calls = desk.provider.calls
    assert desk.ask().by_model == 0
    assert desk.provider.calls == calls


def test_parts_that_are_not_all_named_are_not_taken_and_the_template_stands(desk):
    def partly(seen):
        said = good_answer(seen.user)
        return Reply(completion(json.dumps(said | {
            "rationale": "[[rule]] on [[invoice]]: [[adjustment]], made of [[expected]]."
        })))  # fmt: skip

    ((_, _, template),) = desk.reasons()
    desk.provider.script = partly
    assert desk.ask().by_rules.total() == 1
    ((source, reason, text),) = desk.reasons()
    assert source == "rules"
    assert reason in ("grounding", "omission")
    assert text == template
    calls = desk.provider.calls
    desk.ask()
    assert desk.provider.calls == calls


def test_a_failure_that_may_pass_is_asked_again_by_the_next_pass(desk):
    desk.provider.script = FAULTS["server"]
    assert desk.ask().by_rules == {"provider_error": 1}
    assert desk.reasons()[0][:2] == ("rules", "not_asked")
    assert desk.acme.rows("select from billing.rationales") == []


def test_without_a_key_the_template_stands(desk):
    assert desk.ask(key="").by_rules == {"no_key": 1}
    assert desk.provider.calls == 0


def test_an_adjustment_that_changes_has_the_templates_words_until_it_is_asked_about(desk):
    desk.ask()
    desk.acme.work("additional", 2)  # two more were done, so less is billed too much
    desk.acme.audit()
    standing = [row for row in desk.reasons("source, status, amount") if row[1] != "withdrawn"]
    assert [source for source, _, _ in standing if source == "model"] in ([], ["model"])
    desk.ask()
    assert {row[0] for row in desk.reasons() if row[1] is None} == {"model"}


def test_a_tenant_without_ai_is_not_asked_about(desk):
    desk.acme.connection.execute(
        "update reference.ai_policies set ai = 'off' where tenant_id = %s", (desk.acme.tenant,)
    )
    assert desk.ask().by_rules == {"switched_off": 1}
    assert desk.provider.calls == 0


def test_the_list_of_adjustments_shows_them(desk):
    desk.ask()
    ((row,), _) = listed(desk.acme.connection, Filter(desk.acme.tenant, settled_too=True))
    assert row["rationale_source"] == "model"
    assert "$44.00" in row["rationale"]


def test_an_audit_finds_a_rationale_whose_amount_was_changed(desk):
    desk.ask()
    assert audit(desk.acme.connection).faults == ()
    with desk.warehouse.connect(Role.OWNER) as owner:
        owner.execute("alter table billing.rationales disable trigger stays_as_it_is")
        owner.execute("update billing.rationales set rationale = replace(rationale, '44', '45')")
        owner.execute("alter table billing.rationales enable trigger stays_as_it_is")
    found = audit(desk.acme.connection)
    assert found.judged == 1
    assert "not what its slots say" in found.faults[0]
