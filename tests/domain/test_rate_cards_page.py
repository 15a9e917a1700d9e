"""docs/rate-cards.md is what it says: its example is a rate card, its tables are complete."""

import re
from pathlib import Path
from typing import get_args

import pytest

from e2a.domain.policies.charges import ChargeText, Model, Operation, TierText
from e2a.domain.policies.rates import (
    BandText,
    BoundText,
    FxText,
    LimitsText,
    MultiplierText,
    OrderRulesText,
    RateCardText,
    SlaCreditText,
    TolerancesText,
)
from e2a.domain.policy_text import parse

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "rate-cards.md").read_text()
BLOCK = r"```yaml\n# (\w+)\.yaml\n(.*?)```"
BLOCKS = dict(re.findall(BLOCK, PAGE, re.DOTALL))
REST = dict(re.findall(BLOCK, (DOCS / "policies.md").read_text(), re.DOTALL))
RULES = Path(__file__).parents[2] / "dbt_project/models/intermediate/billing"


@pytest.fixture(scope="module")
def acme():
    return parse("acme", {**REST, **BLOCKS})


def test_the_example_on_the_page_is_parsed_and_uses_every_model(acme):
    assert len(BLOCKS) == PAGE.count("```yaml") == 2
    assert len(acme.fx) == 1
    used = {charge.model for card in acme.rates for charge in card.charges.values()}
    assert used == set(get_args(Model))


TEXTS = (
    RateCardText, LimitsText, TolerancesText, BoundText, OrderRulesText, MultiplierText,
    SlaCreditText, BandText, ChargeText, TierText, FxText,
)  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_every_key_is_on_the_page(text):
    keys = text.model_fields
    assert {key for key in keys if not re.search(rf"`[^`\n]*\b{key}\b[^`\n]*`", PAGE)} == set()


@pytest.mark.parametrize("words", [Model, Operation])
def test_every_model_and_every_operation_has_a_row(words):
    rows = set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE))
    assert set(get_args(words)) - rows == set()


def test_every_reason_for_which_work_is_not_billed_has_a_row():
    rule = (RULES / "int_billing__operations.sql").read_text()
    reasons = set(re.findall(r"then '([a-z_]+)'\n", rule[rule.index("judged as (") :]))
    told = re.findall(r"^\| `(\w+)` \| (?:not billable|quarantined) \|", PAGE, re.MULTILINE)
    assert reasons - {"billed", "quarantined"} == set(told)
