"""Which policies folder this installation uses, and loading it in one transaction."""

import os
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from e2a.warehouse.connection import PROJECT
from e2a.warehouse.reference import Loaded, load, read_folder


def policies_folder() -> Path:
    """E2A_POLICIES, or `policies/` of the checkout."""
    return Path(os.environ.get("E2A_POLICIES") or PROJECT / "policies")


def load_policies(connection: psycopg.Connection[Any], loaded_at: datetime) -> Loaded:
    """Read the folder and add what is new; the connection must not be in a transaction."""
    tenants = read_folder(policies_folder())
    with connection.transaction():
        return load(connection, tenants, loaded_at)
