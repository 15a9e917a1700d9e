"""The ledger of files: a file lands once, and one that was interrupted lands to its end."""

from datetime import timedelta

import pytest

from e2a.domain.errors import UnknownTenantError
from e2a.warehouse import files, inbox
from e2a.warehouse.files import identify, known, land_file
from e2a.warehouse.inbox import Landed
from tests.warehouse.lane import NOW, TENANT, deliver, event, rows


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "week.csv"
    path.write_text("some content")
    return identify(path, TENANT, "csv")


def some(count):
    return [deliver(event(f"e{n}"), id=f"d{n}") for n in range(count)]


def ledger(app):
    return rows(app, "select name, format, bytes, rows, landed_at from landing.files")


def test_a_file_is_noted_with_its_last_rows(app, file):
    told = []
    assert land_file(app, file, some(3), NOW, told.append) == Landed(rows=3)
    assert ledger(app) == [("week.csv", "csv", 12, 3, NOW)]
    assert told == [3]


def test_the_same_content_is_known_under_any_name_and_for_its_tenant_only(app, file, tmp_path):
    land_file(app, file, some(1), NOW)
    other = tmp_path / "copy.csv"
    other.write_text("some content")
    assert known(app, identify(other, TENANT, "csv")).name == "week.csv"
    assert known(app, identify(other, "nordic-beauty", "csv")) is None
    other.write_text("other content")
    assert known(app, identify(other, TENANT, "csv")) is None


def test_a_file_that_was_interrupted_is_not_noted_and_lands_to_its_end(app, file, monkeypatch):
    monkeypatch.setattr(inbox, "CHUNK", 2)

    def cut():
        yield from some(5)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        land_file(app, file, cut(), NOW)
    app.rollback()
    landed = rows(app, "select count(*) from landing.inbox")[0][0]
    assert 0 < landed < 5
    assert known(app, file) is None
    later = NOW + timedelta(hours=1)
    assert land_file(app, file, some(5), later) == Landed(rows=5 - landed, duplicates=landed)
    assert ledger(app) == [("week.csv", "csv", 12, 5, later)]


def test_what_cannot_be_noted_takes_the_last_rows_back_with_it(app, file, monkeypatch):
    monkeypatch.setattr(inbox, "CHUNK", 2)
    nameless = files.File(TENANT, "", "csv", file.sha256, file.bytes)
    with pytest.raises(Exception, match="files_name_check"):
        land_file(app, nameless, some(3), NOW)
    assert rows(app, "select count(*) from landing.inbox") == [(2,)]


def test_an_empty_file_is_noted_too(app, file):
    assert land_file(app, file, [], NOW) == Landed()
    assert known(app, file).rows == 0


def test_an_unknown_tenant_lands_nothing(app, file):
    with pytest.raises(UnknownTenantError, match="nobody"):
        land_file(app, file, [deliver(event("a"), tenant="nobody")], NOW)
    assert ledger(app) == []


def test_a_reader_may_look_and_the_application_may_not_change_a_line(app, file):
    land_file(app, file, some(1), NOW)
    with pytest.raises(Exception, match="permission denied"):
        app.execute("update landing.files set rows = 0")
    app.rollback()
