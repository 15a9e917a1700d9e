"""What the loader refuses, the lint calls an error; and no text makes the lint fall over."""

from datetime import date
from itertools import product
from pathlib import Path

import pytest
import yaml

from e2a.domain.errors import ConfigurationError
from e2a.domain.lint import Severity, lint, subject
from e2a.domain.policy_text import parse
from tests.domain.lint.seeds import FILES, SEEDS
from tests.domain.lint.test_seeded_defects import findings, seeded

POLICIES = Path(__file__).parents[3] / "policies"
JUNK = ("", "-1", "abc", "[]", "2026-13-45", "\x00")


def refuses(texts):
    try:
        parse("acme", texts)
    except ConfigurationError:
        return True
    except (ValueError, yaml.YAMLError):  # a date that is none, a character that is none
        return True
    return False


def errors(found):
    return [finding for finding in found if finding.severity is Severity.ERROR]


@pytest.mark.parametrize("seed", SEEDS, ids=str)
def test_a_seed_that_the_loader_refuses_is_an_error(seed):
    text, _ = seeded(seed)
    if refuses(FILES | {seed.file: text}):
        assert errors(findings(**{seed.file: text}))


@pytest.mark.parametrize(("file", "junk"), product(FILES, JUNK))
def test_any_value_replaced_by_junk_is_read_as_the_loader_reads_it(file, junk):
    lines = FILES[file].splitlines(keepends=True)
    for number, line in enumerate(lines):
        key, colon, _ = line.partition(": ")
        changed = f"{key}{colon}{junk}\n"
        text = "".join([*lines[:number], changed, *lines[number + 1 :]])
        if refuses(FILES | {file: text}):
            assert errors(findings(**{file: text})), text


@pytest.mark.parametrize("file", FILES)
def test_any_line_left_out_is_read_as_the_loader_reads_it(file):
    lines = FILES[file].splitlines(keepends=True)
    for number in range(len(lines)):
        text = "".join([*lines[:number], *lines[number + 1 :]])
        if refuses(FILES | {file: text}):
            assert errors(findings(**{file: text})), text


@pytest.mark.parametrize("text", ["", "words", "[]", "42", "- - -", "a: *b", "null", "[1, {2: 3}]"])
@pytest.mark.parametrize("file", FILES)
def test_a_file_of_another_shape_is_an_error_and_no_crash(file, text):
    assert errors(findings(**{file: text}))


def test_the_policies_of_this_checkout_have_no_errors():
    folders = [path.parent for path in POLICIES.glob("*/tenant.yaml")]
    assert folders
    for folder in folders:
        texts = {path.stem: (str(path), path.read_text()) for path in folder.glob("*.yaml")}
        assert errors(lint(subject(folder.name, texts, date(2026, 6, 1)))) == []


def test_what_the_ancestor_passed_is_found():
    """Its substring tests let -5, abc and 0 minutes through."""
    found = findings(sla="pick_minutes: -5\npack_minutes: abc\nship_minutes: 0\n")
    assert {(f.rule, f.line) for f in found} >= {("L04", 1), ("L04", 3)}
