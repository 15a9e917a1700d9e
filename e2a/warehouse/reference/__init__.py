"""Policies into the `reference` schema as immutable versions.

A version is named by the hash of what it says: loading the same text again writes nothing, an
edit adds rows beside the old ones (C11, C18). Only tenants and sites, which are names and zones
rather than promises, are updated in place.
"""

from e2a.warehouse.reference.calendars import HORIZON
from e2a.warehouse.reference.folder import read_folder
from e2a.warehouse.reference.horizon import extend
from e2a.warehouse.reference.load import Loaded, load

__all__ = ["HORIZON", "Loaded", "extend", "load", "read_folder"]
