"""Asking about an instant."""

from datetime import UTC, datetime

import pytest

from e2a.warehouse.as_of import ask

THEN = datetime(2026, 5, 4, 12, tzinfo=UTC)
SETTING = "select current_setting('e2a.as_of', true)"


def test_a_transaction_asks_about_the_instant_and_the_next_one_no_more(app):
    with app.transaction():
        assert ask(app, THEN) == THEN
        assert datetime.fromisoformat(app.execute(SETTING).fetchone()[0]) == THEN
    assert not app.execute(SETTING).fetchone()[0]


def test_without_an_instant_it_asks_about_the_transactions_now(app):
    with app.transaction():
        asked = ask(app, None)
        assert app.execute("select now()").fetchone() == (asked,)


def test_a_naive_instant_is_refused_with_the_way_to_write_it(app):
    with pytest.raises(ValueError, match="has no zone; write it with an offset or Z"):
        ask(app, datetime(2026, 5, 4))  # noqa: DTZ001
