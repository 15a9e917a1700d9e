"""One server, one scratch database a session; each test takes its turn in it."""

import os
from pathlib import Path

import pytest
from psycopg import sql

from e2a.domain.scenarios import parse
from e2a.scenarios import run
from e2a.warehouse.connection import Role
from e2a.warehouse.prepare import prepare
from e2a.warehouse.scratch import scratch

PROJECT = Path(__file__).parents[2]


def quiet(_):
    """Progress that nobody reads."""


@pytest.fixture(scope="session")
def installation(cluster):
    """An installation as `e2a db start` leaves it; its databases are dropped at the end."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("E2A_DATABASE", f"e2a_scenarios_{os.getpid()}")
        place = prepare(quiet)
    yield place
    with place.connect(Role.ADMIN, autocommit=True) as admin:
        admin.execute(
            sql.SQL("drop database if exists {} with (force)").format(
                sql.Identifier(f"{place.database}_scratch")
            )
        )


@pytest.fixture
def judge(installation):
    """Run the scenarios of a text; what differs, as {(scenario, field): (expected, actual)}."""

    def differences(text):
        written, problems = parse("test.yaml", text)
        assert problems == []
        with scratch(installation, quiet) as place:
            results = run(place.connection, written, quiet)
        return {
            (result.written.scenario.scenario, difference.field): (
                difference.expected,
                difference.actual,
            )
            for result in results
            for wrong in result.wrong
            for difference in wrong.differences
        }

    return differences
