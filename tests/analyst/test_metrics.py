"""The metrics of model calls: closed label sets, whatever a ledger holds; and who may read them."""

import psycopg
import pytest

from e2a.analyst.metrics import FALLING, MOST_MODELS, figures_of, text_of
from e2a.warehouse.connection import Role

NOTHING = {"histograms": [], "costs": [], "counts": [], "scopes": [], "breakers": []}


def test_models_beyond_the_most_used_are_one_series():
    calls = [["seconds", f"m{n}", 3, 100 - n, 1.5] for n in range(MOST_MODELS + 5)]
    states = [[f"m{n}", "transport", n == 24] for n in range(25)]
    page = text_of(NOTHING | {"histograms": calls, "breakers": states}).decode()
    assert "gen_ai_client_operation_duration_seconds_count{" in page
    assert 'gen_ai_request_model="m19"' in page
    assert 'gen_ai_request_model="m20"' not in page
    other = 'gen_ai_operation_name="chat",gen_ai_request_model="other"'
    assert f"gen_ai_client_operation_duration_seconds_count{{{other}}} 390.0" in page
    assert 'ai_breaker_state{breaker="transport",gen_ai_request_model="other"} 1.0' in page


def test_a_word_that_is_in_no_list_is_counted_as_other():
    page = text_of(
        NOTHING
        | {
            "counts": [["fallback", "made_up", "x" * 90, 2], ["fallback", "made_up", "y", 3],
                       ["check", "breach_narrative", "grounding", 1]],
            "costs": [["made_up", "provider", 0.5]],
            "scopes": [["purpose:made_up", 0.25], ["global", 0.5]],
        }
    ).decode()  # fmt: skip
    assert 'ai_fallback_total{purpose="other",reason="other"} 5.0' in page
    assert 'ai_grounding_fail_total{check="grounding",purpose="breach_narrative"} 1.0' in page
    assert 'ai_cost_usd_total{cost_source="provider",purpose="other"} 0.5' in page
    assert 'ai_budget_used_ratio{scope="other"} 0.25' in page
    assert "made_up" not in page


def test_bounds_of_buckets_are_inclusive(shared):
    with shared.connect(Role.OWNER) as owner:
        owner.execute(
            "insert into ops.ai_calls (tenant_id, day, purpose, subject, base_url, "
            "requested_model, prompt_sha, held_tokens, held_cost, input_tokens, lease_until) "
            "select 'demo-3pl', (now() at time zone 'utc')::date, 'breach_narrative', 's', 'u', "
            "'bounds', 'p', 1, 0, n, now() from unnest(array[64, 65]) as n"
        )
    with shared.connect(Role.APP) as app:
        page = text_of(figures_of(app)).decode()
    series = 'gen_ai_request_model="bounds",gen_ai_token_type="input",le='
    assert f'{series}"64.0"}} 1.0' in page
    assert f'{series}"256.0"}} 2.0' in page


def test_the_month_before_is_not_counted(shared):
    with shared.connect(Role.OWNER) as owner:
        owner.execute(
            "insert into ops.ai_counts values ('demo-3pl', "
            "date_trunc('month', now() at time zone 'utc')::date - 1, 'policy_review', "
            "'fallback', 'tone', 7)"
        )
    with shared.connect(Role.APP) as app:
        assert 'reason="tone"' not in text_of(figures_of(app)).decode()


def test_the_open_door_reads_counts_and_no_row(shared):
    with shared.connect(Role.GATEWAY) as gateway:
        ((found,),) = gateway.execute("select gateway.model_metrics(%s, %s)", FALLING)
        assert set(found) == set(NOTHING)
    for statement in (
        "select from ops.ai_calls", "select from ops.ai_counts", "select analyst.sweep()",
        "select analyst.metrics('{}', '{}')",
    ):  # fmt: skip
        with (
            shared.connect(Role.GATEWAY) as gateway,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            gateway.execute(statement)


def test_a_ledger_that_cannot_be_read_is_said():
    assert b"ai_ledger_up 0.0" in text_of(None)
