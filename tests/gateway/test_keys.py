"""`e2a keys`: a secret is shown once, to its maker, and never again."""

import base64
import json
import os
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from e2a.cli.main import app
from e2a.domain.errors import BadInputError, ConfigurationError, RefusedError, UnknownTenantError
from e2a.warehouse.connection import Role
from e2a.warehouse.vault import FILE, unlock
from tests.gateway.serving import environment


@pytest.fixture
def keys(shared, monkeypatch):
    """Runs `e2a keys` against the file's database and reads its JSON."""
    for name, value in environment(shared).items():
        monkeypatch.setenv(name, value)

    def run(*arguments, stdin=None):
        done = CliRunner().invoke(
            app, ["keys", *arguments, "--json"], input=stdin, catch_exceptions=False
        )
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    return run


def create(keys, source="wms", *more, **named):
    return keys("create", "--source", source, "--tenant", "demo-3pl", *more, **named)


def test_a_key_is_shown_once_and_listed_without_its_secret(keys):
    made = create(keys)
    assert made["key"].startswith(f"e2a_{made['key_id']}.")
    (row,) = [r for r in keys("list") if r["key_id"] == made["key_id"]]
    assert (row["tenant_id"], row["source"], row["kind"], row["holds"]) == (
        "demo-3pl", "wms", "api_key", True,
    )  # fmt: skip
    assert made["key"].partition(".")[2] not in json.dumps(keys("list", "--all"))


def test_secrets_are_of_256_bits_and_differ(keys):
    secrets = {create(keys)["key"].partition(".")[2] for _ in range(3)}
    assert len(secrets) == 3
    assert all(len(base64.urlsafe_b64decode(s + "=")) == 32 for s in secrets)


def test_a_signing_secret_of_our_own_is_made_and_shown_and_a_vendors_is_not_repeated(keys):
    assert create(keys, "easypost")["secret"]
    assert create(keys, "wms", "--kind", "hmac")["secret"].startswith("whsec_")
    taken = create(
        keys, "shopify", "--account", "a.myshopify.com", "--secret-stdin", stdin="shpss_1234\n"
    )
    assert set(taken) == {"key_id", "kind"}


def test_a_rotation_leaves_both_keys_for_the_overlap(keys):
    old = create(keys)
    new = keys("rotate", old["key_id"], "--overlap-hours", "2")
    rows = {r["key_id"]: r for r in keys("list")}
    left = datetime.fromisoformat(rows[old["key_id"]]["not_after"]) - datetime.now(UTC)
    assert 1.9 < left.total_seconds() / 3600 <= 2
    assert rows[new["key_id"]]["not_after"] is None
    assert new["key"] != old["key"]
    keys("rotate", new["key_id"], "--overlap-hours", "0")
    with pytest.raises(RefusedError, match="holds no more"):
        keys("rotate", new["key_id"])


def test_a_revoked_key_is_listed_only_if_asked_for(keys):
    made = create(keys)
    assert keys("revoke", made["key_id"])["revoked"] is True
    assert keys("revoke", made["key_id"])["revoked"] is False
    assert made["key_id"] not in {r["key_id"] for r in keys("list")}
    assert made["key_id"] in {r["key_id"] for r in keys("list", "--all")}


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (("--source", "fedex", "--tenant", "demo-3pl"), BadInputError, "--source 'fedex'.*wms"),
        (("--source", "wms", "--tenant", "demo-3p"), UnknownTenantError, "Did you mean demo-3pl"),
        (("--source", "wms", "--tenant", "*"), UnknownTenantError, "'\\*' is not known"),
        (("--source", "shopify", "--tenant", "olist"), BadInputError, "--account is missing"),
        (("--source", "epcis", "--tenant", "olist", "--kind", "hmac"), BadInputError, "api_key"),
        (("--source", "shipengine", "--tenant", "olist"), BadInputError, "JWKS"),
        (
            ("--source", "shipengine", "--tenant", "olist", "--key-set", "/none"), BadInputError,
            "no file",
        ),
        (
            ("--source", "wms", "--tenant", "olist", "--time-zone", "Europe/Berlyn"),
            BadInputError, "did you mean Europe/Berlin",
        ),
        (
            ("--source", "wms", "--tenant", "olist", "--order-namespace", "My Shop"),
            BadInputError, "--order-namespace 'My Shop'",
        ),
        (
            ("--source", "shipbob", "--tenant", "olist", "--secret-stdin"), BadInputError,
            "not base64",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_a_sentence(keys, arguments, error, words):
    with pytest.raises(error, match=words):
        keys("create", *arguments, stdin="whsec_%%%%")


def test_a_tenant_may_have_its_key_before_its_policies(keys):
    assert keys("create", "--source", "wms", "--tenant", "newcomer", "--ahead")["key"]


def test_an_unknown_key_is_a_sentence(keys):
    for command in ("rotate", "revoke"):
        with pytest.raises(BadInputError, match="There is no credential 'wms-none'"):
            keys(command, "wms-none")


class TestTheVault:
    def test_its_key_is_made_once_and_is_for_its_owner_only(self, tmp_path, monkeypatch):
        monkeypatch.delenv("E2A_SECRET_KEY", raising=False)
        encrypted = unlock(tmp_path).encrypt(b"secret")
        assert unlock(tmp_path).decrypt(encrypted) == b"secret"
        assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
        assert b"secret" not in encrypted

    def test_a_former_key_still_decrypts_and_a_foreign_one_does_not(self, tmp_path, monkeypatch):
        old, new = (base64.urlsafe_b64encode(os.urandom(32)).decode() for _ in "ab")
        monkeypatch.setenv("E2A_SECRET_KEY", old)
        encrypted = unlock(tmp_path).encrypt(b"secret")
        monkeypatch.setenv("E2A_SECRET_KEY", f"{new},{old}")
        assert unlock(tmp_path).decrypt(encrypted) == b"secret"
        monkeypatch.setenv("E2A_SECRET_KEY", new)
        assert unlock(tmp_path).decrypt(encrypted) is None

    def test_a_key_that_is_none_is_named(self, tmp_path, monkeypatch):
        monkeypatch.setenv("E2A_SECRET_KEY", "short")
        with pytest.raises(ConfigurationError, match="E2A_SECRET_KEY is not a Fernet key"):
            unlock(tmp_path)


def test_a_credential_is_not_deleted_by_the_application(shared):
    with shared.connect(Role.OWNER) as owner:
        row = owner.execute(
            "select has_table_privilege('e2a_app', 'ops.credentials', 'delete')"
        ).fetchone()
    assert row == (False,)
