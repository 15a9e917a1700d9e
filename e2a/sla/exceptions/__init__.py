"""Exceptions that a person works with, each use case in one transaction.

`syncing` opens, closes and reopens episodes by what the clocks say; `working` is what people do to
them; `reading` is what they see; `excusing` takes a breach out of the count with two people's
consent. Statuses, legal moves, codes and severities are rules: `e2a.domain.exceptions`.
"""

from e2a.sla.exceptions.excusal import Excusal
from e2a.sla.exceptions.excusing import Request, excuse, find_excusal, withdraw
from e2a.sla.exceptions.reading import Filter, find, listed, shown
from e2a.sla.exceptions.syncing import Audit, Synced, audit, follow, sync
from e2a.sla.exceptions.working import move

__all__ = [
    "Audit",
    "Excusal",
    "Filter",
    "Request",
    "Synced",
    "audit",
    "excuse",
    "find",
    "find_excusal",
    "follow",
    "listed",
    "move",
    "shown",
    "sync",
    "withdraw",
]
