"""A policy to review, a scripted provider to ask, and the real engine over the session's models."""

import json
from contextlib import contextmanager
from datetime import date

import pytest
from psycopg import sql

from e2a.analyst.narrator import open_narrator
from e2a.analyst.scripted.replies import Reply, completion
from e2a.analyst.scripted.server import serving
from e2a.analyst.settings import Settings
from e2a.domain.lint import subject
from e2a.review.trial import Engine
from e2a.warehouse.connection import Role
from e2a.warehouse.scratch import empty_tables
from tests.domain.lint.seeds import FILES

TODAY = date(2026, 11, 26)
PICK = "/sla/0/stages/pick/within_minutes"
NOTHING = {"summary": "", "findings": [], "tests": [], "mismatches": []}


def policy(**changed):
    """The clean tenant of the lint's tests; `sla=(good, bad)` edits a file."""
    texts = dict(FILES)
    for stem, (good, bad) in changed.items():
        assert texts[stem].count(good) >= 1
        texts[stem] = texts[stem].replace(good, bad, 1)
    return subject("acme", {s: (f"acme/{s}.yaml", text) for s, text in texts.items()}, TODAY)


def claim(pointer=PICK, value="120", **more):
    said = {"category": "surprising", "severity": "warning", "problem": "Too short", "failure": "F"}
    return {"pointer": pointer, "value": value, **said, **more}


def answer(**more):
    return {**NOTHING, **more}


@pytest.fixture(scope="module")
def provider():
    with serving(lambda seen: Reply(completion("{}"))) as running:
        yield running


@pytest.fixture
def asks(shared, provider):
    """The real narrator of the scripted provider, and how to say what that answers."""
    provider.seen.clear()
    settings = Settings(key="k", base_url=provider.url, model="scripted/reviewer", retries=0)

    def answers(*several):
        texts = [one if isinstance(one, str) else json.dumps(one) for one in several]
        provider.script = lambda seen: Reply(completion(texts[-1 if seen.is_again else 0]))

    with open_narrator(shared, settings) as narrator:
        narrator.answers = answers
        yield narrator


@pytest.fixture
def engine(built, modelled):
    """The engine over the session's models, emptied before each use; its tenants go with it."""
    modelled.autocommit = True

    @contextmanager
    def empty():
        _forget(built)
        yield modelled

    yield Engine(empty, lambda line: None)
    _forget(built)


def _forget(built):
    """As `modelled` leaves it, without the tenants of these tests."""
    with built.connect(Role.OWNER, autocommit=True) as owner:
        facts = owner.execute(
            "select format('%I.%I', schemaname, tablename) from pg_tables where schemaname in "
            "('landing', 'orders', 'sla', 'billing') or (schemaname = 'ops' and "
            "tablename ~ '^(touched_|batches|scopes|steps)')"
        ).fetchall()
        empty_tables(owner, [sql.SQL(name) for (name,) in facts])
        found = owner.execute(
            "select attrelid::regclass::text from pg_attribute where attname = 'tenant_id' "
            "and attnum > 0 and attrelid in (select oid from pg_class where relnamespace = "
            "'reference'::regnamespace and relkind = 'r') "
            "order by attrelid = 'reference.tenants'::regclass"
        ).fetchall()
        for (table,) in found:
            owner.execute(f"delete from {table} where tenant_id ~ '^(ai-|made-|m[0-9]+-)'")
