"""Which policies folder this installation uses, and loading it in one transaction."""

import os
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from e2a.warehouse.connection import PROJECT
from e2a.warehouse.reference import Loaded, extend, load, read_folder
from e2a.warehouse.reference.horizon import far_enough


def policies_folder() -> Path:
    """E2A_POLICIES, or `policies/` of the checkout."""
    return Path(os.environ.get("E2A_POLICIES") or PROJECT / "policies")


def load_policies(connection: psycopg.Connection[Any], loaded_at: datetime) -> Loaded:
    """Read the folder, add what is new and let calendars reach years ahead of `loaded_at`.

    The connection must not be in a transaction.
    """
    tenants = read_folder(policies_folder())
    with connection.transaction():
        loaded = load(connection, tenants, loaded_at)
        extend(connection, far_enough(loaded_at))
    return loaded
