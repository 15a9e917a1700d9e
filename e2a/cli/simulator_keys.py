"""Signing secrets for the live simulator: given in a file, or made once and kept.

What was made is kept in `simulator.json` (mode 0600) of the installation's home, and made anew once
one of them holds no more.
"""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from e2a.cli.console import connected, say
from e2a.domain.errors import BadInputError
from e2a.gateway.credentials import making
from e2a.simulator.live import Secrets
from e2a.simulator.live.sending import WORDS
from e2a.simulator.plan import merchant
from e2a.warehouse.connection import keep_secret
from e2a.warehouse.vault import Vault, unlock

FILE = "simulator.json"
_SHAPE = '{"demo-3pl": {"shopify": "...", "easypost": "...", "batch": "whsec_..."}}'


def given(file: Path, tenants: tuple[str, ...]) -> Secrets:
    """The secrets of a file.

    Raises:
        BadInputError: there is none, it is not of that shape, or one is missing.
    """
    try:
        said = json.loads(file.read_text())
        return {
            (tenant, word): str(said[tenant][word]) for tenant in tenants for word in WORDS.values()
        }
    except OSError:
        raise BadInputError(f"There is no file {file}", "Check --keys") from None
    except (ValueError, TypeError):
        raise BadInputError(f"{file} is no JSON of secrets", f"Write {_SHAPE}") from None
    except KeyError as error:
        raise BadInputError(f"{file} lacks {error}", f"Write {_SHAPE}") from None


def made(tenants: tuple[str, ...], now: datetime) -> Secrets:
    """Secrets that are in force in the database here; those that are missing are made.

    Raises:
        BadInputError: the simulator has no such merchant.
    """
    with connected() as (warehouse, connection):
        vault, file = unlock(warehouse.home), warehouse.home / FILE
        text = keep_secret(
            file, lambda kept: json.dumps(_complete(vault, connection, kept, tenants, now))
        )
        connection.commit()
    kept = json.loads(text)
    return {
        (tenant, word): kept[tenant][word]["secret"]
        for tenant in tenants for word in WORDS.values()
    }  # fmt: skip


def _complete(
    vault: Vault, connection: psycopg.Connection[Any], kept: str | None, tenants: tuple[str, ...],
    now: datetime,
) -> dict[str, dict[str, Any]]:  # fmt: skip
    known: dict[str, dict[str, Any]] = json.loads(kept) if kept else {}
    in_force = {
        key_id for (key_id,) in connection.execute(
            "select key_id from ops.credentials "
            "where revoked_at is null and (not_after is null or not_after > %s)", (now,)
        ).fetchall()
    }  # fmt: skip
    for tenant in tenants:
        for word in WORDS.values():
            if known.get(tenant, {}).get(word, {}).get("key_id") not in in_force:
                new = _make(vault, connection, tenant, word, now)
                known.setdefault(tenant, {})[word] = {"key_id": new.key_id, "secret": new.secret}
    return known


def _make(
    vault: Vault, connection: psycopg.Connection[Any], tenant: str, word: str, now: datetime
) -> making.Made:
    accounts = {"shopify": f"{tenant}.myshopify.com", "easypost": f"user_{_number(tenant)}"}
    wanted = making.Wanted(tenant, word, "hmac", accounts.get(word))
    say(f"keys       made one for {word} of {tenant}, kept in {FILE}")
    return making.create(connection, vault, wanted, now)


def _number(tenant: str) -> int:
    try:
        return merchant(tenant).number
    except ValueError as error:
        raise BadInputError(str(error), "See `e2a simulate --help`") from None
