"""docs/scenarios.md is enough to write scenarios: complete, in step with the types, and true."""

import json
import re
from decimal import Decimal

import jsonschema
import pytest

from e2a.domain.events import EventType, ScanStatus
from e2a.domain.scenarios import Scenario, parse
from e2a.domain.scenarios.answers import (
    ClockAnswer,
    InboxAnswer,
    OnTimeAnswer,
    SegmentAnswer,
    VersionAnswer,
)
from e2a.domain.scenarios.event_types import EVERYWHERE, KEYS
from e2a.domain.scenarios.events import EventText
from e2a.domain.scenarios.questions import (
    ClockFilter,
    ClockQuestion,
    CountQuestion,
    OnTimeQuestion,
    Scorecard,
)
from e2a.domain.scenarios.schema import json_schema
from e2a.domain.scenarios.tenant import PolicyEntry, RestatementText, SiteEntry
from tests.scenarios.conftest import PROJECT

PAGE = (PROJECT / "docs" / "scenarios.md").read_text()
EXAMPLES = dict(re.findall(r"```yaml\nscenario: (\S+)\n(.*?)```", PAGE, re.DOTALL))
MODELS = (
    Scenario, SiteEntry, PolicyEntry, RestatementText, EventText, ClockQuestion, CountQuestion,
    OnTimeQuestion, ClockFilter, Scorecard, ClockAnswer, SegmentAnswer, VersionAnswer,
    OnTimeAnswer, InboxAnswer,
)  # fmt: skip


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_key_is_on_the_page(model):
    keys = {field.alias or name for name, field in model.model_fields.items()}
    assert {key for key in keys if not re.search(rf"\b{key}\b", PAGE)} == set()


@pytest.mark.parametrize("type", EventType)
def test_every_event_type_is_on_the_page_with_the_keys_it_needs(type):
    (row,) = [line for line in PAGE.splitlines() if re.match(rf"\|[^|]*`{type}`", line)]
    assert [key for key in KEYS[type].needs if f"**`{key}`" not in row] == []


def test_every_status_of_a_scan_is_on_the_page():
    assert [status for status in ScanStatus if f"`{status}`" not in PAGE] == []


def test_what_a_type_takes_is_a_key_of_events():
    taken = {key for keys in KEYS.values() for key in (*keys.takes, *keys.needs, *keys.about)}
    assert taken | set(EVERYWHERE) == set(EventText.model_fields)


def test_the_schema_in_docs_is_the_one_of_the_types():
    stored = json.loads((PROJECT / "docs" / "scenario.schema.json").read_text())
    assert stored == json.loads(json.dumps(json_schema())), (
        "write it anew: e2a scenario schema > docs/scenario.schema.json"
    )


@pytest.mark.parametrize("text", [f"scenario: {n}\n{t}" for n, t in EXAMPLES.items()], ids=EXAMPLES)
def test_the_schema_accepts_what_the_parser_does(text):
    (written,), _ = parse("docs/scenarios.md", text)
    jsonschema.validate(as_json(written.node.plain()), json_schema())


def as_json(value):
    match value:
        case dict():
            return {str(key): as_json(item) for key, item in value.items()}
        case list():
            return [as_json(item) for item in value]
        case Decimal():
            return float(value)
        case None | bool() | int() | str():
            return value
    return str(value)


def test_the_page_has_examples():
    assert len(EXAMPLES) >= 4
    assert PAGE.count("```yaml\n") == len(EXAMPLES)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_of_the_page_is_a_scenario(name):
    _, problems = parse("docs/scenarios.md", f"scenario: {name}\n{EXAMPLES[name]}")
    assert problems == []


def test_the_examples_of_the_page_are_answered_as_it_says(judge):
    indented = [
        "- " + f"scenario: {name}\n{text}".replace("\n", "\n  ") for name, text in EXAMPLES.items()
    ]
    assert judge("\n".join(indented)) == {}
